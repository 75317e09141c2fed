"""A seller's webhooks."""

from collections.abc import Sequence

from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.domain.webhook import Webhook
from src.service.shared_kernel.identity import Caller, Role


class ListWebhooksUseCase:
    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def execute(self, caller: Caller) -> Sequence[Webhook]:
        """Oldest first. Raises ForbiddenError."""
        caller.require(Role.SELLER)
        return await self._webhooks.list(caller.id)

"""Tell an address nothing more."""

from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.domain.errors import WebhookNotFoundError
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.identity import Caller, Role


class DeleteWebhookUseCase:
    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def execute(self, caller: Caller, webhook_id: WebhookId) -> None:
        """Raises ForbiddenError, WebhookNotFoundError."""
        caller.require(Role.SELLER)
        if not await self._webhooks.remove(caller.id, webhook_id):
            raise WebhookNotFoundError

"""Give a webhook another secret."""

from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.app.own_webhook import found
from src.service.integration.domain.webhook import Webhook, WebhookId, new_secret
from src.service.shared_kernel.identity import Caller, Role


class RotateWebhookSecretUseCase:
    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def execute(self, caller: Caller, webhook_id: WebhookId) -> Webhook:
        """Raises ForbiddenError, WebhookNotFoundError."""
        caller.require(Role.SELLER)
        return found(await self._webhooks.rotate_secret(caller.id, webhook_id, new_secret()))

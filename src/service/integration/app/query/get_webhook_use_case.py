"""One of a seller's webhooks."""

from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.app.own_webhook import own_webhook
from src.service.integration.domain.webhook import Webhook, WebhookId
from src.service.shared_kernel.identity import Caller


class GetWebhookUseCase:
    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def execute(self, caller: Caller, webhook_id: WebhookId) -> Webhook:
        """Raises ForbiddenError, WebhookNotFoundError."""
        return await own_webhook(self._webhooks, caller, webhook_id)

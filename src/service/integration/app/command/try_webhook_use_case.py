"""Try whether a webhook works."""

from src.service.integration.app.delivery.wake import Wake
from src.service.integration.app.interface.webhook_deliveries import WebhookDeliveries
from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.app.own_webhook import own_webhook
from src.service.integration.domain.delivery import Delivery
from src.service.integration.domain.errors import WebhookNotFoundError
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.identity import Caller


class TryWebhookUseCase:
    """The message tells nothing, is sent once, and to a paused webhook too. While one waits, no other is
    sent."""

    def __init__(self, webhooks: Webhooks, deliveries: WebhookDeliveries, wake: Wake) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._wake = wake

    async def execute(self, caller: Caller, webhook_id: WebhookId) -> Delivery:
        """Raises ForbiddenError, WebhookNotFoundError."""
        await own_webhook(self._webhooks, caller, webhook_id)
        delivery = await self._deliveries.add_trial(webhook_id)
        if delivery is None:
            raise WebhookNotFoundError
        self._wake([webhook_id])
        return delivery

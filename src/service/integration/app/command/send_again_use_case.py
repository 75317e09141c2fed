"""Send a message again."""

from src.service.integration.app.delivery.wake import Wake
from src.service.integration.app.interface.webhook_deliveries import WebhookDeliveries
from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.app.own_webhook import own_webhook
from src.service.integration.domain.delivery import Delivery
from src.service.integration.domain.errors import DeliveryNotFoundError
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.identity import Caller


class SendAgainUseCase:
    """With the id that it had. It has its place before all later messages of its event; to a paused webhook
    it is sent when that is resumed."""

    def __init__(self, webhooks: Webhooks, deliveries: WebhookDeliveries, wake: Wake) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._wake = wake

    async def execute(self, caller: Caller, webhook_id: WebhookId, message_id: int) -> Delivery:
        """Raises ForbiddenError, WebhookNotFoundError, DeliveryNotFoundError."""
        await own_webhook(self._webhooks, caller, webhook_id)
        delivery = await self._deliveries.send_again(webhook_id, message_id)
        if delivery is None:
            raise DeliveryNotFoundError
        self._wake([webhook_id])
        return delivery

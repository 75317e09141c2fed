"""What a webhook was and is to be told."""

from src.service.integration.app.interface.webhook_deliveries import WebhookDeliveries
from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.app.own_webhook import own_webhook
from src.service.integration.domain.delivery import Delivery, DeliveryStatus
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.paging import Page


class ListDeliveriesUseCase:
    def __init__(self, webhooks: Webhooks, deliveries: WebhookDeliveries) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries

    async def execute(
        self,
        caller: Caller,
        webhook_id: WebhookId,
        *,
        status: str | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Delivery]:
        """Newest first. Raises ForbiddenError, WebhookNotFoundError, InvalidInputError."""
        await own_webhook(self._webhooks, caller, webhook_id)
        known = list(map(str, DeliveryStatus))
        if status is not None and status not in known:
            raise InvalidInputError(
                FieldError(("query", "status"), f"must be one of {', '.join(known)}")
            )
        return await self._deliveries.page(
            webhook_id,
            status=None if status is None else DeliveryStatus(status),
            limit=limit,
            cursor=cursor,
        )

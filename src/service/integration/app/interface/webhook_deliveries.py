"""The port to what webhooks were and are to be told."""

from typing import Protocol

from src.service.integration.domain.delivery import Delivery, DeliveryStatus
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.paging import Page


class WebhookDeliveries(Protocol):
    """Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when an answer was lost."""

    async def page(
        self,
        webhook_id: WebhookId,
        *,
        status: DeliveryStatus | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Delivery]:
        """Newest message first. Raises InvalidInputError for a cursor of another list."""
        ...

    async def add_trial(self, webhook_id: WebhookId) -> Delivery | None:
        """A message that tells nothing, due now, or the one that waits already. None when the webhook has
        gone."""
        ...

    async def send_again(self, webhook_id: WebhookId, message_id: int) -> Delivery | None:
        """Make it due now, whatever became of it, as if it had never been tried, even if its webhook
        rests. None when there is none."""
        ...

    async def purge(self, *, most: int) -> int:
        """Remove at most so many of the messages that are older than seven days, with their deliveries;
        return how many."""
        ...

"""Keep the record of what was sent short."""

from src.service.integration.app.interface.webhook_deliveries import WebhookDeliveries

_AT_ONCE = 1_000


class PurgeWebhookMessagesUseCase:
    """In steps, so that no statement takes long."""

    def __init__(self, deliveries: WebhookDeliveries) -> None:
        self._deliveries = deliveries

    async def execute(self) -> int:
        """Remove messages that are older than they are kept; return how many."""
        removed = 0
        while step := await self._deliveries.purge(most=_AT_ONCE):
            removed += step
        return removed

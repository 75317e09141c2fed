"""The port through which messages leave."""

from typing import Protocol

from src.service.integration.app.interface.delivery_lanes import DueDelivery
from src.service.integration.domain.delivery import Answer


class WebhookSender(Protocol):
    async def send(self, delivery: DueDelivery) -> Answer:
        """Send it once, signed with each of its secrets. Never raises for what the receiver or the network
        does: the answer says what came of it."""
        ...

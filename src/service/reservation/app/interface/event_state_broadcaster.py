"""The port that tells subscribers of an event which seats changed."""

from typing import Protocol

from src.service.shared_kernel.seat_state import EventStateUpdate


class EventStateBroadcaster(Protocol):
    def broadcast(self, update: EventStateUpdate) -> None:
        """Send the update on its way without waiting and without failing.

        Delivery is at most once; subscribers notice a loss by the version.
        """
        ...

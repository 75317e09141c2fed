"""Which events to compare with Postgres soon, for the background work to take up."""

import asyncio
import contextlib

from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.shared_kernel.ids import EventId


class ReconcileQueue(ReconcileRequests):
    """Events to compare soon."""

    def __init__(self) -> None:
        self._events: set[EventId] = set()
        self._stepped_back: set[EventId] = set()
        self._requested = asyncio.Event()

    def request(self, event_id: EventId) -> None:
        self._events.add(event_id)
        self._requested.set()

    def request_epoch(self, event_id: EventId) -> None:
        """Request a new epoch: the stored version has fallen behind what clients have seen."""
        self._stepped_back.add(event_id)
        self._requested.set()

    def take_stepped_back(self) -> set[EventId]:
        """Return the events that need a new epoch, and remove them from the queue."""
        events, self._stepped_back = self._stepped_back, set()
        return events

    def take(self) -> set[EventId]:
        """Return the requested events, and remove them from the queue."""
        events, self._events = self._events, set()
        self._requested.clear()
        return events

    def put_back(self, events: set[EventId]) -> None:
        """Request these once more."""
        self._events |= events

    async def wait(self, seconds: float) -> None:
        """Return when there is a request, or after `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._requested.wait()

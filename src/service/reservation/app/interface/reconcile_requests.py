"""The port that asks for an event's seat state to be compared with Postgres soon."""

from typing import Protocol

from src.service.shared_kernel.ids import EventId


class ReconcileRequests(Protocol):
    def request(self, event_id: EventId) -> None: ...

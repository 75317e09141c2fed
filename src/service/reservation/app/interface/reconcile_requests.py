"""The port that requests a reconciliation of an event's seat state soon."""

from typing import Protocol

from src.service.shared_kernel.ids import EventId


class ReconcileRequests(Protocol):
    def request(self, event_id: EventId) -> None: ...

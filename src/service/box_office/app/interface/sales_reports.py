"""The port that counts an event's seats and money."""

from typing import Protocol

from src.service.box_office.domain.sales_report import SalesReport
from src.service.shared_kernel.event_directory import EventEntry


class SalesReports(Protocol):
    async def read(self, event: EventEntry) -> SalesReport:
        """All figures are of one moment. Raises StoreUnavailableError, OverloadedError."""
        ...

"""What one's own event has sold."""

from src.service.box_office.app.interface.sales_reports import SalesReports
from src.service.box_office.domain.sales_report import SalesReport
from src.service.shared_kernel.event_directory import EventDirectory, own_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId


class ReportSalesUseCase:
    def __init__(self, directory: EventDirectory, reports: SalesReports) -> None:
        self._directory = directory
        self._reports = reports

    async def execute(self, caller: Caller, event_id: EventId) -> SalesReport:
        """Raises ForbiddenError, EventNotFoundError."""
        return await self._reports.read(await own_event(self._directory, caller, event_id))

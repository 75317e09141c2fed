"""The box office context: its ports in, its use cases out."""

from dataclasses import dataclass

from src.platform.http.long_answers import LongAnswers
from src.service.box_office.app.command.check_in_use_case import CheckInUseCase
from src.service.box_office.app.interface.door import Door
from src.service.box_office.app.interface.order_book import OrderBook
from src.service.box_office.app.interface.purchases import Purchases
from src.service.box_office.app.interface.sales_reports import SalesReports
from src.service.box_office.app.interface.ticket_audit import TicketAudit
from src.service.box_office.app.query.count_checked_in_use_case import CountCheckedInUseCase
from src.service.box_office.app.query.export_orders_use_case import ExportOrdersUseCase
from src.service.box_office.app.query.get_calendar_entry_use_case import GetCalendarEntryUseCase
from src.service.box_office.app.query.get_tickets_use_case import GetTicketsUseCase
from src.service.box_office.app.query.list_orders_use_case import ListOrdersUseCase
from src.service.box_office.app.query.report_sales_use_case import ReportSalesUseCase
from src.service.box_office.app.query.verify_tickets_use_case import VerifyTicketsUseCase
from src.service.box_office.driving_adapter.http_controller.door_controller import DoorUseCases
from src.service.box_office.driving_adapter.http_controller.order_controller import OrderUseCases
from src.service.box_office.driving_adapter.http_controller.ticket_controller import (
    TicketUseCases,
)
from src.service.shared_kernel.event_directory import EventDirectory

# Each of them keeps a few hundred orders in memory, and one of them at a time a connection.
_EXPORTS_AT_ONCE = 8
_EXPORT_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class BoxOfficePorts:
    """What the context needs of the world."""

    directory: EventDirectory
    orders: OrderBook
    reports: SalesReports
    purchases: Purchases
    door: Door
    audit: TicketAudit


@dataclass(frozen=True, slots=True)
class BoxOfficeContext:
    """The use cases: those of the endpoints, and that of a command."""

    orders: OrderUseCases
    tickets: TicketUseCases
    door: DoorUseCases
    verify: VerifyTicketsUseCase


def build_box_office(ports: BoxOfficePorts, *, send_timeout: float) -> BoxOfficeContext:
    """A client that takes nothing of a long answer for `send_timeout` seconds is dropped."""
    list_orders = ListOrdersUseCase(ports.directory, ports.orders)
    return BoxOfficeContext(
        orders=OrderUseCases(
            list=list_orders,
            export=ExportOrdersUseCase(list_orders),
            report=ReportSalesUseCase(ports.directory, ports.reports),
            long_answers=LongAnswers(
                at_once=_EXPORTS_AT_ONCE,
                timeout=_EXPORT_TIMEOUT_SECONDS,
                send_timeout=send_timeout,
            ),
        ),
        tickets=TicketUseCases(
            get_tickets=GetTicketsUseCase(ports.directory, ports.purchases),
            get_calendar_entry=GetCalendarEntryUseCase(ports.purchases),
        ),
        door=DoorUseCases(
            check_in=CheckInUseCase(ports.directory, ports.door),
            count=CountCheckedInUseCase(ports.directory, ports.door),
        ),
        verify=VerifyTicketsUseCase(ports.audit),
    )

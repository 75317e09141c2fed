"""A seller's orders, and what their event has sold, over HTTP."""

from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from src.platform.http.accept import CSV, VARY, wants_csv
from src.platform.http.authentication import SignedIn
from src.platform.http.event_path import PathEvent
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.head import HeadOfStream
from src.platform.http.long_answers import LongAnswers
from src.platform.http.operation import answer, operation_id, problems_of
from src.platform.http.paging import Cursor, Limit, next_link
from src.platform.http.responses import JsonBytes
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.box_office.app.query.export_orders_use_case import ExportOrdersUseCase
from src.service.box_office.app.query.list_orders_use_case import ListOrdersUseCase
from src.service.box_office.app.query.report_sales_use_case import ReportSalesUseCase
from src.service.box_office.driving_adapter.schema.order_csv import orders_csv, report_csv
from src.service.box_office.driving_adapter.schema.order_json import orders_body, report_body
from src.service.box_office.driving_adapter.schema.order_schema import (
    OrderResponse,
    SalesReportResponse,
)
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    NotSignedInError,
    StoreUnavailableError,
)
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import DEFAULT_PAGE
from src.service.shared_kernel.reservation_status import ReservationStatus


@dataclass(frozen=True, slots=True)
class OrderUseCases:
    """What these endpoints call."""

    list: ListOrdersUseCase
    export: ExportOrdersUseCase
    report: ReportSalesUseCase
    long_answers: LongAnswers


def _use_cases(request: Request) -> OrderUseCases:
    # Not a dependency: resolving one costs as much as answering from memory.
    use_cases: OrderUseCases = request.state.orders
    return use_cases


router = APIRouter(
    prefix="/api/event/{event_id}",
    tags=["box office"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of(SHARED_PROBLEMS)

_READ_PROBLEMS = _problems(
    NotSignedInError, ForbiddenError, EventNotFoundError, StoreUnavailableError
)
_CSV_CONTENT: dict[str, Any] = {CSV: {"schema": {"type": "string"}}}

Status = Annotated[
    str | None,
    Query(
        description="Only orders with this status.",
        json_schema_extra={"enum": [str(status) for status in ReservationStatus]},
    ),
]
Text = Annotated[
    str | None,
    Query(
        description="Part of a buyer's name or email in any case, the first four or more digits of an"
        " order's `id`, or a `seat_identifier`.",
        json_schema_extra={"maxLength": 200, "examples": ["A-1-1-1"]},
    ),
]


@router.get(
    "/reservation",
    response_model=list[OrderResponse],
    responses={
        200: {
            **answer("One page of orders. As CSV all of them, with a line for each seat.", "Link"),
            "content": _CSV_CONTENT,
        },
        **_READ_PROBLEMS,
    },
)
async def list_orders(
    request: Request,
    event_id: PathEvent,
    caller: SignedIn,
    status: Status = None,
    q: Text = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """The reservations of one's own event with their buyers, newest first, without house seats; JSON, or
    CSV for who accepts that."""
    use_cases = _use_cases(request)
    if not wants_csv(request):
        page = await use_cases.list.execute(
            caller, EventId(event_id), status=status, text=q, limit=limit, cursor=cursor
        )
        return JsonBytes(orders_body(page.items), headers={**VARY, **next_link(request, page)})
    orders = use_cases.export.execute(caller, EventId(event_id), status=status, text=q)
    headers = _download(f"orders-{event_id}.csv")
    if request.method == "HEAD":
        async with aclosing(orders):
            await anext(orders)
        return HeadOfStream(headers, CSV)
    return await use_cases.long_answers.stream(
        orders_csv(orders), await use_cases.long_answers.acquire(request), CSV, headers
    )


@router.get(
    "/report",
    response_model=SalesReportResponse,
    responses={
        200: {**answer("Figures of one moment."), "content": _CSV_CONTENT},
        **_READ_PROBLEMS,
    },
)
async def report_sales(request: Request, event_id: PathEvent, caller: SignedIn) -> Response:
    """What one's own event has sold: seats and money by section, what was cancelled, and sales by the
    hour; JSON, or CSV for who accepts that."""
    report = await _use_cases(request).report.execute(caller, EventId(event_id))
    if wants_csv(request):
        headers = _download(f"report-{event_id}.csv")
        return Response(report_csv(report), media_type=CSV, headers=headers)
    return JsonBytes(report_body(EventId(event_id), report), headers=VARY)


def _download(name: str) -> dict[str, str]:
    return {**VARY, "Content-Disposition": f'attachment; filename="{name}"'}

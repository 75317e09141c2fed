"""Orders and reports as JSON."""

from collections.abc import Iterable
from typing import Any

import orjson

from src.platform.http.seats import seat_json
from src.service.box_office.domain.order import Order
from src.service.box_office.domain.sales_report import SalesReport, SeatFigures
from src.service.shared_kernel.ids import EventId


def orders_body(orders: Iterable[Order]) -> bytes:
    return orjson.dumps([_order(order) for order in orders], option=orjson.OPT_UTC_Z)


def _order(order: Order) -> dict[str, Any]:
    status = order.status.seat_status
    body: dict[str, Any] = {
        "id": str(order.id),
        "event_id": order.event_id,
        "buyer_id": order.buyer.id,
        "buyer_name": order.buyer.name,
        "buyer_email": order.buyer.email,
        "status": order.status.value,
        "seats": [
            seat_json(order.event_id, ordered.seat, ordered.price, status)
            for ordered in order.seats
        ],
        "total_price": order.total_price,
        "expires_at": order.expires_at,
        "created_at": order.created_at,
    }
    now_and_then = {
        "confirmed_at": order.confirmed_at,
        "cancelled_at": order.cancelled_at,
        "cancel_reason": order.cancel_reason,
        "checked_in": order.checked_in or None,
    }
    return body | {name: value for name, value in now_and_then.items() if value is not None}


def report_body(event_id: EventId, report: SalesReport) -> bytes:
    content = {
        "event_id": event_id,
        "sections": [
            {"section": part.section, "price": part.price, **_figures(part.seats)}
            for part in report.sections
        ],
        "total": _figures(report.total),
        "cancelled": report.cancelled,
        "sales_by_hour": report.hours,
    }
    return orjson.dumps(content, option=orjson.OPT_UTC_Z)


def _figures(seats: SeatFigures) -> dict[str, int]:
    return {
        "total": seats.total,
        "available": seats.available,
        "reserved": seats.reserved,
        "house": seats.house,
        "sold": seats.sold,
        "revenue": seats.revenue,
    }

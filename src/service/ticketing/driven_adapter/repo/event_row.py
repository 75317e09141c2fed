"""From an event's row to the event, and back."""

from typing import Any

from sqlalchemy import Row

from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.seating_config_json import seating_config_from_json
from src.service.shared_kernel.text import search_text
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, EventDetails
from src.service.ticketing.domain.event_dates import EventDates


def event_of(row: Row[Any]) -> Event:
    """The event in a row that has every column of `event`."""
    return Event(
        EventId(row.id),
        UserId(row.seller_id),
        EventDetails(row.name, row.description, row.venue_name),
        seating_config_from_json(row.seating_config),
        row.is_active,
        EventStatus(row.status),
        row.created_at,
        row.updated_at,
        EventDates(row.starts_at, row.sale_opens_at, row.sale_closes_at, row.timezone),
        _admission_of(row),
    )


def _admission_of(row: Row[Any]) -> AdmissionTerms | None:
    if row.admission_per_minute is None:
        return None
    return AdmissionTerms(
        row.admission_per_minute, row.admission_pass_seconds, row.admission_max_active
    )


def columns_of(
    details: EventDetails, dates: EventDates, admission: AdmissionTerms | None
) -> dict[str, Any]:
    return {
        "name": details.name,
        "description": details.description,
        "venue_name": details.venue_name,
        "search_text": search_text(details.name, details.venue_name),
        "starts_at": dates.starts_at,
        "sale_opens_at": dates.sale_opens_at,
        "sale_closes_at": dates.sale_closes_at,
        "timezone": dates.timezone,
        "admission_per_minute": admission and admission.per_minute,
        "admission_max_active": admission and admission.max_active,
        "admission_pass_seconds": admission and admission.pass_seconds,
    }


def can_be_id(number: int) -> bool:
    """Whether a client's number can be an id at all; PostgreSQL refuses larger ones."""
    return 0 < number < 2**63

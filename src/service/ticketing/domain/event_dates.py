"""When an event is, and when its seats are sold."""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TypedDict

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.sale_window import SaleWindow

_FIRST_YEAR, _LAST_YEAR = 1970, 9998


class GivenDates(TypedDict, total=False):
    """Dates as a seller gives them, each with an offset. None takes one away."""

    starts_at: datetime | None
    sale_opens_at: datetime | None
    sale_closes_at: datetime | None
    timezone: str | None


@dataclass(frozen=True, slots=True)
class EventDates:
    """All of them are optional, and in UTC. `timezone` is the one to show them in, by its name in the
    IANA database."""

    starts_at: datetime | None = None
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    timezone: str | None = None

    @property
    def sale(self) -> SaleWindow:
        return SaleWindow(self.sale_opens_at, self.sale_closes_at)

    def has_begun(self, now: datetime) -> bool:
        """Whether the event's start has passed; one without a date has not begun."""
        return self.starts_at is not None and self.starts_at <= now

    def changed(self, given: GivenDates) -> "EventDates":
        """Return the dates with what is given, or raise InvalidInputError."""
        errors: list[FieldError] = []

        def moment(name: str, value: datetime | None) -> datetime | None:
            if value is not None and (problem := moment_problem(value)) is not None:
                errors.append(FieldError((name,), problem))
                return None
            return value and value.astimezone(UTC)

        timezone = given.get("timezone", self.timezone)
        if timezone is not None and timezone not in _timezones():
            errors.append(FieldError(("timezone",), "must be a time zone such as Asia/Taipei"))
        opens_at = moment("sale_opens_at", given.get("sale_opens_at", self.sale_opens_at))
        closes_at = moment("sale_closes_at", given.get("sale_closes_at", self.sale_closes_at))
        if opens_at is not None and closes_at is not None and closes_at <= opens_at:
            errors.append(FieldError(("sale_closes_at",), "must be after sale_opens_at"))
        starts_at = moment("starts_at", given.get("starts_at", self.starts_at))
        if errors:
            raise InvalidInputError(*errors)
        return EventDates(starts_at, opens_at, closes_at, timezone)


NO_DATES = EventDates()


def moment_problem(moment: datetime) -> str | None:
    """Say what is wrong with a moment that somebody gives, or None."""
    if _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return f"must be in the years {_FIRST_YEAR} to {_LAST_YEAR}"


@cache
def _timezones() -> frozenset[str]:
    # The system's, and those of the package tzdata: a slim image has no database of its own.
    return frozenset(zoneinfo.available_timezones())

"""What buyers were answered, while it happens."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from src.bootstrap.commands.rehearse.client import problem_of
from src.bootstrap.commands.rehearse.http_client import Answer

_PREFIX = "urn:ticketing:problem:"
_BUSY = (429, 503)
_OF_RESERVING = frozenset({"409 seats-taken", "409 not-enough-seats", "409 idempotency-in-flight"})
_OF_NOTHING: frozenset[str] = frozenset()
# What each request may be refused with, other than for a while.
_REFUSALS_OF = {
    "reserve": _OF_RESERVING,
    "reserve too soon": _OF_RESERVING | {"409 not-on-sale"},
    "reserve without a pass": _OF_RESERVING | {"403 not-admitted"},
    "confirm": _OF_NOTHING,
    "join": _OF_NOTHING,
    "place": _OF_NOTHING,
    "leave": _OF_NOTHING,
}


@dataclass(slots=True)
class Visit:
    """One buyer's. `place` is where it stood in line, or when it first asked where there is none.

    Times are of the event loop's clock: when it could first have had seats, when it was given them,
    and when they were its own.
    """

    place: float | None = None
    turn_at: float | None = None
    given_at: float | None = None
    bought_at: float | None = None
    seats: frozenset[str] = frozenset()
    over: bool = False


@dataclass(slots=True)
class Record:
    """Of a sale of so many seats. `sold_out` is set when buyers were told of all of them."""

    seats: int
    visits: list[Visit] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    # Answers other than those that are specified, and seats given twice.
    wrong: list[str] = field(default_factory=list)
    # Whose each seat is.
    holder: dict[str, Visit] = field(default_factory=dict)
    sold_out: asyncio.Event = field(default_factory=asyncio.Event)

    def given(self, visit: Visit, seats: frozenset[str], now: float) -> None:
        """A buyer was told that these are its seats."""
        visit.given_at, visit.seats = now, seats
        for seat in seats:
            if self.holder.setdefault(seat, visit) is not visit:
                self.wrong.append(f"seat {seat} was given twice")
        if self.seats_given >= self.seats:
            self.sold_out.set()

    def refused(self, request: str, answer: Answer | None) -> str:
        """Note a refusal, or that no answer came; return the problem's type, empty without one."""
        if answer is None:
            self.unanswered += 1
            return ""
        kind = str(problem_of(answer).get("type", "")).removeprefix(_PREFIX)
        name = f"{answer.status} {kind}".strip()
        self.refusals[name] += 1
        if answer.status in _BUSY:
            specified = bool(kind) and answer.retry_after is not None
        else:
            specified = name in _REFUSALS_OF[request]
        if not specified:
            self.wrong.append(f"{request} was answered {name}: {answer.body[:200]!r}")
        return kind

    def given_at(self, seat: str) -> float | None:
        """When the seat's buyer was told that it has it."""
        visit = self.holder.get(seat)
        return visit.given_at if visit else None

    @property
    def seats_given(self) -> int:
        return len(self.holder)

    @property
    def was_cut_off(self) -> bool:
        """Whether the outcome of a request was unknown at a time."""
        return self.unanswered > 0 or self.refusals["503 outcome-unknown"] > 0

    @property
    def served(self) -> list[Visit]:
        """Those who were given seats, in that order."""
        return sorted(
            (visit for visit in self.visits if visit.given_at is not None),
            key=lambda visit: visit.given_at or 0.0,
        )

"""One buyer's place in a line."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from src.service.admission.domain.line import Order
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.ids import EventId


class PlaceState(StrEnum):
    GATHERING = "gathering"
    WAITING = "waiting"
    ADMITTED = "admitted"
    PASSED = "passed"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Place:
    """`entry` counts joiners from 1. `number` is the one that is called; it is known from the opening on.
    `ahead` is how many numbers come before it, those of people who left among them."""

    event_id: EventId
    state: PlaceState
    entry: int
    number: int | None = None
    ahead: int | None = None
    estimated_wait_seconds: int | None = None
    pass_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What PostgreSQL has of a buyer in line, and of the line. `admitted` says whether the pass is live
    by its clock."""

    entry: int
    served: bool
    admitted: bool
    pass_until: datetime | None
    seed: bytes
    gathered: int | None
    serving: int
    is_over: bool


def place_of(event_id: EventId, terms: AdmissionTerms, found: Entry) -> Place:
    if found.is_over:
        return Place(event_id, PlaceState.OVER, found.entry)
    if found.gathered is None:
        return Place(event_id, PlaceState.GATHERING, found.entry)
    number = Order(found.seed, found.gathered).number_of(found.entry)
    if found.admitted:
        return Place(
            event_id, PlaceState.ADMITTED, found.entry, number, pass_until=found.pass_until
        )
    if found.served:
        return Place(event_id, PlaceState.PASSED, found.entry, number)
    ahead = number - found.serving - 1
    return Place(
        event_id, PlaceState.WAITING, found.entry, number, ahead, _estimated_wait(terms, ahead)
    )


def _estimated_wait(terms: AdmissionTerms, ahead: int) -> int:
    """In seconds, as if everybody kept their pass to its end."""
    seconds = (ahead + 1) * terms.interval.total_seconds()
    if terms.max_active is not None:
        seconds = max(seconds, (ahead + 1) // terms.max_active * terms.pass_seconds)
    return math.ceil(seconds)

"""An event's waiting line: who is served in which order, and how quickly."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from src.service.admission.domain.shuffle import Shuffle
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.ids import EventId

# What nobody advanced for longer than this is not made up for: it would be a rush of its own.
_CATCH_UP = timedelta(seconds=5)

# Finding whose numbers these are takes about a tenth of a millisecond each.
MOST_AT_ONCE = 250


class LinePhase(StrEnum):
    GATHERING = "gathering"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Order:
    """Who has which number. The first `gathered` entries are shuffled, the others follow as they came."""

    seed: bytes
    gathered: int

    def number_of(self, entry: int) -> int:
        """Entries and numbers count from 1."""
        return self._shuffle.shuffled(entry - 1) + 1 if entry <= self.gathered else entry

    def entry_of(self, number: int) -> int:
        return self._shuffle.unshuffled(number - 1) + 1 if number <= self.gathered else number

    @property
    def _shuffle(self) -> Shuffle:
        return _shuffle(self.seed, self.gathered)


@lru_cache(maxsize=256)
def _shuffle(seed: bytes, gathered: int) -> Shuffle:
    return Shuffle(seed, gathered)


@dataclass(frozen=True, slots=True)
class Advance:
    """Numbers to serve: after `serving`, up to and including `to`, which these `entries` have. It moves
    `credited_until` on from `credited_from`."""

    event_id: EventId
    serving: int
    to: int
    credited_from: datetime
    credited_until: datetime
    entries: tuple[int, ...]

    @property
    def is_cut_short(self) -> bool:
        """Whether more may be due at once."""
        return len(self.entries) == MOST_AT_ONCE


@dataclass(frozen=True, slots=True)
class Line:
    """A line as PostgreSQL had it at `now`, by its clock.

    `gathered` is None before the opening, and so is `credited_until`: the moment until which the rate
    has been used up. `ended` is what was noted of its end; whether it `is_over` is what the event says now.
    `live_passes` is counted only where the terms limit it.
    """

    event_id: EventId
    terms: AdmissionTerms
    seed: bytes
    joined: int
    gathered: int | None
    serving: int
    credited_until: datetime | None
    ended: bool
    live_passes: int
    opens_at: datetime | None
    is_active: bool
    on_sale: bool
    is_over: bool
    now: datetime

    @property
    def phase(self) -> LinePhase:
        if self.is_over:
            return LinePhase.OVER
        return LinePhase.GATHERING if self.gathered is None else LinePhase.OPEN

    @property
    def seed_hash(self) -> bytes:
        """What commits the service to the seed before anybody may know it."""
        return sha256(self.seed).digest()

    @property
    def must_open(self) -> bool:
        """Whether its time has come, but nobody has noted yet who was there."""
        to_come = self.opens_at is not None and self.now < self.opens_at
        return self.gathered is None and not to_come and not self.is_over

    @property
    def must_note_end(self) -> bool:
        """Whether its end has come, or has been taken back, and nobody has noted that yet."""
        return self.ended != self.is_over

    @property
    def opens_in(self) -> timedelta | None:
        """How long until the opening; None when there is none to wait for."""
        if self.gathered is not None or self.opens_at is None or self.is_over:
            return None
        return max(timedelta(), self.opens_at - self.now)

    def advance(self) -> Advance | None:
        """What is due now: as many numbers as the rate has earned and the live passes leave room for.

        Rate that could not be used is lost but for one number's, so that it never becomes a rush.
        None when nothing is due.
        """
        if self.gathered is None or self.credited_until is None or not self.on_sale:
            return None
        interval = self.terms.interval
        since = max(self.credited_until, self.now - max(_CATCH_UP, interval))
        earned = min((self.now - since) // interval, MOST_AT_ONCE)
        served = max(0, min(earned, self._room))
        if served == earned:
            credited_until = since + served * interval
        else:
            credited_until = max(since + served * interval, self.now - interval)
        if served == 0 and credited_until - self.credited_until < interval:
            return None
        order = Order(self.seed, self.gathered)
        to = self.serving + served
        entries = tuple(order.entry_of(number) for number in range(self.serving + 1, to + 1))
        return Advance(
            self.event_id, self.serving, to, self.credited_until, credited_until, entries
        )

    @property
    def _room(self) -> int:
        waiting = self.joined - self.serving
        if self.terms.max_active is None:
            return waiting
        return min(waiting, self.terms.max_active - self.live_passes)

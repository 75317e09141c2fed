"""What REST and the streams tell of an event's seats."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import orjson

AVAILABLE = "available"

_MESSAGES_KEPT = 256


@dataclass(frozen=True, slots=True)
class Overview:
    """How many seats are available, reserved and sold in each subsection, and available in all."""

    counts: Mapping[str, tuple[int, int, int]]
    available: int

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        counts = {
            f"{part['section']}-{part['subsection']}": (
                part["available"],
                part["reserved"],
                part["sold"],
            )
            for part in content["sections"]
        }
        return cls(counts, sum(available for available, _, _ in counts.values()))


@dataclass(frozen=True, slots=True)
class SeatChanges:
    """The status of seats by their identifiers: of all of a subsection when it is `whole`."""

    whole: bool
    seats: Mapping[str, str]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        seats = {seat["seat_identifier"]: seat["status"] for seat in content["tickets"]}
        return cls(content.get("event_type") != "status_update", seats)


@dataclass(frozen=True, slots=True)
class WholeMap:
    """What REST says: the overview, and of each subsection its seats."""

    overview: Overview
    subsections: list[SeatChanges]


# The same bytes come to every watcher, and are read once.


@lru_cache(maxsize=_MESSAGES_KEPT)
def overview_of(message: bytes) -> Overview:
    return Overview.of(orjson.loads(message))


@lru_cache(maxsize=_MESSAGES_KEPT)
def changes_of(message: bytes) -> SeatChanges:
    return SeatChanges.of(orjson.loads(message))

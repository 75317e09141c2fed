"""An event's seats as the overview tells of them, by REST and in a stream alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import orjson

_MESSAGES_KEPT = 64


@dataclass(frozen=True, slots=True)
class SeatMap:
    """How many seats are available, reserved and sold: in each subsection, and in all."""

    counts: Mapping[str, tuple[int, int, int]]
    available: int
    reserved: int
    sold: int

    @classmethod
    def of(cls, overview: Mapping[str, Any]) -> Self:
        counts = {
            f"{part['section']}-{part['subsection']}": (
                part["available"],
                part["reserved"],
                part["sold"],
            )
            for part in overview["sections"]
        }
        available, reserved, sold = map(sum, zip(*counts.values(), strict=True))
        return cls(counts, available, reserved, sold)

    @property
    def taken(self) -> int:
        return self.reserved + self.sold


@lru_cache(maxsize=_MESSAGES_KEPT)
def seat_map_of(message: bytes) -> SeatMap:
    """The same bytes come to every watcher, and are read once."""
    return SeatMap.of(orjson.loads(message))

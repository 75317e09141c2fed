"""What an event's keys in Kvrocks say: its whole seat state, or that the state is lost."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seat_state_keys import Layout
from src.service.shared_kernel.seating import (
    STATUS_OF_CODE,
    SeatingConfig,
    SeatStatus,
    SubsectionKey,
)

_VERSION = re.compile(rb"[1-9][0-9]{0,14}")
_STATUSES = bytes(STATUS_OF_CODE)


@dataclass(frozen=True, slots=True)
class StoredSeats:
    """A whole seat state: a layout and a version that can be read, and for each subsection that was
    read one status byte for each seat."""

    version: StateVersion
    closed: bool
    seats: Mapping[SubsectionKey, bytes]

    @classmethod
    def first(cls, config: SeatingConfig) -> "StoredSeats":
        """The state that an event begins with: every seat is available."""
        available = SeatStatus.AVAILABLE.byte * config.seats_per_subsection
        return cls(StateVersion(1, 1), False, dict.fromkeys(config.subsections, available))

    @classmethod
    def read(
        cls,
        config: SeatingConfig,
        subsections: Sequence[SubsectionKey],
        values: Sequence[bytes | None],
    ) -> "StoredSeats | None":
        """`values` are those of `SeatStateKeys.whole_state`. None: the state is lost."""
        layout, version, *stored = values
        head = _read_head(layout, version)
        seats = [codes for codes in stored if codes is not None]
        if head is None or len(seats) < len(subsections):
            return None
        if any(len(codes) != config.seats_per_subsection for codes in seats):
            return None
        if b"".join(seats).translate(None, _STATUSES):
            return None
        return cls(*head, dict(zip(subsections, seats, strict=True)))


def read_version(layout: bytes | None, version: bytes | None) -> StateVersion | None:
    """Return the version that these values say, None when one of them cannot be read."""
    head = _read_head(layout, version)
    return None if head is None else head[0]


def _read_head(layout: bytes | None, version: bytes | None) -> tuple[StateVersion, bool] | None:
    if layout is None or version is None or _VERSION.fullmatch(version) is None:
        return None
    known = Layout.read(layout)
    return None if known is None else (StateVersion(known.epoch, int(version)), known.closed)

"""Where Kvrocks keeps an event's seat state, and the layout written there. Pure text, no I/O."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey
from src.service.shared_kernel.seating_config_json import seating_config_to_json


@dataclass(frozen=True, slots=True)
class SeatStateKeys:
    """Names keys and channels. The braces make an event's keys live on one node of a cluster."""

    prefix: str = ""

    def layout(self, event_id: EventId) -> str:
        return f"{self.prefix}event:{{{event_id}}}:layout"

    def version(self, event_id: EventId) -> str:
        return f"{self.prefix}event:{{{event_id}}}:version"

    def pending(self, event_id: EventId) -> str:
        return f"{self.prefix}event:{{{event_id}}}:pending"

    def seats(self, event_id: EventId, subsection: SubsectionKey) -> str:
        return f"{self.prefix}event:{{{event_id}}}:seats:{subsection.section}:{subsection.number}"

    def whole_state(self, event_id: EventId, subsections: Iterable[SubsectionKey]) -> list[str]:
        """What `StoredSeats.read` reads: the layout, the version, and the seats of these."""
        return [
            self.layout(event_id),
            self.version(event_id),
            *(self.seats(event_id, subsection) for subsection in subsections),
        ]

    def all_of(self, event_id: EventId, config: SeatingConfig) -> list[str]:
        return [
            *self.whole_state(event_id, ()),
            self.pending(event_id),
            *(self.seats(event_id, subsection) for subsection in config.subsections),
        ]

    def channel(self, event_id: EventId) -> str:
        return f"{self.prefix}event_state_updates:{event_id}"

    def event_of_channel(self, channel: str) -> EventId:
        return EventId(int(channel.rpartition(":")[2]))


_LAYOUT = re.compile(
    rb'\{"epoch":([1-9][0-9]{0,14}),"closed":(true|false),"rows":.*\]\}', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What `layout` holds besides the configuration, which Postgres has too."""

    epoch: int
    closed: bool

    def to_json(self, config: SeatingConfig) -> str:
        """`epoch` and `closed` come first: the scripts, and `read`, expect them there."""
        return json.dumps(
            {
                "epoch": self.epoch,
                "closed": self.closed,
                **seating_config_to_json(config),
            },
            separators=(",", ":"),
        )

    @classmethod
    def read(cls, stored: bytes) -> "Layout | None":
        """Return what was written, None for anything that `to_json` does not write.

        The seating in it is not read: it never changes, and Postgres has it.
        """
        match = _LAYOUT.fullmatch(stored)
        return None if match is None else cls(int(match[1]), match[2] == b"true")

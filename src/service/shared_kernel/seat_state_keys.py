"""Where Kvrocks keeps an event's seat state, and the layout written there. Pure text, no I/O."""

import json
from dataclasses import dataclass

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey


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

    def seats(self, event_id: EventId, block: SubsectionKey) -> str:
        return f"{self.prefix}event:{{{event_id}}}:seats:{block.section}:{block.number}"

    def all_of(self, event_id: EventId, config: SeatingConfig) -> list[str]:
        return [
            self.layout(event_id),
            self.version(event_id),
            self.pending(event_id),
            *(self.seats(event_id, block) for block in config.blocks),
        ]

    def channel(self, event_id: EventId) -> str:
        return f"{self.prefix}event_state_updates:{event_id}"

    def event_of_channel(self, channel: str) -> EventId:
        return EventId(int(channel.rpartition(":")[2]))


@dataclass(frozen=True, slots=True)
class Layout:
    """What `layout` holds besides the configuration, which Postgres has too."""

    epoch: int
    closed: bool

    def to_json(self, config: SeatingConfig) -> str:
        """`epoch` and `closed` come first: the scripts look for them there."""
        return json.dumps(
            {
                "epoch": self.epoch,
                "closed": self.closed,
                "rows": config.rows,
                "cols": config.cols,
                "sections": [
                    {"name": s.name, "price": s.price, "subsections": s.subsections}
                    for s in config.sections
                ],
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, stored: bytes | str) -> "Layout":
        layout = json.loads(stored)
        return cls(layout["epoch"], layout["closed"])

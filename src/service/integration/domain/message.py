"""What another program is told: one fact, as a CloudEvent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.message_type import MessageType

_SOURCE = "/event-ticketing"


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is larger than that of everything that had happened before to the same seat, reservation or
    event. It may be passed on more than once, always with the same id."""

    id: int
    type: MessageType
    event_id: EventId
    seller_id: UserId
    time: datetime
    data: Mapping[str, Any]

    def as_cloud_event(self) -> dict[str, Any]:
        """In the form of CloudEvents 1.0, to be written as JSON."""
        return cloud_event(
            self.id,
            self.type,
            self.time,
            {"event_id": self.event_id, **self.data},
            subject=f"event/{self.event_id}",
        )


def cloud_event(
    message_id: int, kind: str, time: datetime, data: Mapping[str, Any], **attributes: str
) -> dict[str, Any]:
    """In the form of CloudEvents 1.0, to be written as JSON."""
    return {
        "specversion": "1.0",
        "id": str(message_id),
        "source": _SOURCE,
        "type": str(kind),
        **attributes,
        "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }

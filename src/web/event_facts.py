"""What the served HTML says of an event, and the port that knows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event as everybody may see it. `timezone` is an IANA name; prices are whole numbers."""

    id: int
    name: str
    description: str
    venue_name: str
    lowest_price: int
    highest_price: int
    seats_left: bool
    starts_at: datetime | None = None
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    timezone: str | None = None


class EventFactsSource(Protocol):
    async def find(self, event_id: int) -> EventFacts | None:
        """None where a visitor who is not signed in sees no event. Raises StoreUnavailableError."""
        ...

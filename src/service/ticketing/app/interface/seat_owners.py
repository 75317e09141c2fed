"""The port that says who has seats of an event."""

from collections.abc import Awaitable, Callable

from src.service.shared_kernel.ids import EventId, UserId

# Whether the buyer has a reservation of the event that is live or confirmed.
HasSeats = Callable[[UserId, EventId], Awaitable[bool]]

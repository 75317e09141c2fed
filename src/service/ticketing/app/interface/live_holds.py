"""The port that releases what buyers hold when an event's sale is closed."""

from collections.abc import Awaitable, Callable

from src.service.shared_kernel.ids import EventId

# Releases every unconfirmed reservation of the closed event and ends its live streams.
ReleaseLiveHolds = Callable[[EventId], Awaitable[None]]

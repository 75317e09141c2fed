"""The port through which closing an event's sale lets go of what buyers hold."""

from collections.abc import Awaitable, Callable

from src.service.shared_kernel.ids import EventId

# Releases every unconfirmed reservation of the closed event and ends its live streams.
ReleaseLiveHolds = Callable[[EventId], Awaitable[None]]

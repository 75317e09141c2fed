"""The port that releases what buyers hold when an event's sale is closed."""

from collections.abc import Callable, Coroutine
from typing import Any

from src.service.shared_kernel.ids import EventId

# Releases every unconfirmed reservation of the closed event and ends its live streams.
ReleaseLiveHolds = Callable[[EventId], Coroutine[Any, Any, None]]

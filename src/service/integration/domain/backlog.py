"""What waits to be passed on."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages wait for a listener, and for how long the oldest does; zero when none does."""

    messages: int
    age: timedelta

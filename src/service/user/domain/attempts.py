"""How often somebody may fail before they have to wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in a window of so many seconds, for each key of its own."""

    name: str
    failures: int
    window: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """The failures of one account, one device or one address."""

    limit: Limit
    key: str


class TooManyAttemptsError(Exception):
    """Somebody has failed too often; whether this attempt was right was not looked at."""

    def __init__(self, limit: Limit, wait: int) -> None:
        """`wait` is in seconds."""
        super().__init__(f"Too many failed attempts. Try again in {wait} seconds.")
        self.limit = limit
        self.wait = wait

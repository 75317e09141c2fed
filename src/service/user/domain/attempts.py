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

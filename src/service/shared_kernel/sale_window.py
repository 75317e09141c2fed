"""When an event takes reservations."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SaleWindow:
    """From `opens_at` until just before `closes_at`; an end that is None has no limit.

    Whether it is open now is for PostgreSQL's clock to say, never for an instance's own.
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return not self.is_to_come(now) and not self.is_over(now)

    def is_to_come(self, now: datetime) -> bool:
        return self.opens_at is not None and now < self.opens_at

    def is_over(self, now: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= now


ALWAYS = SaleWindow()

"""What a buyer may hold, and for how long."""

from dataclasses import dataclass
from datetime import timedelta

from src.service.reservation.domain.errors import TooManySeatsHeldError


@dataclass(frozen=True, slots=True)
class HoldTerms:
    """How long a hold lasts, and how many seats of an event a buyer may hold at once."""

    lasts: timedelta
    seat_limit: int

    def too_many(
        self, wanted: int, *, held: int, first_ends_in: timedelta | None
    ) -> TooManySeatsHeldError | None:
        """The refusal of a buyer who holds so many seats and wants more, None when they may."""
        if held + wanted <= self.seat_limit:
            return None
        helps = wanted <= self.seat_limit
        return TooManySeatsHeldError(
            held=held, limit=self.seat_limit, first_ends_in=first_ends_in if helps else None
        )

"""How an event lets buyers in, one after the other."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from src.service.shared_kernel.errors import FieldError, InvalidInputError

MAX_PER_MINUTE = 60_000
MAX_ACTIVE = 1_000_000
MAX_PASS_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class AdmissionTerms:
    """So many numbers of the waiting line are served a minute, each with a pass that lasts so many
    seconds; at most `max_active` passes are live at once, when that is given."""

    per_minute: int
    pass_seconds: int
    max_active: int | None = None

    @classmethod
    def checked(cls, per_minute: int, pass_seconds: int, max_active: int | None = None) -> Self:
        """Return the terms, or raise InvalidInputError."""
        errors = [
            FieldError(("admission", name), f"must be from 1 to {most}")
            for name, value, most in (
                ("per_minute", per_minute, MAX_PER_MINUTE),
                ("max_active", max_active, MAX_ACTIVE),
                ("pass_seconds", pass_seconds, MAX_PASS_SECONDS),
            )
            if value is not None and not 1 <= value <= most
        ]
        if errors:
            raise InvalidInputError(*errors)
        return cls(per_minute, pass_seconds, max_active)

    @property
    def interval(self) -> timedelta:
        """From one number served to the next."""
        return timedelta(minutes=1) / self.per_minute

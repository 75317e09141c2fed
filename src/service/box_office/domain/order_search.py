"""What a seller looks for among the orders of an event."""

import re
from dataclasses import dataclass
from uuid import UUID

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatId, SeatingConfig
from src.service.shared_kernel.text import has_controls, tidy_name

_LONGEST = 200

# The first digits of an id, with its hyphens or without. Fewer would be any word of these letters.
_FEWEST_DIGITS = 4
_ID_DIGITS = 32
_HEXADECIMAL = re.compile("[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Orders that have this status, and to which `text` says something: it is in the buyer's name or
    email, in any case, or `ids` from the first to the last has the order's id, or it had one of `seats`.
    None stands for all."""

    status: ReservationStatus | None = None
    text: str | None = None
    ids: tuple[UUID, UUID] | None = None
    seats: tuple[SeatId, ...] = ()

    @classmethod
    def checked(cls, status: str | None, text: str | None, config: SeatingConfig) -> "OrderSearch":
        """Return the search, or raise InvalidInputError."""
        errors: list[FieldError] = []
        known = list(map(str, ReservationStatus))
        if status is not None and status not in known:
            errors.append(FieldError(("query", "status"), f"must be one of {', '.join(known)}"))
        text = tidy_name(text or "")
        if len(text) > _LONGEST:
            errors.append(FieldError(("query", "q"), f"must have at most {_LONGEST} characters"))
        elif has_controls(text):
            errors.append(FieldError(("query", "q"), "must not contain control characters"))
        if errors:
            raise InvalidInputError(*errors)
        return cls(
            None if status is None else ReservationStatus(status),
            text or None,
            _ids_that_begin_with(text),
            tuple(_seats_named(text, config)),
        )


def _ids_that_begin_with(text: str) -> tuple[UUID, UUID] | None:
    digits = text.lower().replace("-", "")
    if not _FEWEST_DIGITS <= len(digits) <= _ID_DIGITS or not _HEXADECIMAL.fullmatch(digits):
        return None
    return UUID(digits.ljust(_ID_DIGITS, "0")), UUID(digits.ljust(_ID_DIGITS, "f"))


def _seats_named(text: str, config: SeatingConfig) -> list[SeatId]:
    """The seats of the event that the text may mean: sections have names of any case."""
    named = SeatId.parse(text)
    if named is None:
        return []
    sections = [s.name for s in config.sections if s.name.casefold() == named.section.casefold()]
    seats = [named._replace(section=section) for section in sections]
    return [seat for seat in seats if config.has_seat(seat)]

"""Seats that a seller takes off sale, for guests, the crew or a camera."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from src.service.reservation.domain.reservation import NamedSeats
from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey

MAX_NAMED_HOUSE_SEATS = 1_000


@dataclass(frozen=True, slots=True)
class WholeSubsection:
    """A request for all that there is in one subsection."""

    subsection: SubsectionKey

    @classmethod
    def checked(cls, section: str | None, subsection: int | None) -> "WholeSubsection":
        """Return the request, or raise InvalidInputError."""
        if section is None or subsection is None:
            raise InvalidInputError(
                FieldError(("seats",), "are needed, or a section and a subsection")
            )
        return cls(SubsectionKey.named(section, subsection))

    def require_in(self, config: SeatingConfig) -> None:
        """Raise InvalidInputError when the event has no such subsection."""
        if not config.has_subsection(self.subsection):
            raise InvalidInputError(FieldError(("subsection",), "the event has no such part"))


HouseSeatsWanted = NamedSeats | WholeSubsection


@dataclass(frozen=True, slots=True)
class HouseSeats:
    """House seats of an event, by their places in each subsection, in layout order."""

    event: EventEntry
    places: Mapping[SubsectionKey, Sequence[int]]

"""The port that changes seats in Kvrocks, which decides quickly who gets a seat."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey


class SeatChange(Enum):
    """How a reservation's end, or that of a sale, changes its seats: the status before and after."""

    SELL = (SeatStatus.RESERVED, SeatStatus.SOLD)
    FREE = (SeatStatus.RESERVED, SeatStatus.AVAILABLE)
    CANCEL = (SeatStatus.SOLD, SeatStatus.AVAILABLE)

    @property
    def before(self) -> SeatStatus:
        return self.value[0]

    @property
    def after(self) -> SeatStatus:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Hold:
    """Seats marked as reserved in Kvrocks, whose reservation Postgres may not know yet."""

    event_id: EventId
    config: SeatingConfig
    reservation_id: ReservationId
    seats: tuple[SeatId, ...]


class SeatInventory(Protocol):
    """Every call is one atomic step. A version that it returns is the one that it made.

    Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when the answer was lost,
    SeatStateMissingError when the event's state was.
    """

    async def take(self, hold: Hold) -> StateVersion:
        """Mark the seats reserved and add a pending entry for the hold; all or nothing.

        Raises SeatsTakenError, or NotOnSaleError for a closed event.
        """
        ...

    async def take_free(
        self,
        event_id: EventId,
        config: SeatingConfig,
        reservation_id: ReservationId,
        subsection: SubsectionKey,
        *,
        most: int,
    ) -> tuple[Hold, StateVersion] | None:
        """Do the same with the first available seats of the subsection, up to `most`, whichever they
        are; None when there is none. Raises NotOnSaleError for a closed event."""
        ...

    async def clear_pending(self, hold: Hold) -> bool:
        """Clear the hold's pending entry: Postgres has it.

        Returns True when the subsections it touches have no available seat left.
        """
        ...

    async def give_back(
        self, hold: Hold, statuses: Mapping[SeatId, SeatStatus]
    ) -> tuple[StateVersion, Mapping[SeatId, SeatStatus]] | None:
        """Clear the hold's pending entry and set those of its seats to `statuses` that are reserved still; return
        the version since and the statuses that it changed. None when another has cleared it before."""
        ...

    async def change(
        self, event_id: EventId, config: SeatingConfig, seats: tuple[SeatId, ...], to: SeatChange
    ) -> StateVersion | None:
        """Change the seats that still have the status before; None when none has."""
        ...

    async def close(self, event_id: EventId) -> StateVersion | None:
        """Take no more holds for this event; None while one is pending. Closing it again changes nothing."""
        ...

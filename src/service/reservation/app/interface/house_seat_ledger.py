"""The port to the system of record for house seats. Each call is one transaction."""

from collections.abc import Mapping
from typing import Protocol

from src.service.reservation.app.interface.reservation_ledger import NewReservation
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SubsectionKey


class HouseSeatLedger(Protocol):
    """Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when the answer to
    a commit was lost."""

    async def hold(self, new: NewReservation) -> None:
        """Take exactly these seats off sale, for the seller of the event and without an end.

        Raises HoldRefusedError, whose `on_sale` says whether the event is open.
        """
        ...

    async def free(self, event_id: EventId, seats: tuple[SeatId, ...]) -> tuple[SeatId, ...]:
        """Put the house seats among these on sale again; return them."""
        ...

    async def free_in(
        self, event_id: EventId, subsection: SubsectionKey, *, most: int
    ) -> tuple[SeatId, ...]:
        """Put house seats of this subsection on sale again, up to `most`; return them."""
        ...

    async def places(
        self, event_id: EventId, config: SeatingConfig
    ) -> Mapping[SubsectionKey, tuple[int, ...]]:
        """Every house seat of the event, by its place in its subsection, in layout order."""
        ...

"""The house seats of one's own event."""

from src.service.reservation.app.interface.house_seat_ledger import HouseSeatLedger
from src.service.reservation.domain.house_seats import HouseSeats
from src.service.shared_kernel.event_directory import EventDirectory, own_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId


class ListHouseSeatsUseCase:
    def __init__(self, directory: EventDirectory, ledger: HouseSeatLedger) -> None:
        self._directory = directory
        self._ledger = ledger

    async def execute(self, caller: Caller, event_id: EventId) -> HouseSeats:
        """Return all of them, as Postgres has them. Raises ForbiddenError, EventNotFoundError."""
        event = await own_event(self._directory, caller, event_id)
        return HouseSeats(event, await self._ledger.places(event_id, event.config))

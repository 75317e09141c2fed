"""Take free seats off sale: check, take them in Kvrocks, then record them, as a reservation is made."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from src.service.reservation.app.hold_recorder import HoldRecorder
from src.service.reservation.app.interface.house_seat_ledger import HouseSeatLedger
from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
)
from src.service.reservation.app.interface.seat_inventory import Hold, SeatInventory
from src.service.reservation.domain.errors import (
    EventOverError,
    NotEnoughSeatsError,
    NotOnSaleError,
    SeatsTakenError,
)
from src.service.reservation.domain.house_seats import (
    HouseSeats,
    HouseSeatsWanted,
    WholeSubsection,
)
from src.service.reservation.domain.reservation import NamedSeats
from src.service.shared_kernel.errors import EventNotFoundError, StoreUnavailableError
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry, own_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import StateVersion, seats_by_subsection
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey

T = TypeVar("T")

# In one step. More would keep other requests waiting for the process, or for Kvrocks.
_AT_ONCE = 2_000
_TRIES = 5


class TakeHouseSeatsUseCase:
    def __init__(
        self,
        directory: EventDirectory,
        inventory: SeatInventory,
        ledger: HouseSeatLedger,
        recorder: HoldRecorder,
        reconcile_requests: ReconcileRequests,
        new_id: Callable[[], ReservationId],
    ) -> None:
        self._directory = directory
        self._inventory = inventory
        self._ledger = ledger
        self._recorder = recorder
        self._reconcile_requests = reconcile_requests
        self._new_id = new_id

    async def execute(
        self, caller: Caller, event_id: EventId, wanted: HouseSeatsWanted
    ) -> HouseSeats:
        """Return the seats that were taken. Named ones are taken all or none.

        All that are free in a subsection are taken in steps of some thousand: when a store fails
        between two of them, the seats before stay taken, and who asks again gets the rest.
        """
        event = await own_event(self._directory, caller, event_id)
        wanted.require_in(event.config)
        await self._require_open(event)
        if isinstance(wanted, NamedSeats):
            hold = await self._take_named(caller, event, wanted)
            grouped = seats_by_subsection(event.config, hold.seats)
            places = {part: grouped[part] for part in event.config.subsections if part in grouped}
            return HouseSeats(event, places)
        indexes = await self._take_free(caller, event, wanted)
        return HouseSeats(event, {wanted.subsection: indexes})

    async def _require_open(self, event: EventEntry) -> None:
        """Ask Postgres, before any seat is touched: the directory may be behind."""
        now = await self._directory.refresh([event])
        if not now:
            raise EventNotFoundError(event.id)
        if not now[0].status.is_open:
            raise EventOverError

    async def _take_named(self, caller: Caller, event: EventEntry, wanted: NamedSeats) -> Hold:
        hold = Hold(event.id, event.config, self._new_id(), wanted.seats)
        version = await self._taking(event, self._inventory.take(hold))
        try:
            await self._record(caller, hold, version)
        except HoldRefusedError as refused:
            taken = [s for s, now in refused.statuses.items() if now is not SeatStatus.AVAILABLE]
            raise SeatsTakenError(taken or hold.seats) from refused
        return hold

    async def _take_free(
        self, caller: Caller, event: EventEntry, wanted: WholeSubsection
    ) -> list[int]:
        indexes: list[int] = []
        tries_left = _TRIES
        while (taken := await self._take_some(event, wanted.subsection)) is not None:
            hold, version = taken
            try:
                await self._record(caller, hold, version)
            except HoldRefusedError as refused:
                # What Postgres says of these seats is in Kvrocks since: others are found next.
                tries_left -= 1
                if not tries_left:
                    raise SeatsTakenError(hold.seats) from refused
                continue
            indexes += map(event.config.index_of, hold.seats)
            if len(hold.seats) < _AT_ONCE:
                break
        if not indexes:
            raise NotEnoughSeatsError("No seat is available there.")
        return indexes

    async def _take_some(
        self, event: EventEntry, subsection: SubsectionKey
    ) -> tuple[Hold, StateVersion] | None:
        taking = self._inventory.take_free(
            event.id, event.config, self._new_id(), subsection, most=_AT_ONCE
        )
        return await self._taking(event, taking)

    async def _taking(self, event: EventEntry, taking: Awaitable[T]) -> T:
        try:
            return await taking
        except NotOnSaleError as closed:
            raise EventOverError from closed
        except StoreUnavailableError:
            # The seats may be marked, or the whole event's state may be lost.
            self._reconcile_requests.request(event.id)
            raise

    async def _record(self, caller: Caller, hold: Hold, version: StateVersion) -> None:
        """Raise HoldRefusedError for seats alone."""
        new = NewReservation(hold.reservation_id, hold.event_id, caller.id, hold.seats)
        try:
            await self._recorder.record(hold, version, self._ledger.hold(new))
        except HoldRefusedError as refused:
            if not refused.on_sale:
                raise EventOverError from refused
            raise

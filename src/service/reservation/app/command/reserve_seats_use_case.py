"""Take seats for a buyer: check in Postgres whether they may have any, take them in Kvrocks, which is
quick, and record them in Postgres, which decides.

A request that the check can tell will be refused changes nothing that others see. Only what changes
between the check and the record is undone after the take.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping

from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
    ReservationLedger,
    Standing,
)
from src.service.reservation.app.interface.seat_inventory import Hold, SeatInventory
from src.service.reservation.app.seat_picker import SeatPicker
from src.service.reservation.domain.errors import (
    NotAdmittedError,
    NotOnSaleError,
    SeatsTakenError,
    TooManySeatsHeldError,
)
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import (
    BestAvailable,
    NamedSeats,
    Reservation,
)
from src.service.shared_kernel.errors import (
    NotSignedInError,
    OutcomeUnknownError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry, existing_event
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seating import SeatId, SeatStatus

logger = logging.getLogger(__name__)

_PICKS = 5


class ReserveSeatsUseCase:
    def __init__(
        self,
        directory: EventDirectory,
        picker: SeatPicker,
        inventory: SeatInventory,
        ledger: ReservationLedger,
        broadcaster: EventStateBroadcaster,
        reconcile_requests: ReconcileRequests,
        new_id: Callable[[], ReservationId],
        terms: HoldTerms,
    ) -> None:
        self._directory = directory
        self._picker = picker
        self._inventory = inventory
        self._ledger = ledger
        self._broadcaster = broadcaster
        self._reconcile_requests = reconcile_requests
        self._new_id = new_id
        self._terms = terms
        self._in_flight: set[tuple[UserId, str]] = set()

    async def execute(
        self,
        caller: Caller,
        event_id: EventId,
        wanted: NamedSeats | BestAvailable,
        key: IdempotencyKey | None = None,
    ) -> Reservation:
        """Return the reservation, durable in both stores; all seats or none."""
        caller.require(Role.BUYER)
        event = await existing_event(self._directory, event_id)
        standing = await self._ledger.check(caller.id, event.id, key)
        if standing.made is not None:
            return standing.made
        self._require_possible(caller, event, wanted, standing)
        if key is None:
            return await self._reserve(caller, event, wanted, None)

        claim = (caller.id, key.key)
        if claim in self._in_flight:
            raise IdempotencyInFlightError
        self._in_flight.add(claim)
        try:
            return await self._reserve(caller, event, wanted, key)
        except (IdempotencyInFlightError, SeatsTakenError, TooManySeatsHeldError):
            # Another instance may have answered the same request meanwhile.
            if known := await self._ledger.find_by_key(caller.id, key):
                return known
            raise
        finally:
            self._in_flight.discard(claim)

    def _require_possible(
        self,
        caller: Caller,
        event: EventEntry,
        wanted: NamedSeats | BestAvailable,
        standing: Standing,
    ) -> None:
        """Raise the error with which the ledger would refuse the request, before any seat is taken."""
        if not standing.account_exists:
            raise NotSignedInError.no_account()
        event.require_visible_to(caller)
        if event.status.is_final:
            raise NotOnSaleError(f"The event is {event.status}.")
        wanted.require_in(event.config)
        if not standing.on_sale:
            raise NotOnSaleError.before(standing.opens) if standing.opens else NotOnSaleError()
        if not standing.admitted:
            raise NotAdmittedError
        too_many = self._terms.too_many(
            wanted.quantity, held=standing.held, first_ends_in=standing.first_ends_in
        )
        if too_many is not None:
            raise too_many

    async def _reserve(
        self,
        caller: Caller,
        event: EventEntry,
        wanted: NamedSeats | BestAvailable,
        key: IdempotencyKey | None,
    ) -> Reservation:
        if isinstance(wanted, BestAvailable):
            # The buyer did not name these seats. When Postgres refuses them, others will do.
            for _ in range(_PICKS - 1):
                with contextlib.suppress(SeatsTakenError):
                    return await self._reserve_once(caller, event, wanted, key)
        return await self._reserve_once(caller, event, wanted, key)

    async def _reserve_once(
        self,
        caller: Caller,
        event: EventEntry,
        wanted: NamedSeats | BestAvailable,
        key: IdempotencyKey | None,
    ) -> Reservation:
        reservation_id = self._new_id()

        def hold_of(seats: tuple[SeatId, ...]) -> Hold:
            return Hold(event.id, event.config, reservation_id, seats)

        async def record(hold: Hold, version: StateVersion) -> Reservation:
            reservation = await self._record(hold, version, caller.id, key)
            await self._clear_pending(hold)
            self._broadcast_taken(hold, version)
            return reservation

        try:
            if isinstance(wanted, BestAvailable):
                return await self._picker.take_best(
                    event.id, event.config, wanted, hold_of, then=record
                )
            hold = hold_of(wanted.seats)
            version = await self._inventory.take(hold)
        except StoreUnavailableError:
            # The seats may be marked, or the whole event's state may be lost.
            self._reconcile_requests.request(event.id)
            raise
        return await record(hold, version)

    async def _record(
        self, hold: Hold, taken_at: StateVersion, buyer_id: UserId, key: IdempotencyKey | None
    ) -> Reservation:
        new = NewReservation(hold.reservation_id, hold.event_id, buyer_id, hold.seats)
        try:
            return await self._ledger.record(new, self._terms, key)
        except (OutcomeUnknownError, asyncio.CancelledError):
            # Postgres may have it: the pending entry stays, and the reconciler finds out.
            self._reconcile_requests.request(hold.event_id)
            raise
        except HoldRefusedError as refused:
            await self._give_back(hold, taken_at, refused.statuses)
            if not refused.on_sale:
                raise NotOnSaleError from refused
            taken = [s for s, now in refused.statuses.items() if now is not SeatStatus.AVAILABLE]
            # None when the seats have become available since; they were taken at the time.
            raise SeatsTakenError(taken or hold.seats) from refused
        except BaseException:
            available = dict.fromkeys(hold.seats, SeatStatus.AVAILABLE)
            await self._give_back(hold, taken_at, available)
            raise

    async def _clear_pending(self, hold: Hold) -> None:
        try:
            none_left = await self._inventory.clear_pending(hold)
            if none_left:
                await self._ledger.mark_sold_out(hold.event_id)
        except StoreUnavailableError as error:
            # Both stores have the reservation; only the pending entry or the event's status is late.
            logger.warning("hold %s stays pending: %s", hold.reservation_id, error)
            self._reconcile_requests.request(hold.event_id)

    async def _give_back(
        self, hold: Hold, taken_at: StateVersion, statuses: Mapping[SeatId, SeatStatus]
    ) -> None:
        try:
            version = await self._inventory.give_back(hold, statuses)
        except StoreUnavailableError as error:
            logger.warning("hold %s waits for the reconciler: %s", hold.reservation_id, error)
            self._reconcile_requests.request(hold.event_id)
            return
        if version is not None:
            # Both changes, because subscribers who miss a version read everything again.
            self._broadcast_taken(hold, taken_at)
            self._broadcast(hold, version, statuses)

    def _broadcast_taken(self, hold: Hold, version: StateVersion) -> None:
        self._broadcast(hold, version, dict.fromkeys(hold.seats, SeatStatus.RESERVED))

    def _broadcast(
        self, hold: Hold, version: StateVersion, statuses: Mapping[SeatId, SeatStatus]
    ) -> None:
        self._broadcaster.broadcast(
            EventStateUpdate.of(hold.event_id, hold.config, version, statuses)
        )

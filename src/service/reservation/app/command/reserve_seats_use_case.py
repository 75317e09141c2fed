"""Take seats for a buyer: check in Postgres whether they may have any, take them in Kvrocks, which is
quick, and record them in Postgres, which decides.

A request that the check can tell will be refused changes nothing that others see. Only what changes
between the check and the record is undone after the take.
"""

import contextlib
from collections.abc import Callable

from src.service.reservation.app.hold_recorder import HoldRecorder
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
    ReservationError,
    SeatsTakenError,
    TooManySeatsHeldError,
)
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import (
    BestAvailable,
    NamedSeats,
    Reservation,
)
from src.service.shared_kernel.errors import NotSignedInError, StoreUnavailableError
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry, existing_event
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatId, SeatStatus

_PICKS = 5


class ReserveSeatsUseCase:
    def __init__(
        self,
        directory: EventDirectory,
        picker: SeatPicker,
        inventory: SeatInventory,
        ledger: ReservationLedger,
        recorder: HoldRecorder,
        reconcile_requests: ReconcileRequests,
        new_id: Callable[[], ReservationId],
        terms: HoldTerms,
    ) -> None:
        self._directory = directory
        self._picker = picker
        self._inventory = inventory
        self._ledger = ledger
        self._recorder = recorder
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
            new = NewReservation(reservation_id, event.id, caller.id, hold.seats)
            recording = self._ledger.record(new, self._terms, key)
            try:
                return await self._recorder.record(hold, version, recording)
            except HoldRefusedError as refused:
                raise _refusal(refused, hold.seats) from refused

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


def _refusal(refused: HoldRefusedError, wanted: tuple[SeatId, ...]) -> ReservationError:
    if not refused.on_sale:
        return NotOnSaleError()
    taken = [s for s, now in refused.statuses.items() if now is not SeatStatus.AVAILABLE]
    # None when the seats have become available since; they were taken at the time.
    return SeatsTakenError(taken or wanted)

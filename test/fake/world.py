"""Both stores with everything of the reservation side built on their fakes."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from src.service.reservation.app.command.confirm_reservation_use_case import (
    ConfirmReservationUseCase,
)
from src.service.reservation.app.command.expire_reservations_use_case import (
    ExpireReservationsUseCase,
)
from src.service.reservation.app.command.reconcile_seat_state_use_case import (
    ReconcileSeatStateUseCase,
)
from src.service.reservation.app.command.release_event_holds_use_case import (
    ReleaseEventHoldsUseCase,
)
from src.service.reservation.app.command.release_reservation_use_case import (
    ReleaseReservationUseCase,
)
from src.service.reservation.app.command.reserve_seats_use_case import ReserveSeatsUseCase
from src.service.reservation.app.interface.reservation_ledger import HoldTerms
from src.service.reservation.app.query.verify_seat_state_use_case import VerifySeatStateUseCase
from src.service.reservation.app.seat_comparison import SeatComparer
from src.service.reservation.app.seat_picker import SeatPicker
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.reservation.domain.reservation import NamedSeats, Reservation
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.seating import SeatStatus
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from test.fake.announcing import FakeEventStateBroadcaster, FakeStateRepairs
from test.fake.kvrocks import (
    FakeKvrocks,
    FakeSeatInventory,
    FakeSeatStateQuery,
    FakeSeatStateRepair,
)
from test.fake.people import BUYER, an_event, seat, seats
from test.fake.postgres import (
    FakeEventDirectory,
    FakeLedgerAudit,
    FakePostgres,
    FakeReservationLedger,
)

HOLD_FOR = timedelta(minutes=15)
GRACE = timedelta(seconds=30)
DRAFT_LIMIT = timedelta(minutes=5)
PATIENCE = 1.8


class World:
    """One event in both stores. Of the seats, what `journal` says happened, in that order."""

    def __init__(self, event: Event | None = None, *, seat_limit: int = 20) -> None:
        self.journal: list[str] = []
        self.postgres = FakePostgres()
        self.kvrocks = FakeKvrocks(pending_seconds=GRACE.total_seconds())

        self.directory = FakeEventDirectory(self.postgres)
        self.seat_state = FakeSeatStateQuery(self.kvrocks, self.journal)
        self.inventory = FakeSeatInventory(self.kvrocks, self.journal)
        self.repair = FakeSeatStateRepair(self.kvrocks)
        self.ledger = FakeReservationLedger(self.postgres, self.journal)
        self.audit = FakeLedgerAudit(self.postgres)
        self.broadcaster = FakeEventStateBroadcaster(self.journal)
        self.repairs = FakeStateRepairs()

        self.picker = SeatPicker(self.seat_state, self.inventory, patience=PATIENCE)
        self.sync = SeatStateSync(self.directory, self.inventory, self.broadcaster, self.repairs)
        self.release_event_holds = ReleaseEventHoldsUseCase(self.ledger, self.sync)
        self.comparer = SeatComparer(self.directory, self.audit, self.repair, grace=GRACE)
        self.reserve = ReserveSeatsUseCase(
            self.directory,
            self.picker,
            self.inventory,
            self.ledger,
            self.broadcaster,
            self.repairs,
            _numbered_ids(),
            HoldTerms(HOLD_FOR, seat_limit),
        )
        self.confirm = ConfirmReservationUseCase(self.ledger, self.sync)
        self.release = ReleaseReservationUseCase(self.ledger, self.sync)
        self.expire = ExpireReservationsUseCase(self.ledger, self.sync)
        self.reconcile = ReconcileSeatStateUseCase(
            self.audit,
            self.repair,
            self.inventory,
            self.broadcaster,
            self.comparer,
            self.release_event_holds,
        )
        self.verify = VerifySeatStateUseCase(
            self.audit, self.repair, self.comparer, draft_limit=DRAFT_LIMIT
        )
        self.event = self.add(event or an_event())

    def add(self, event: Event) -> Event:
        self.kvrocks.add(event.id, event.config)
        return self.postgres.add(event)

    def pass_time(self, period: timedelta) -> None:
        """Both stores' clocks go on; those of this process do not exist."""
        self.postgres.now += period
        self.kvrocks.now += period.total_seconds()

    async def hold(self, identifiers: str, caller: Caller = BUYER) -> Reservation:
        """Reserve these seats."""
        return await self.reserve.execute(caller, self.event.id, NamedSeats(seats(identifiers)))

    def in_kvrocks(self, identifier: str) -> SeatStatus:
        return self.kvrocks.events[self.event.id].status_of(seat(identifier))

    def in_postgres(self, identifier: str) -> SeatStatus:
        return self.postgres.tickets[self.event.id][seat(identifier)].status

    @property
    def stores_agree(self) -> bool:
        """Whether both hold the same seats and no hold is in doubt."""
        event_id = self.event.id
        return (
            self.kvrocks.seat_bytes(event_id) == self.postgres.seat_bytes(event_id)
            and not self.kvrocks.events[event_id].pending
        )


def _numbered_ids() -> Callable[[], ReservationId]:
    numbers = iter(range(1, 1_000_000))
    return lambda: ReservationId(UUID(int=next(numbers)))

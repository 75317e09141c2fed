"""Both stores with everything of the reservation side built on their fakes."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from src.bootstrap.reservation import ReservationPolicy, ReservationPorts, build_reservation
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import NamedSeats, Reservation
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.seating import SeatStatus
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event
from test.fake.announcing import FakeEventStateBroadcaster, FakeReconcileRequests
from test.fake.kvrocks import (
    FakeKvrocks,
    FakeSeatInventory,
    FakeSeatStateQuery,
    FakeSeatStateStore,
)
from test.fake.people import BUYER, an_event, seat, seats
from test.fake.postgres import (
    FakeEventDirectory,
    FakeHouseSeatLedger,
    FakeLedgerAudit,
    FakePostgres,
    FakeReservationLedger,
)

HOLD_FOR = timedelta(minutes=15)
GRACE = timedelta(seconds=30)
DRAFT_LIMIT = timedelta(minutes=5)
PICK_TIMEOUT = 1.8


class World:
    """One event in both stores. Of the seats, what `journal` says happened, in that order."""

    def __init__(self, event: Event | None = None, *, seat_limit: int = 20) -> None:
        self.journal: list[str] = []
        self.postgres = FakePostgres()
        self.kvrocks = FakeKvrocks(pending_seconds=GRACE.total_seconds())

        self.directory = FakeEventDirectory(self.postgres)
        self.seat_state = FakeSeatStateQuery(self.kvrocks, self.journal)
        self.inventory = FakeSeatInventory(self.kvrocks, self.journal)
        self.state_store = FakeSeatStateStore(self.kvrocks)
        self.ledger = FakeReservationLedger(self.postgres, self.journal)
        self.house_seat_ledger = FakeHouseSeatLedger(self.postgres, self.journal)
        self.audit = FakeLedgerAudit(self.postgres)
        self.broadcaster = FakeEventStateBroadcaster(self.journal)
        self.reconcile_requests = FakeReconcileRequests()

        context = build_reservation(
            ReservationPorts(
                directory=self.directory,
                ledger=self.ledger,
                house_seat_ledger=self.house_seat_ledger,
                audit=self.audit,
                inventory=self.inventory,
                seat_state=self.seat_state,
                pick_state=self.seat_state,
                state_store=self.state_store,
                broadcaster=self.broadcaster,
                reconcile_requests=self.reconcile_requests,
                new_id=_numbered_ids(),
            ),
            ReservationPolicy(
                HoldTerms(HOLD_FOR, seat_limit),
                pick_timeout=PICK_TIMEOUT,
                pending_ttl=GRACE,
                draft_ttl=DRAFT_LIMIT,
            ),
        )
        self.reserve = context.endpoints.reserve
        self.confirm = context.endpoints.confirm
        self.release = context.endpoints.release
        self.release_seat = context.endpoints.release_seat
        self.cancel = context.endpoints.cancel
        self.take_house_seats = context.house_seats.take
        self.free_house_seats = context.house_seats.free
        self.list_house_seats = context.house_seats.list
        self.release_event_holds = context.release_event_holds
        self.expire = context.expire
        self.reconcile = context.reconcile
        self.verify = context.verify
        self.begin_epoch = context.begin_epoch
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

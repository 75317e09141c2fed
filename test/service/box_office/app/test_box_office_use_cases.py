"""What sellers and buyers may ask the box office."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from src.bootstrap.box_office import BoxOfficePorts, build_box_office
from src.service.box_office.app.interface.ticket_audit import TicketAudit
from src.service.box_office.domain.errors import (
    AlreadyCheckedInError,
    NoDateError,
    NoSuchTicketError,
)
from src.service.box_office.domain.ticket import Ticket
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    NotConfirmedError,
    ReservationNotFoundError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.domain.event_dates import EventDates
from test.fake.box_office import FakeDoor, FakeOrderBook, FakePurchases, FakeSalesReports
from test.fake.people import BUYER, OTHER_BUYER, OTHER_SELLER, SELLER, seat
from test.fake.world import World

STARTS = datetime(2026, 5, 1, 12, tzinfo=UTC)


class NothingWrong(TicketAudit):
    async def contradictions(self) -> list[str]:
        return []


class Office:
    """The box office of a world with one event."""

    def __init__(self) -> None:
        self.world = World()
        tables = self.world.postgres
        self.door = FakeDoor(tables)
        built = build_box_office(
            BoxOfficePorts(
                self.world.directory,
                FakeOrderBook(tables),
                FakeSalesReports(tables),
                FakePurchases(tables),
                self.door,
                NothingWrong(),
            ),
            send_timeout=1,
        )
        self.orders, self.tickets, self.doors = built.orders, built.tickets, built.door

    @property
    def event_id(self) -> EventId:
        return self.world.event.id

    async def sell(self, identifiers: str) -> Reservation:
        held = await self.world.hold(identifiers)
        return await self.world.confirm.execute(BUYER, held.id)

    async def tickets_of(self, order: Reservation) -> tuple[Ticket, ...]:
        return await self.tickets.get_tickets.execute(BUYER, order.id)

    def change_event(self, **changes: object) -> None:
        event = self.world.postgres.events[self.event_id]
        self.world.postgres.events[self.event_id] = replace(event, **changes)  # type: ignore[arg-type]


@pytest.fixture
def office() -> Office:
    return Office()


class TestWhoMay:
    @pytest.mark.parametrize("caller", [BUYER, OTHER_SELLER])
    async def test_look_at_orders_is_the_events_seller_alone(
        self, office: Office, caller: Caller
    ) -> None:
        export = office.orders.export.execute(caller, office.event_id, status=None, text=None)

        for forbidden in (
            office.orders.list.execute(
                caller, office.event_id, status=None, text=None, limit=1, cursor=None
            ),
            anext(export),
            office.orders.report.execute(caller, office.event_id),
            office.doors.count.execute(caller, office.event_id),
            office.doors.check_in.execute(caller, office.event_id, "x"),
        ):
            with pytest.raises(ForbiddenError):
                await forbidden

    async def test_nobody_of_an_event_that_there_is_not(self, office: Office) -> None:
        with pytest.raises(EventNotFoundError):
            await office.orders.report.execute(SELLER, EventId(99))

    async def test_see_tickets_is_their_buyer_alone(self, office: Office) -> None:
        order = await office.sell("A-1-1-1")

        with pytest.raises(ForbiddenError):
            await office.tickets.get_tickets.execute(SELLER, order.id)
        with pytest.raises(ReservationNotFoundError):
            await office.tickets.get_tickets.execute(OTHER_BUYER, order.id)


class TestExporting:
    async def test_reads_one_page_after_the_other(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("src.service.box_office.app.query.export_orders_use_case.MAX_PAGE", 2)
        made = [(await office.world.hold(f"A-1-1-{n}")).id for n in (1, 2, 3)]

        pages = [
            [order.id for order in page]
            async for page in office.orders.export.execute(
                SELLER, office.event_id, status=None, text=None
            )
        ]

        assert pages == [[made[2], made[1]], [made[0]]]

    async def test_of_nothing_is_one_empty_page(self, office: Office) -> None:
        pages = office.orders.export.execute(SELLER, office.event_id, status=None, text=None)

        assert [page async for page in pages] == [()]


class TestTickets:
    async def test_are_those_of_a_confirmed_reservation(self, office: Office) -> None:
        held = await office.world.hold("A-1-1-1")

        with pytest.raises(NotConfirmedError, match="reserved"):
            await office.tickets.get_tickets.execute(BUYER, held.id)

    async def test_may_be_asked_for_one_by_one(self, office: Office) -> None:
        order = await office.sell("A-1-1-1 A-1-1-2")
        both = await office.tickets_of(order)

        one = await office.tickets.get_tickets.execute(BUYER, order.id, seat("A-1-1-2"))

        assert one == both[1:]
        with pytest.raises(NoSuchTicketError):
            await office.tickets.get_tickets.execute(BUYER, order.id, seat("A-1-1-3"))

    async def test_are_for_a_calendar_once_there_is_a_date(self, office: Office) -> None:
        order = await office.sell("A-1-1-1")
        with pytest.raises(NoDateError):
            await office.tickets.get_calendar_entry.execute(BUYER, order.id)

        office.change_event(dates=EventDates(starts_at=STARTS, timezone="Asia/Taipei"))

        purchase, starts_at = await office.tickets.get_calendar_entry.execute(BUYER, order.id)
        assert (purchase.show.timezone, starts_at) == ("Asia/Taipei", STARTS)


class TestTheDoor:
    async def test_opens_once_for_each_ticket(self, office: Office) -> None:
        order = await office.sell("A-1-1-1 B-1-2-3")
        for ticket in await office.tickets_of(order):
            code = str(ticket.code)

            entered = await office.doors.check_in.execute(SELLER, office.event_id, code)

            assert (entered.seat, entered.reservation_id) == (ticket.seat, order.id)
            with pytest.raises(AlreadyCheckedInError) as refused:
                await office.doors.check_in.execute(SELLER, office.event_id, code.lower())
            assert refused.value.checked_in_at == entered.checked_in_at
            assert refused.value.seat == ticket.seat

    @pytest.mark.parametrize("code", ["", "hello", "0000-0000-0000-0000", "ZZZZ-0000-0000-0000"])
    async def test_is_shut_to_what_is_no_ticket(self, office: Office, code: str) -> None:
        await office.tickets_of(await office.sell("A-1-1-1"))

        with pytest.raises(NoSuchTicketError):
            await office.doors.check_in.execute(SELLER, office.event_id, code)

    async def test_is_shut_to_a_ticket_that_was_cancelled_and_sold_again(
        self, office: Office
    ) -> None:
        void = (await office.tickets_of(first := await office.sell("A-1-1-1")))[0]
        await office.world.cancel.execute(SELLER, first.id, None)
        valid = (await office.tickets_of(await office.sell("A-1-1-1")))[0]

        with pytest.raises(NoSuchTicketError):
            await office.doors.check_in.execute(SELLER, office.event_id, str(void.code))

        entered = await office.doors.check_in.execute(SELLER, office.event_id, str(valid.code))
        assert entered.reservation_id == valid.reservation_id

    async def test_is_shut_when_the_sale_is_cancelled_in_the_same_moment(
        self, office: Office
    ) -> None:
        [ticket] = await office.tickets_of(order := await office.sell("A-1-1-1"))
        found = await office.door.find(office.event_id, ticket.seat)

        async def as_before(_event: object, _seat: object) -> object:
            await office.world.cancel.execute(SELLER, order.id, None)
            return found

        office.door.find = as_before  # type: ignore[method-assign, assignment]

        with pytest.raises(NoSuchTicketError):
            await office.doors.check_in.execute(SELLER, office.event_id, str(ticket.code))

    @pytest.mark.parametrize(
        "changes", [{"is_active": False}, {"status": EventStatus.ENDED}], ids=str
    )
    async def test_opens_for_an_event_that_is_hidden_or_over(
        self, office: Office, changes: dict[str, object]
    ) -> None:
        [ticket] = await office.tickets_of(await office.sell("A-1-1-1"))
        office.change_event(**changes)

        entered = await office.doors.check_in.execute(SELLER, office.event_id, str(ticket.code))

        assert entered.seat == ticket.seat
        assert (await office.doors.count.execute(SELLER, office.event_id)).checked_in == 1

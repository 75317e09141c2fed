"""Looking at seats and at one's own reservations."""

from dataclasses import replace
from uuid import UUID

import pytest

from src.service.reservation.app.query.get_reservation_use_case import GetReservationUseCase
from src.service.reservation.app.query.list_all_subsection_status_use_case import (
    ListAllSubsectionStatusUseCase,
)
from src.service.reservation.app.query.list_reservations_use_case import ListReservationsUseCase
from src.service.reservation.app.query.list_section_seats_detail_use_case import (
    ListSectionSeatsDetailUseCase,
)
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    ReservationNotFoundError,
    SeatStateMissingError,
    SubsectionNotFoundError,
)
from src.service.shared_kernel.identity import nobody
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import SubsectionStats
from src.service.shared_kernel.seating import SubsectionKey
from test.fake.people import BUYER, HOUSE, OTHER_BUYER, SELLER, known
from test.fake.world import World


@pytest.fixture
def world() -> World:
    return World()


class TestAllSubsections:
    async def test_are_listed_in_layout_order_with_one_reading(self, world: World) -> None:
        held = await world.hold("A-1-1-1 A-1-1-2")
        await world.confirm.execute(BUYER, held.id)
        await world.hold("A-1-1-3")
        world.journal.clear()

        state = await ListAllSubsectionStatusUseCase(world.directory, world.seat_state).execute(
            nobody, world.event.id
        )

        assert list(state.seats) == list(HOUSE.subsections)
        assert state.stats()[SubsectionKey("A", 1)] == SubsectionStats(6, 3, 1, 2)
        assert world.journal == ["read"]

    async def test_of_an_unknown_event_are_not_found(self, world: World) -> None:
        with pytest.raises(EventNotFoundError):
            await ListAllSubsectionStatusUseCase(world.directory, world.seat_state).execute(
                nobody, EventId(99)
            )

    async def test_of_an_inactive_event_are_for_its_seller_alone(self, world: World) -> None:
        world.postgres.events[world.event.id] = replace(world.event, is_active=False)
        use_case = ListAllSubsectionStatusUseCase(world.directory, world.seat_state)

        for caller in (None, BUYER):
            with pytest.raises(EventNotFoundError):
                await use_case.execute(known(caller), world.event.id)

        assert (await use_case.execute(known(SELLER), world.event.id)).event_id == world.event.id

    async def test_that_kvrocks_has_lost_are_an_error(self, world: World) -> None:
        world.kvrocks.events.clear()

        with pytest.raises(SeatStateMissingError):
            await ListAllSubsectionStatusUseCase(world.directory, world.seat_state).execute(
                nobody, world.event.id
            )


class TestSeatsOfASubsection:
    async def test_are_read_alone(self, world: World) -> None:
        await world.hold("A-2-1-3")
        subsection = SubsectionKey("A", 2)

        state = await ListSectionSeatsDetailUseCase(world.directory, world.seat_state).execute(
            nobody, world.event.id, subsection
        )

        assert state.seats == {subsection: b"001000"}

    @pytest.mark.parametrize("subsection", [("Z", 1), ("A", 0), ("A", 3), ("a", 1)])
    async def test_that_the_event_has_not_are_not_found(
        self, world: World, subsection: tuple[str, int]
    ) -> None:
        with pytest.raises(SubsectionNotFoundError):
            await ListSectionSeatsDetailUseCase(world.directory, world.seat_state).execute(
                nobody, world.event.id, SubsectionKey(*subsection)
            )


class TestOwnReservations:
    async def test_one_is_found_by_its_id(self, world: World) -> None:
        held = await world.hold("A-1-1-1")

        assert await GetReservationUseCase(world.ledger).execute(BUYER, held.id) == held

    async def test_anothers_is_not_found_like_one_that_never_was(self, world: World) -> None:
        held = await world.hold("A-1-1-1")
        use_case = GetReservationUseCase(world.ledger)

        for reservation_id in (held.id, ReservationId(UUID(int=99))):
            with pytest.raises(ReservationNotFoundError):
                await use_case.execute(OTHER_BUYER, reservation_id)

    async def test_are_listed_newest_first_a_page_at_a_time(self, world: World) -> None:
        held = [await world.hold(f"A-1-1-{n}") for n in (1, 2, 3)]
        await world.hold("B-1-1-1", OTHER_BUYER)
        use_case = ListReservationsUseCase(world.ledger)

        first = await use_case.execute(BUYER, limit=2, cursor=None)
        rest = await use_case.execute(BUYER, limit=2, cursor=first.next_cursor)

        assert [*first.items, *rest.items] == held[::-1]
        assert rest.next_cursor is None

    async def test_are_for_buyers(self, world: World) -> None:
        with pytest.raises(ForbiddenError):
            await ListReservationsUseCase(world.ledger).execute(SELLER, limit=2, cursor=None)
        with pytest.raises(ForbiddenError):
            await GetReservationUseCase(world.ledger).execute(SELLER, ReservationId(UUID(int=1)))

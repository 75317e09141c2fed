"""House seats: taken as reservations are, freed as they are, the seller's of the event alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from src.service.reservation.app.command import take_house_seats_use_case
from src.service.reservation.domain.errors import (
    EventOverError,
    NotEnoughSeatsError,
    SeatsTakenError,
)
from src.service.reservation.domain.house_seats import HouseSeatsWanted, WholeSubsection
from src.service.reservation.domain.reservation import NamedSeats
from src.service.shared_kernel.errors import (
    EventNotFoundError,
    ForbiddenError,
    InvalidInputError,
    OutcomeUnknownError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey
from src.service.ticketing.domain.event_dates import EventDates
from test.fake.people import BUYER, NOW, OTHER_SELLER, SELLER, an_event, seats
from test.fake.world import GRACE, World

A1 = SubsectionKey("A", 1)
WHOLE_A1 = WholeSubsection(A1)


def named(identifiers: str) -> NamedSeats:
    return NamedSeats(seats(identifiers))


@pytest.fixture
def world() -> World:
    return World()


class TestTaking:
    async def test_is_checked_then_taken_then_recorded_then_kept_then_announced(
        self, world: World
    ) -> None:
        taken = await world.take_house_seats.execute(
            SELLER, world.event.id, named("B-1-1-1 A-1-1-2 A-1-1-1")
        )

        assert list(taken.places.items()) == [(A1, (0, 1)), (SubsectionKey("B", 1), (0,))]
        assert world.journal == ["take", "hold", "clear_pending", "broadcast"]
        assert world.in_kvrocks("A-1-1-2") is SeatStatus.RESERVED
        assert world.stores_agree

    async def test_of_a_subsection_takes_what_is_free_there(self, world: World) -> None:
        await world.hold("A-1-1-2")

        taken = await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)

        assert dict(taken.places) == {A1: [0, 2, 3, 4, 5]}
        assert world.in_kvrocks("A-2-1-1") is SeatStatus.AVAILABLE
        assert world.stores_agree

    async def test_of_a_large_subsection_goes_in_steps(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(take_house_seats_use_case, "_AT_ONCE", 2)

        taken = await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)

        assert dict(taken.places) == {A1: [0, 1, 2, 3, 4, 5]}
        assert world.journal.count("hold") == 3
        await world.free_house_seats.execute(SELLER, world.event.id, WHOLE_A1)
        assert set(world.postgres.seat_bytes(world.event.id)[A1]) == {SeatStatus.AVAILABLE.code}
        assert world.stores_agree

    async def test_works_outside_the_sale_and_for_a_hidden_event(self) -> None:
        later = EventDates(sale_opens_at=NOW + timedelta(days=1))
        world = World(an_event(is_active=False, dates=later))

        await world.take_house_seats.execute(SELLER, world.event.id, named("A-1-1-1"))

        assert world.in_postgres("A-1-1-1") is SeatStatus.RESERVED

    async def test_counts_for_nobody_and_does_not_expire(self, world: World) -> None:
        await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)
        world.pass_time(timedelta(days=365))

        assert await world.expire.execute() == 0
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED

    async def test_of_the_last_seats_sells_the_event_out(self, world: World) -> None:
        for subsection in world.event.config.subsections:
            await world.take_house_seats.execute(
                SELLER, world.event.id, WholeSubsection(subsection)
            )
        assert world.postgres.events[world.event.id].status is EventStatus.SOLD_OUT

        await world.free_house_seats.execute(SELLER, world.event.id, named("A-1-1-1"))

        assert world.postgres.events[world.event.id].status is EventStatus.AVAILABLE


class TestARefusal:
    """Nothing that others see has changed."""

    async def refused(
        self, world: World, caller: Caller, wanted: HouseSeatsWanted, error: type[Exception]
    ) -> None:
        before = world.kvrocks.events[world.event.id].state_version
        with pytest.raises(error):
            await world.take_house_seats.execute(caller, world.event.id, wanted)
        assert world.kvrocks.events[world.event.id].state_version == before
        assert world.broadcaster.updates == []

    async def test_is_for_all_but_the_events_seller(self, world: World) -> None:
        await self.refused(world, BUYER, WHOLE_A1, ForbiddenError)
        await self.refused(world, OTHER_SELLER, WHOLE_A1, ForbiddenError)
        hidden = World(an_event(is_active=False))
        await self.refused(hidden, OTHER_SELLER, WHOLE_A1, EventNotFoundError)

    async def test_is_for_seats_that_the_event_has_not(self, world: World) -> None:
        await self.refused(world, SELLER, named("A-9-1-1"), InvalidInputError)
        other = WholeSubsection(SubsectionKey("Z", 1))
        await self.refused(world, SELLER, other, InvalidInputError)

    @pytest.mark.parametrize("status", [s for s in EventStatus if s.is_final])
    async def test_is_for_an_event_that_is_over_although_the_directory_is_behind(
        self, world: World, status: EventStatus
    ) -> None:
        world.directory.cached[world.event.id] = world.event.entry
        world.postgres.events[world.event.id] = replace(world.event, status=status)

        await self.refused(world, SELLER, WHOLE_A1, EventOverError)

    async def test_is_for_seats_that_somebody_has(self, world: World) -> None:
        await world.hold("A-1-1-2")
        before = world.kvrocks.events[world.event.id].state_version

        with pytest.raises(SeatsTakenError) as refused:
            await world.take_house_seats.execute(
                SELLER, world.event.id, named("A-1-1-1 A-1-1-2 A-1-1-3")
            )

        assert refused.value.seats == seats("A-1-1-2")
        assert world.kvrocks.events[world.event.id].state_version == before

    async def test_is_for_a_subsection_without_a_free_seat(self, world: World) -> None:
        await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)

        with pytest.raises(NotEnoughSeatsError):
            await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)


class TestFreeing:
    async def test_is_postgres_first_and_leaves_others_alone(self, world: World) -> None:
        await world.take_house_seats.execute(SELLER, world.event.id, named("A-1-1-1 A-1-1-2"))
        await world.hold("A-1-1-3")
        world.journal.clear()

        await world.free_house_seats.execute(
            SELLER, world.event.id, named("A-1-1-1 A-1-1-3 A-1-2-1")
        )

        assert world.journal == ["free", "change", "broadcast"]
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.AVAILABLE
        assert world.in_kvrocks("A-1-1-2") is SeatStatus.RESERVED
        assert world.in_kvrocks("A-1-1-3") is SeatStatus.RESERVED
        assert world.stores_agree

    async def test_again_announces_nothing(self, world: World) -> None:
        await world.take_house_seats.execute(SELLER, world.event.id, named("A-1-1-1"))
        for _ in range(2):
            world.journal.clear()
            await world.free_house_seats.execute(SELLER, world.event.id, named("A-1-1-1"))

        assert world.journal == ["free"]

    async def test_is_its_sellers_alone(self, world: World) -> None:
        for caller in (BUYER, OTHER_SELLER):
            with pytest.raises(ForbiddenError):
                await world.free_house_seats.execute(caller, world.event.id, WHOLE_A1)
            with pytest.raises(ForbiddenError):
                await world.list_house_seats.execute(caller, world.event.id)


class TestWhenAStoreFails:
    async def test_postgres_the_seats_go_back(self, world: World) -> None:
        world.house_seat_ledger.fails_with["hold"] = StoreUnavailableError("PostgreSQL")

        with pytest.raises(StoreUnavailableError):
            await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)

        assert world.stores_agree

    async def test_and_its_answer_is_lost_the_reconciler_finds_out(self, world: World) -> None:
        world.house_seat_ledger.loses_answer_of.add("hold")

        with pytest.raises(OutcomeUnknownError):
            await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)

        assert world.reconcile_requests.requested
        world.pass_time(GRACE)
        repairs, _ = await world.reconcile.execute()
        assert repairs.holds_settled == 1
        assert world.in_kvrocks("A-1-1-1") is SeatStatus.RESERVED
        assert world.stores_agree

    async def test_kvrocks_after_they_were_freed_the_reconciler_frees_them_too(
        self, world: World
    ) -> None:
        await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)
        world.inventory.fails_with["change"] = StoreUnavailableError("Kvrocks")

        await world.free_house_seats.execute(SELLER, world.event.id, WHOLE_A1)

        world.inventory.fails_with.clear()
        world.pass_time(GRACE)
        assert (await world.reconcile.execute())[0].seats_corrected == 6
        assert world.stores_agree

    async def test_postgres_knows_better_than_kvrocks_what_is_free(self, world: World) -> None:
        """A seat that is sold and shown as free is left out, and put right on the way."""
        held = await world.hold("A-1-1-1")
        world.kvrocks.change(world.event.id, dict.fromkeys(held.seat_ids, SeatStatus.AVAILABLE))

        taken = await world.take_house_seats.execute(SELLER, world.event.id, WHOLE_A1)

        assert dict(taken.places) == {A1: [1, 2, 3, 4, 5]}
        assert world.stores_agree

    async def test_between_the_check_and_the_record_the_event_ends(self, world: World) -> None:
        world.postgres.events[world.event.id] = replace(world.event, status=EventStatus.ENDED)
        world.directory.refreshed[world.event.id] = world.event.entry

        with pytest.raises(EventOverError):
            await world.take_house_seats.execute(SELLER, world.event.id, named("A-1-1-1"))

        assert world.stores_agree

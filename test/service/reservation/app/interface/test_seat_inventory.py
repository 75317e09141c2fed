"""What every inventory of seats does. What it did is read by the port that reads whole states."""

import uuid
from dataclasses import replace

import pytest

from src.service.reservation.app.interface.seat_inventory import Hold, SeatChange
from src.service.reservation.domain.errors import NotOnSaleError, SeatsTakenError
from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatStatus
from test.fake.people import HOUSE, seat, seats
from test.support.seat_stores import SeatStores

EVENT = EventId(7)
A1, A2, B1 = HOUSE.subsections
FREE = b"000000"


def a_hold(identifiers: str) -> Hold:
    return Hold(EVENT, HOUSE, ReservationId(uuid.uuid4()), seats(identifiers))


async def take_free(stores: SeatStores, *, most: int) -> tuple[Hold, StateVersion] | None:
    new_id = ReservationId(uuid.uuid4())
    return await stores.inventory.take_free(EVENT, HOUSE, new_id, A1, most=most)


async def taken(stores: SeatStores, identifiers: str) -> Hold:
    hold = a_hold(identifiers)
    await stores.inventory.take(hold)
    return hold


async def state(stores: SeatStores) -> tuple[StateVersion, bytes, bytes, bytes]:
    """The version, and the seats of each subsection."""
    found = await stores.query.event_state(EVENT, HOUSE)
    return found.version, found.seats[A1], found.seats[A2], found.seats[B1]


async def pending(stores: SeatStores) -> list[str]:
    stored = (await stores.store.read_states({EVENT: HOUSE}))[EVENT]
    assert stored is not None
    return [" ".join(map(str, entry.seats)) for entry in stored.pending]


class TestTaking:
    async def test_marks_all_the_seats_in_one_step(self, stores: SeatStores) -> None:
        await stores.add(EVENT)

        version = await stores.inventory.take(a_hold("A-1-1-2 A-1-2-3 B-1-1-1"))

        assert version == StateVersion(1, 2)
        assert await state(stores) == (version, b"010001", FREE, b"100000")
        assert await pending(stores) == ["A-1-1-2 A-1-2-3 B-1-1-1"]

    @pytest.mark.parametrize("change", SeatChange)
    async def test_of_seats_that_are_not_available_names_them(
        self, stores: SeatStores, change: SeatChange
    ) -> None:
        await stores.add(EVENT)
        first = await taken(stores, "A-1-1-2 B-1-1-1")
        await stores.inventory.clear_pending(first)
        if change is SeatChange.SELL:
            await stores.inventory.change(EVENT, HOUSE, seats("B-1-1-1"), change)
        before = await state(stores)

        with pytest.raises(SeatsTakenError) as refused:
            await stores.inventory.take(a_hold("A-1-1-1 A-1-1-2 B-1-1-1"))

        assert set(refused.value.seats) == set(first.seats)
        assert await state(stores) == before
        assert await pending(stores) == []

    async def test_for_a_closed_event_is_refused(self, stores: SeatStores) -> None:
        await stores.add(EVENT, closed=True)

        with pytest.raises(NotOnSaleError):
            await stores.inventory.take(a_hold("A-1-1-1"))

        assert await state(stores) == (StateVersion(1, 1), FREE, FREE, FREE)

    async def test_without_a_state_is_impossible(self, stores: SeatStores) -> None:
        with pytest.raises(SeatStateMissingError):
            await stores.inventory.take(a_hold("A-1-1-1"))


class TestClearingPending:
    async def test_changes_nothing_that_others_see(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        hold = await taken(stores, "A-1-1-2")
        before = await state(stores)

        await stores.inventory.clear_pending(hold)

        assert await state(stores) == before
        assert await pending(stores) == []

    @pytest.mark.parametrize(
        ("others", "own", "none_left"),
        [
            ("A-1-1-1 A-1-1-2 A-1-1-3 A-1-2-1", "A-1-2-2 A-1-2-3", True),
            ("A-1-1-1 A-1-1-2 A-1-1-3 A-1-2-1", "A-1-2-2", False),
            ("A-1-1-1 A-1-1-2 A-1-1-3 A-1-2-1", "A-1-2-2 A-1-2-3 B-1-1-1", False),
        ],
    )
    async def test_says_whether_these_subsections_have_no_available_seat_left(
        self, stores: SeatStores, others: str, own: str, none_left: bool
    ) -> None:
        await stores.add(EVENT)
        first = await taken(stores, others)
        await stores.inventory.change(EVENT, HOUSE, first.seats, SeatChange.SELL)
        second = await taken(stores, own)

        assert await stores.inventory.clear_pending(second) is none_left

    async def test_of_a_lost_state_says_that_no_seat_is_left(self, stores: SeatStores) -> None:
        """The ledger, which is asked next, knows better."""
        await stores.add(EVENT)
        hold = await taken(stores, "A-1-1-2")
        await stores.lose(EVENT)

        assert await stores.inventory.clear_pending(hold)


class TestTakingWhatIsFree:
    async def test_takes_the_first_seats_and_adds_a_pending_entry(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        sold = await taken(stores, "A-1-1-2 A-1-2-1")
        await stores.inventory.clear_pending(sold)

        found = await take_free(stores, most=3)

        assert found is not None
        hold, version = found
        assert hold.seats == seats("A-1-1-1 A-1-1-3 A-1-2-2")
        assert await state(stores) == (version, b"111110", FREE, FREE)
        assert version == StateVersion(1, 3)
        assert await pending(stores) == ["A-1-1-1 A-1-1-3 A-1-2-2"]
        assert not await stores.inventory.clear_pending(hold)
        assert await pending(stores) == []

    async def test_takes_nothing_where_nothing_is_free(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        assert await take_free(stores, most=6) is not None
        before = await state(stores)

        assert await take_free(stores, most=6) is None

        assert await state(stores) == before

    async def test_of_a_closed_event_is_refused(self, stores: SeatStores) -> None:
        await stores.add(EVENT, closed=True)

        with pytest.raises(NotOnSaleError):
            await take_free(stores, most=1)

    async def test_without_a_state_is_impossible(self, stores: SeatStores) -> None:
        with pytest.raises(SeatStateMissingError):
            await take_free(stores, most=1)


class TestGivingBack:
    async def test_sets_the_seats_once(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        hold = await taken(stores, "A-1-1-1 A-1-1-2 B-1-1-1")
        statuses = dict(zip(hold.seats, reversed(SeatStatus), strict=True))

        version = StateVersion(1, 3)
        sold, _, free = hold.seats

        assert await stores.inventory.give_back(hold, statuses) == (
            version,
            {sold: SeatStatus.SOLD, free: SeatStatus.AVAILABLE},
        )

        assert await state(stores) == (version, b"210000", FREE, FREE)
        assert await pending(stores) == []
        assert await stores.inventory.give_back(hold, statuses) is None
        assert await state(stores) == (version, b"210000", FREE, FREE)

    async def test_leaves_alone_what_is_not_reserved_any_more(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        hold = await taken(stores, "A-1-1-1 A-1-1-2")
        await stores.inventory.change(EVENT, HOUSE, seats("A-1-1-1"), SeatChange.SELL)

        given_back = await stores.inventory.give_back(
            hold, dict.fromkeys(hold.seats, SeatStatus.AVAILABLE)
        )

        assert given_back == (StateVersion(1, 4), {seat("A-1-1-2"): SeatStatus.AVAILABLE})
        assert await state(stores) == (StateVersion(1, 4), b"200000", FREE, FREE)

    async def test_without_a_state_is_impossible(self, stores: SeatStores) -> None:
        hold = a_hold("A-1-1-1")

        with pytest.raises(SeatStateMissingError):
            await stores.inventory.give_back(hold, {seat("A-1-1-1"): SeatStatus.AVAILABLE})


class TestChanging:
    @pytest.mark.parametrize("change", SeatChange)
    async def test_moves_on_the_seats_that_are_in_the_state_before(
        self, stores: SeatStores, change: SeatChange
    ) -> None:
        await stores.add(EVENT)
        held = await taken(stores, "A-1-1-1 B-1-1-1")
        if change.before is SeatStatus.SOLD:
            await stores.inventory.change(EVENT, HOUSE, held.seats, SeatChange.SELL)
        known, *_ = await state(stores)
        before, after = change.before.byte, change.after.byte

        version = await stores.inventory.change(EVENT, HOUSE, seats("A-1-1-1 A-1-1-2"), change)

        assert version == replace(known, version=known.version + 1)
        assert await state(stores) == (version, after + b"00000", FREE, before + b"00000")

    @pytest.mark.parametrize("change", SeatChange)
    async def test_of_none_makes_no_version(self, stores: SeatStores, change: SeatChange) -> None:
        await stores.add(EVENT)

        assert await stores.inventory.change(EVENT, HOUSE, seats("A-1-1-1"), change) is None
        assert await state(stores) == (StateVersion(1, 1), FREE, FREE, FREE)

    async def test_without_a_state_is_impossible(self, stores: SeatStores) -> None:
        with pytest.raises(SeatStateMissingError):
            await stores.inventory.change(EVENT, HOUSE, seats("A-1-1-1"), SeatChange.SELL)


class TestClosing:
    async def test_is_done_once(self, stores: SeatStores) -> None:
        await stores.add(EVENT)

        versions = [await stores.inventory.close(EVENT) for _ in range(2)]

        assert versions == [StateVersion(1, 2)] * 2
        assert (await stores.query.event_state(EVENT, HOUSE)).closed

    async def test_waits_until_no_hold_is_pending(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        hold = await taken(stores, "A-1-1-1")

        assert await stores.inventory.close(EVENT) is None

        assert await state(stores) == (StateVersion(1, 2), b"100000", FREE, FREE)
        assert not (await stores.query.event_state(EVENT, HOUSE)).closed
        await stores.inventory.give_back(hold, {seat("A-1-1-1"): SeatStatus.AVAILABLE})
        assert await stores.inventory.close(EVENT) == StateVersion(1, 4)

    async def test_without_a_state_is_impossible(self, stores: SeatStores) -> None:
        with pytest.raises(SeatStateMissingError):
            await stores.inventory.close(EVENT)

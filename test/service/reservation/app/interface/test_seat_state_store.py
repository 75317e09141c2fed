"""What every store of whole seat states does."""

import uuid

import pytest

from src.service.reservation.app.interface.seat_inventory import Hold, SeatChange
from src.service.reservation.app.interface.seat_state_store import SeatCorrection, StoredState
from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatStatus
from test.fake.people import HOUSE, seat, seats
from test.support.seat_stores import SeatStores

EVENT, OTHER, LOST = EventId(7), EventId(77), EventId(8)
A1, A2, B1 = HOUSE.subsections
FREE = b"000000"
AVAILABLE, RESERVED, SOLD = SeatStatus


async def take(stores: SeatStores, identifiers: str, event_id: EventId = EVENT) -> Hold:
    hold = Hold(event_id, HOUSE, ReservationId(uuid.uuid4()), seats(identifiers))
    await stores.inventory.take(hold)
    return hold


async def state(stores: SeatStores, event_id: EventId = EVENT) -> StoredState:
    stored = (await stores.store.read_states({event_id: HOUSE}))[event_id]
    assert stored is not None
    return stored


class TestReading:
    async def test_gives_all_that_is_held_of_each_event(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await stores.add(OTHER, closed=True)
        await take(stores, "A-1-1-2 B-1-1-1")
        await stores.inventory.change(EVENT, HOUSE, seats("B-1-1-1"), SeatChange.SELL)

        found = await stores.store.read_states({EVENT: HOUSE, LOST: HOUSE, OTHER: HOUSE})

        assert list(found) == [EVENT, LOST, OTHER]
        assert found[LOST] is None
        assert (stored := found[EVENT]) is not None
        assert stored.version == StateVersion(1, 3)
        assert stored.seats == {A1: b"010000", A2: FREE, B1: b"200000"}
        assert [entry.seats for entry in stored.pending] == [seats("A-1-1-2 B-1-1-1")]
        assert found[OTHER] == StoredState(
            StateVersion(1, 1), True, dict.fromkeys(HOUSE.subsections, FREE), ()
        )

    async def test_says_which_pending_entries_are_overdue(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await take(stores, "A-1-1-1")
        await stores.overdue(EVENT)
        await take(stores, "A-1-1-2")

        pending = (await state(stores)).pending

        assert {entry.seats: entry.overdue for entry in pending} == {
            seats("A-1-1-1"): True,
            seats("A-1-1-2"): False,
        }

    async def test_gives_versions_alone(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await stores.add(OTHER)
        await take(stores, "A-1-1-1", OTHER)

        versions = await stores.store.versions([OTHER, LOST, EVENT])

        assert versions == {OTHER: StateVersion(1, 2), EVENT: StateVersion(1, 1)}

    async def test_of_nothing_gives_nothing(self, stores: SeatStores) -> None:
        assert await stores.store.read_states({}) == {}
        assert await stores.store.versions([]) == {}


class TestResolvingAHold:
    async def test_sets_the_seats_once(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await take(stores, "A-1-1-1 B-1-1-1")
        [entry] = (await state(stores)).pending
        wrong = (
            SeatCorrection(seat("A-1-1-1"), RESERVED, SOLD),
            SeatCorrection(seat("B-1-1-1"), RESERVED, AVAILABLE),
        )

        resolved = await stores.store.resolve_hold(EVENT, HOUSE, entry, wrong)

        right = StoredState(StateVersion(1, 3), False, {A1: b"200000", A2: FREE, B1: FREE}, ())
        assert resolved == (right.version, wrong)
        assert await state(stores) == right
        assert await stores.store.resolve_hold(EVENT, HOUSE, entry, wrong) == (None, ())
        assert await state(stores) == right

    async def test_whose_seats_are_right_makes_a_version(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await take(stores, "A-1-1-1")
        [entry] = (await state(stores)).pending

        resolved = await stores.store.resolve_hold(EVENT, HOUSE, entry, ())

        assert resolved == (StateVersion(1, 3), ())
        assert (await state(stores)).pending == ()
        assert (await state(stores)).seats[A1] == b"100000"

    async def test_leaves_alone_what_is_not_as_found_any_more(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await take(stores, "A-1-1-1 A-1-1-2")
        [entry] = (await state(stores)).pending
        still = SeatCorrection(seat("A-1-1-1"), RESERVED, AVAILABLE)
        changed = SeatCorrection(seat("A-1-1-2"), AVAILABLE, SOLD)

        resolved = await stores.store.resolve_hold(EVENT, HOUSE, entry, (changed, still))

        assert resolved == (StateVersion(1, 3), (still,))
        assert (await state(stores)).seats[A1] == b"010000"

    async def test_that_was_cleared_meanwhile_changes_nothing(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        hold = await take(stores, "A-1-1-1")
        [entry] = (await state(stores)).pending
        await stores.inventory.clear_pending(hold)

        wrong = [SeatCorrection(seat("A-1-1-1"), RESERVED, AVAILABLE)]
        assert await stores.store.resolve_hold(EVENT, HOUSE, entry, wrong) == (None, ())
        assert (await state(stores)).seats[A1] == b"100000"


class TestCorrectingSeats:
    async def test_begins_an_epoch(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        wrong = [
            SeatCorrection(seat("A-1-1-1"), AVAILABLE, SOLD),
            SeatCorrection(seat("B-1-2-3"), AVAILABLE, RESERVED),
        ]

        version, corrected = await stores.store.correct_seats(EVENT, HOUSE, 5, wrong)

        assert version == StateVersion(5, 2)
        assert set(corrected) == set(wrong)
        assert await state(stores) == StoredState(
            version, False, {A1: b"200000", A2: FREE, B1: b"000001"}, ()
        )

    async def test_leaves_alone_what_is_not_as_found_any_more(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        still = SeatCorrection(seat("A-1-1-1"), AVAILABLE, SOLD)
        changed = SeatCorrection(seat("A-1-1-2"), RESERVED, SOLD)

        version, corrected = await stores.store.correct_seats(EVENT, HOUSE, 5, [changed, still])

        assert (version, corrected) == (StateVersion(5, 2), (still,))
        assert (await state(stores)).seats[A1] == b"200000"

    async def test_begins_no_epoch_when_none_is_as_found(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        changed = SeatCorrection(seat("A-1-1-2"), RESERVED, SOLD)

        assert await stores.store.correct_seats(EVENT, HOUSE, 5, [changed]) == (None, ())
        assert (await state(stores)).version == StateVersion(1, 1)

    async def test_without_a_state_is_impossible(self, stores: SeatStores) -> None:
        wrong = SeatCorrection(seat("A-1-1-1"), AVAILABLE, SOLD)

        with pytest.raises(SeatStateMissingError):
            await stores.store.correct_seats(EVENT, HOUSE, 5, [wrong])


class TestBeginningAnEpoch:
    async def test_leaves_the_seats_as_they_are(self, stores: SeatStores) -> None:
        await stores.add(EVENT, closed=True)
        before = await state(stores)

        version = await stores.store.begin_epoch(EVENT, 9)

        assert version == StateVersion(9, 2)
        assert await state(stores) == StoredState(version, True, before.seats, ())

    async def test_without_a_state_is_impossible(self, stores: SeatStores) -> None:
        with pytest.raises(SeatStateMissingError):
            await stores.store.begin_epoch(EVENT, 2)


class TestRebuilding:
    @pytest.mark.parametrize("closed", [True, False])
    async def test_writes_everything_anew(self, stores: SeatStores, closed: bool) -> None:
        await stores.add(EVENT)
        await take(stores, "A-1-1-1")
        right = {A1: b"010200", A2: FREE, B1: b"222222"}

        await stores.store.rebuild(EVENT, HOUSE, 4, right, closed=closed)

        assert await state(stores) == StoredState(StateVersion(4, 1), closed, right, ())

    async def test_brings_back_what_was_lost(self, stores: SeatStores) -> None:
        right = dict.fromkeys(HOUSE.subsections, FREE)

        await stores.store.rebuild(LOST, HOUSE, 2, right, closed=False)

        assert (await state(stores, LOST)).seats == right


class TestKeys:
    async def test_name_the_events_that_have_any(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await stores.add(OTHER)

        assert await stores.store.stored_events() == {EVENT, OTHER}

    async def test_of_an_event_are_all_removed(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await stores.add(OTHER)
        await take(stores, "A-1-1-1")

        await stores.store.remove(EVENT)
        await stores.store.remove(LOST)

        assert await stores.store.stored_events() == {OTHER}

    async def test_that_mean_nothing_are_strays(self, stores: SeatStores) -> None:
        await stores.add(EVENT)
        await take(stores, "A-1-1-1")
        stray = await stores.add_stray(EVENT)
        await stores.add_stray(OTHER)

        assert await stores.store.stray_keys({EVENT: HOUSE}) == [stray]

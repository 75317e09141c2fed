"""What every reader of seat state says."""

import asyncio

import pytest

from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, StateVersion
from test.fake.people import HOUSE
from test.support.seat_stores import SeatStores

EVENT, OTHER, LOST = EventId(7), EventId(77), EventId(8)
A1, A2, B1 = HOUSE.subsections
FREE = b"000000"


@pytest.mark.parametrize("closed", [True, False])
async def test_the_first_state_of_an_event(stores: SeatStores, closed: bool) -> None:
    await stores.add(EVENT, closed=closed)

    assert await stores.query.event_state(EVENT, HOUSE) == EventSeatState(
        EVENT, HOUSE, StateVersion(1, 1), closed, {A1: FREE, A2: FREE, B1: FREE}
    )


async def test_a_rebuilt_state(stores: SeatStores) -> None:
    right = {A1: b"012012", A2: FREE, B1: b"222222"}
    await stores.store.rebuild(EVENT, HOUSE, 3, right, closed=True)

    assert await stores.query.event_state(EVENT, HOUSE) == EventSeatState(
        EVENT, HOUSE, StateVersion(3, 1), True, right
    )


async def test_some_subsections_alone(stores: SeatStores) -> None:
    await stores.store.rebuild(EVENT, HOUSE, 3, {A1: b"012012", A2: FREE, B1: FREE}, closed=False)

    state = await stores.query.subsections_state(EVENT, HOUSE, (B1, A1))

    assert state.version == StateVersion(3, 1)
    assert list(state.seats.items()) == [(B1, FREE), (A1, b"012012")]


async def test_a_lost_state(stores: SeatStores) -> None:
    with pytest.raises(SeatStateMissingError):
        await stores.query.event_state(LOST, HOUSE)
    with pytest.raises(SeatStateMissingError):
        await stores.query.subsections_state(LOST, HOUSE, (A1,))


async def test_the_versions_of_many(stores: SeatStores) -> None:
    await stores.add(EVENT)
    await stores.add(OTHER)
    await stores.inventory.close(OTHER)

    versions = await stores.query.versions([OTHER, LOST, EVENT])

    assert versions == [StateVersion(1, 2), None, StateVersion(1, 1)]
    assert await stores.query.versions([]) == []


async def test_many_at_once_get_what_each_asked_for(stores: SeatStores) -> None:
    await stores.add(EVENT)
    await stores.store.rebuild(OTHER, HOUSE, 3, {A1: b"012012", A2: FREE, B1: FREE}, closed=True)
    query = stores.query

    whole, one, two, lost, same, other = await asyncio.gather(
        query.event_state(EVENT, HOUSE),
        query.subsections_state(EVENT, HOUSE, (B1,)),
        query.subsections_state(OTHER, HOUSE, (A2, A1)),
        query.event_state(LOST, HOUSE),
        query.event_state(EVENT, HOUSE),
        query.event_state(OTHER, HOUSE),
        return_exceptions=True,
    )

    first = EventSeatState(EVENT, HOUSE, StateVersion(1, 1), False, {A1: FREE, A2: FREE, B1: FREE})
    right = EventSeatState(
        OTHER, HOUSE, StateVersion(3, 1), True, {A1: b"012012", A2: FREE, B1: FREE}
    )
    assert (whole, same, other) == (first, first, right)
    assert one == EventSeatState(EVENT, HOUSE, StateVersion(1, 1), False, {B1: FREE})
    assert two == EventSeatState(OTHER, HOUSE, StateVersion(3, 1), True, {A2: FREE, A1: b"012012"})
    assert isinstance(lost, SeatStateMissingError)


async def test_what_was_read_before_says_nothing_of_now(stores: SeatStores) -> None:
    await stores.add(EVENT)
    query = stores.query
    assert (await query.event_state(EVENT, HOUSE)).version == StateVersion(1, 1)

    await stores.store.rebuild(EVENT, HOUSE, 2, {A1: FREE, A2: b"100000", B1: FREE}, closed=False)
    changed = await query.event_state(EVENT, HOUSE)
    await stores.lose(EVENT)
    with pytest.raises(SeatStateMissingError):
        await query.event_state(EVENT, HOUSE)
    await stores.add(EVENT)

    assert changed.version == StateVersion(2, 1)
    assert changed.seats[A2] == b"100000"
    assert (await query.event_state(EVENT, HOUSE)).seats[A2] == FREE

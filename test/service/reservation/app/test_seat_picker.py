"""Taking the best available seats although others want them too."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from src.service.reservation.app.interface.seat_inventory import Hold
from src.service.reservation.app.seat_picker import SeatPicker
from src.service.reservation.domain.errors import NotEnoughSeatsError, TooMuchContentionError
from src.service.reservation.domain.reservation import BestAvailable
from src.service.shared_kernel.errors import (
    OverloadedError,
    SeatStateMissingError,
    StoreUnavailableError,
)
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatId
from test.fake.clock import everything_ready, in_no_time
from test.fake.people import HOUSE, seats
from test.fake.world import PICK_TIMEOUT
from test.fake.world import World as Stores

T = TypeVar("T")


class World(Stores):
    """With a picker that all who pick share."""

    def __init__(self) -> None:
        super().__init__()
        self.picker = SeatPicker(self.seat_state, self.inventory, timeout=PICK_TIMEOUT)


async def pick(world: World, wanted: BestAvailable) -> tuple[Hold, StateVersion]:
    def hold_of(chosen: tuple[SeatId, ...]) -> Hold:
        return Hold(world.event.id, HOUSE, ReservationId(uuid4()), chosen)

    async def keep(hold: Hold, version: StateVersion) -> tuple[Hold, StateVersion]:
        return hold, version

    return await world.picker.take_best(world.event.id, HOUSE, wanted, hold_of, then=keep)


def answer_after(seconds: float, world: World) -> None:
    """Let each look at the seats take so long."""
    read = world.seat_state.subsections_state

    async def late(*asked: Any) -> Any:
        await asyncio.sleep(seconds)
        return await read(*asked)

    world.seat_state.subsections_state = late  # type: ignore[method-assign, assignment]


async def timed(work: Coroutine[Any, Any, T]) -> tuple[float, T | Exception]:
    """How long it takes, and what comes of it."""
    began = asyncio.get_running_loop().time()
    outcome: T | Exception
    try:
        outcome = await work
    except Exception as error:
        outcome = error
    return asyncio.get_running_loop().time() - began, outcome


async def test_takes_the_best_seats() -> None:
    world = World()

    hold, version = await pick(world, BestAvailable(3))

    assert hold.seats == seats("A-1-1-1 A-1-1-2 A-1-1-3")
    assert version == StateVersion(1, 2)


async def test_reads_only_the_part_that_is_asked_for() -> None:
    world = World()

    hold, _ = await pick(world, BestAvailable(2, "A", 2))

    assert hold.seats == seats("A-2-1-1 A-2-1-2")


@in_no_time
async def test_picks_others_when_somebody_was_quicker() -> None:
    world = World()
    world.inventory.taken_first = [seats("A-1-1-1"), seats("A-1-2-1")]

    hold, _ = await pick(world, BestAvailable(3))

    assert hold.seats == seats("A-2-1-1 A-2-1-2 A-2-1-3")
    assert world.journal.count("take") == 3


@in_no_time
async def test_gives_up_when_others_are_quicker_every_time() -> None:
    world = World()
    everyone_wants_the_same = [seats("A-1-1-1")] * 100
    world.inventory.taken_first = list(everyone_wants_the_same)
    world.seat_state.answers_stay_at = world.kvrocks.seat_bytes(world.event.id)

    with pytest.raises(TooMuchContentionError):
        await pick(world, BestAvailable(3))

    assert world.journal.count("take") < len(everyone_wants_the_same)


async def test_says_so_when_there_are_not_enough_left() -> None:
    with pytest.raises(NotEnoughSeatsError, match="not 7 seats"):
        await pick(World(), BestAvailable(7, "B"))


async def test_says_so_when_the_others_left_too_few() -> None:
    world = World()
    world.inventory.taken_first = [seats("B-1-1-1 B-1-1-2 B-1-1-3 B-1-2-1 B-1-2-2 B-1-2-3")]

    with pytest.raises(NotEnoughSeatsError):
        await pick(world, BestAvailable(1, "B"))


async def test_a_lost_state_is_not_tried_again() -> None:
    world = World()
    world.kvrocks.events.clear()

    with pytest.raises(SeatStateMissingError):
        await pick(world, BestAvailable(1))

    assert world.journal == ["read"]


@in_no_time
async def test_picks_within_one_process_never_collide() -> None:
    world = World()
    world.seat_state.answers_wait_for = asyncio.Event()
    picking = asyncio.gather(*(pick(world, BestAvailable(2)) for _ in range(9)))
    await everything_ready()

    world.seat_state.answers_wait_for.set()
    picked = await picking

    taken = [seat for hold, _ in picked for seat in hold.seats]
    assert sorted(taken) == sorted(HOUSE.seats())
    assert world.journal.count("take") == 9


@in_no_time
async def test_who_waits_is_picked_for_together() -> None:
    world = World()
    answer_after(0.3, world)
    line = [asyncio.ensure_future(timed(pick(world, BestAvailable(1))))]
    await everything_ready()
    line += [asyncio.ensure_future(timed(pick(world, BestAvailable(1)))) for _ in range(8)]

    ended = await asyncio.gather(*line)

    # The first is picked alone, and all who came meanwhile are picked together.
    assert [type(outcome) for _, outcome in ended] == [tuple] * 9
    assert [round(seconds, 1) for seconds, _ in ended] == [0.3] + [0.6] * 8


@in_no_time
async def test_nobody_waits_for_a_batch_for_longer_than_the_timeout() -> None:
    world = World()
    answer_after(2.5, world)
    first = asyncio.ensure_future(timed(pick(world, BestAvailable(1))))
    await everything_ready()

    seconds, refused = await timed(pick(world, BestAvailable(1)))
    _, picked = await first

    assert isinstance(picked, tuple)
    assert isinstance(refused, OverloadedError)
    assert round(seconds, 1) == PICK_TIMEOUT


@in_no_time
async def test_who_would_wait_too_long_is_refused_at_once() -> None:
    world = World()
    answer_after(2.5, world)
    # The queue has seen how long a batch takes here.
    batches = [asyncio.ensure_future(timed(pick(world, BestAvailable(1))))]
    await asyncio.sleep(1.0)
    batches.append(asyncio.ensure_future(timed(pick(world, BestAvailable(1)))))
    await asyncio.sleep(1.6)

    seconds, refused = await timed(pick(world, BestAvailable(1)))

    assert isinstance(refused, OverloadedError)
    assert seconds == 0
    assert [type(outcome) for _, outcome in await asyncio.gather(*batches)] == [tuple] * 2


@in_no_time
async def test_nobody_is_tried_again_after_the_timeout() -> None:
    world = World()
    answer_after(0.5, world)
    world.inventory.taken_first = [seats("A-1-1-1")] * 100
    world.seat_state.answers_stay_at = world.kvrocks.seat_bytes(world.event.id)

    seconds, outcome = await timed(pick(world, BestAvailable(3)))

    assert isinstance(outcome, TooMuchContentionError)
    assert seconds == 2.0  # the last try began before
    assert world.journal.count("take") == 4


@in_no_time
async def test_who_waits_in_line_for_a_silent_store_is_refused_with_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    asked = 0
    silence = asyncio.Event()

    async def say_nothing(*_: object) -> None:
        nonlocal asked
        asked += 1
        await silence.wait()
        raise StoreUnavailableError("Kvrocks")

    monkeypatch.setattr(world.seat_state, "subsections_state", say_nothing)
    line = [asyncio.ensure_future(pick(world, BestAvailable(1))) for _ in range(5)]
    await everything_ready()
    silence.set()

    answers = await asyncio.gather(*line, return_exceptions=True)

    assert [type(answer) for answer in answers] == [StoreUnavailableError] * 5
    assert asked == 1
    with pytest.raises(StoreUnavailableError):
        await pick(world, BestAvailable(1))
    assert asked == 2  # who comes later asks again

"""The facts that pages are given of events: read for many at once, and never waited for."""

import asyncio
from dataclasses import replace

import pytest

from kit.waiting import TIMEOUT
from src.service.shared_kernel.errors import StoreUnavailableError
from src.web.known_events import KnownEvent, KnownEvents
from test.fake.event_facts import FACTS, FakeFacts


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(clock: Clock) -> KnownEvents:
    """Patient, since a busy machine may stand still for longer than a page waits."""
    return KnownEvents(now=clock, timeout=TIMEOUT)


@pytest.fixture
def source() -> FakeFacts:
    return FakeFacts()


async def test_are_read_once_for_all_who_ask_at_once(known: KnownEvents, source: FakeFacts) -> None:
    found = await asyncio.gather(*(known.get(source, 7) for _ in range(1_000)))

    assert source.asked == [7]
    assert {id(event) for event in found} == {id(found[0])}
    assert found[0] is not None
    assert found[0].facts == FACTS


async def test_are_read_again_after_two_seconds_and_keep_what_was_made_of_them(
    known: KnownEvents, source: FakeFacts, clock: Clock
) -> None:
    first = await known.get(source, 7)
    clock.seconds = 1.9
    assert await known.get(source, 7) is first
    clock.seconds = 2.1
    assert await known.get(source, 7) is first
    assert source.asked == [7, 7]

    source.found = replace(FACTS, name="Rock")
    clock.seconds = 4.2
    changed = await known.get(source, 7)
    assert changed is not None
    assert (changed.facts, changed is first) == (source.found, False)


async def test_of_no_event_are_known_too(known: KnownEvents, source: FakeFacts) -> None:
    source.found = False

    assert [await known.get(source, 7) for _ in range(2)] == [KnownEvent(None)] * 2
    assert source.asked == [7]


@pytest.mark.parametrize("error", [StoreUnavailableError("PostgreSQL"), RuntimeError("a mistake")])
async def test_that_cannot_be_read_are_nothing_for_as_long(
    known: KnownEvents, source: FakeFacts, clock: Clock, error: Exception
) -> None:
    source.found = error
    assert [await known.get(source, 7) for _ in range(3)] == [None] * 3
    assert source.asked == [7]

    source.found = FACTS
    clock.seconds = 2.1
    assert await known.get(source, 7) == KnownEvent(FACTS)


async def test_are_not_waited_for_but_are_there_for_the_next(
    clock: Clock, source: FakeFacts
) -> None:
    known = KnownEvents(now=clock, timeout=0.01)
    source.answers.clear()
    async with asyncio.timeout(TIMEOUT):
        assert await known.get(source, 7) is None

    source.answers.set()
    await asyncio.gather(*known._reads.values())
    assert await known.get(source, 7) == KnownEvent(FACTS)
    assert source.asked == [7]


async def test_are_no_more_than_a_bound(known: KnownEvents, source: FakeFacts) -> None:
    for event_id in range(1_000):
        await known.get(source, event_id)

    assert len(known._known) == 256
    assert known._reads == {}

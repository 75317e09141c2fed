"""Events by id, asked for once a second at most."""

from dataclasses import replace

import pytest

from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.driven_adapter.repo.cached_event_directory import (
    CachedEventDirectory,
)
from test.fake.people import an_event
from test.fake.postgres import FakeEventTicketingRepository, FakePostgres

EVENT = EventId(1)


class Cached:
    def __init__(self, *, size: int = 10) -> None:
        self.now = 100.0
        self.postgres = FakePostgres()
        self.repository = FakeEventTicketingRepository(self.postgres)
        self.directory = CachedEventDirectory(
            self.repository, ttl=1.0, size=size, now=lambda: self.now
        )

    @property
    def reads(self) -> int:
        return self.repository.journal.count("get")


@pytest.fixture
def cached() -> Cached:
    return Cached()


async def test_a_known_event_is_not_asked_for_again_within_a_second(cached: Cached) -> None:
    event = cached.postgres.add(an_event())

    for _ in range(5):
        assert await cached.directory.find(EVENT) == event.entry
        cached.now += 0.19

    assert cached.reads == 1


async def test_after_a_second_it_is(cached: Cached) -> None:
    event = cached.postgres.add(an_event())
    await cached.directory.find(EVENT)
    cached.postgres.events[EVENT] = replace(event, status=EventStatus.ENDED)

    cached.now += 1

    found = await cached.directory.find(EVENT)
    assert found is not None
    assert found.status is EventStatus.ENDED


async def test_an_event_that_was_changed_here_is_asked_for_at_once(cached: Cached) -> None:
    event = cached.postgres.add(an_event())
    await cached.directory.find(EVENT)
    cached.postgres.events[EVENT] = replace(event, is_active=False)

    cached.directory.invalidate(EVENT)
    cached.directory.invalidate(EventId(99))

    found = await cached.directory.find(EVENT)
    assert found is not None
    assert not found.is_active


async def test_an_unknown_event_is_there_as_soon_as_it_exists(cached: Cached) -> None:
    assert await cached.directory.find(EVENT) is None

    event = cached.postgres.add(an_event())

    assert await cached.directory.find(EVENT) == event.entry


async def test_a_draft_is_on_sale_as_soon_as_it_is_one(cached: Cached) -> None:
    draft = cached.postgres.add(an_event(status=EventStatus.DRAFT))
    await cached.directory.find(EVENT)

    cached.postgres.events[EVENT] = replace(draft, status=EventStatus.AVAILABLE)

    found = await cached.directory.find(EVENT)
    assert found is not None
    assert found.status is EventStatus.AVAILABLE


async def test_no_more_events_are_cached_than_allowed() -> None:
    cached = Cached(size=2)
    for number in (1, 2, 3):
        cached.postgres.add(an_event(number))
        await cached.directory.find(EventId(number))

    await cached.directory.find(EventId(3))
    await cached.directory.find(EventId(2))
    assert cached.reads == 3

    await cached.directory.find(EventId(1))
    assert cached.reads == 4


async def test_many_are_asked_for_together_and_cached(cached: Cached) -> None:
    entries = [cached.postgres.add(an_event(number)).entry for number in (1, 2, 3)]
    cached.postgres.add(an_event(4, status=EventStatus.DRAFT))

    found = await cached.directory.find_all([EventId(n) for n in (3, 4, 1, 2, 99)])

    assert found == entries
    assert await cached.directory.find(EVENT) is found[0]
    assert cached.reads == 0


async def test_many_are_asked_for_however_lately_they_were(cached: Cached) -> None:
    event = cached.postgres.add(an_event())
    known = await cached.directory.find(EVENT)
    assert known is not None
    cached.postgres.events[EVENT] = replace(event, status=EventStatus.ENDED)

    [found] = await cached.directory.find_all([EVENT])

    assert found.status is EventStatus.ENDED
    assert found.config is known.config


async def test_what_can_change_of_known_events_is_asked_for_with_one_question(
    cached: Cached,
) -> None:
    known = [cached.postgres.add(an_event(number)).entry for number in (1, 2, 3)]
    await cached.directory.find(EVENT)
    cached.postgres.events[EVENT] = an_event(is_active=False)
    cached.postgres.events[EventId(2)] = an_event(2, status=EventStatus.ENDED)
    del cached.postgres.events[EventId(3)]

    found = await cached.directory.refresh(known)

    assert [(e.id, e.is_active, e.status) for e in found] == [
        (1, False, EventStatus.AVAILABLE),
        (2, True, EventStatus.ENDED),
    ]
    assert found[0].config is known[0].config
    assert cached.repository.journal.count("states") == 1

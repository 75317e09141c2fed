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


class Memory:
    def __init__(self, *, size: int = 10) -> None:
        self.now = 100.0
        self.postgres = FakePostgres()
        self.repository = FakeEventTicketingRepository(self.postgres)
        self.directory = CachedEventDirectory(
            self.repository, seconds=1.0, size=size, now=lambda: self.now
        )

    @property
    def questions(self) -> int:
        return self.repository.journal.count("get")


@pytest.fixture
def memory() -> Memory:
    return Memory()


async def test_a_known_event_is_not_asked_for_again_within_a_second(memory: Memory) -> None:
    event = memory.postgres.add(an_event())

    for _ in range(5):
        assert await memory.directory.find(EVENT) == event.entry
        memory.now += 0.19

    assert memory.questions == 1


async def test_after_a_second_it_is(memory: Memory) -> None:
    event = memory.postgres.add(an_event())
    await memory.directory.find(EVENT)
    memory.postgres.events[EVENT] = replace(event, status=EventStatus.ENDED)

    memory.now += 1

    found = await memory.directory.find(EVENT)
    assert found is not None
    assert found.status is EventStatus.ENDED


async def test_an_event_that_was_changed_here_is_asked_for_at_once(memory: Memory) -> None:
    event = memory.postgres.add(an_event())
    await memory.directory.find(EVENT)
    memory.postgres.events[EVENT] = replace(event, is_active=False)

    memory.directory.forget(EVENT)
    memory.directory.forget(EventId(99))

    found = await memory.directory.find(EVENT)
    assert found is not None
    assert not found.is_active


async def test_an_unknown_event_is_there_as_soon_as_it_exists(memory: Memory) -> None:
    assert await memory.directory.find(EVENT) is None

    event = memory.postgres.add(an_event())

    assert await memory.directory.find(EVENT) == event.entry


async def test_a_draft_is_on_sale_as_soon_as_it_is_one(memory: Memory) -> None:
    draft = memory.postgres.add(an_event(status=EventStatus.DRAFT))
    await memory.directory.find(EVENT)

    memory.postgres.events[EVENT] = replace(draft, status=EventStatus.AVAILABLE)

    found = await memory.directory.find(EVENT)
    assert found is not None
    assert found.status is EventStatus.AVAILABLE


async def test_no_more_events_are_remembered_than_allowed() -> None:
    memory = Memory(size=2)
    for number in (1, 2, 3):
        memory.postgres.add(an_event(number))
        await memory.directory.find(EventId(number))

    await memory.directory.find(EventId(3))
    await memory.directory.find(EventId(2))
    assert memory.questions == 3

    await memory.directory.find(EventId(1))
    assert memory.questions == 4


async def test_many_are_asked_for_together_and_remembered(memory: Memory) -> None:
    entries = [memory.postgres.add(an_event(number)).entry for number in (1, 2, 3)]
    memory.postgres.add(an_event(4, status=EventStatus.DRAFT))

    found = await memory.directory.find_all([EventId(n) for n in (3, 4, 1, 2, 99)])

    assert found == entries
    assert await memory.directory.find(EVENT) is found[0]
    assert memory.questions == 0


async def test_many_are_asked_for_however_lately_they_were(memory: Memory) -> None:
    event = memory.postgres.add(an_event())
    known = await memory.directory.find(EVENT)
    assert known is not None
    memory.postgres.events[EVENT] = replace(event, status=EventStatus.ENDED)

    [found] = await memory.directory.find_all([EVENT])

    assert found.status is EventStatus.ENDED
    assert found.config is known.config


async def test_what_can_change_of_known_events_is_asked_for_with_one_question(
    memory: Memory,
) -> None:
    known = [memory.postgres.add(an_event(number)).entry for number in (1, 2, 3)]
    await memory.directory.find(EVENT)
    memory.postgres.events[EVENT] = an_event(is_active=False)
    memory.postgres.events[EventId(2)] = an_event(2, status=EventStatus.ENDED)
    del memory.postgres.events[EventId(3)]

    found = await memory.directory.refresh(known)

    assert [(e.id, e.is_active, e.status) for e in found] == [
        (1, False, EventStatus.AVAILABLE),
        (2, True, EventStatus.ENDED),
    ]
    assert found[0].config is known[0].config
    assert memory.repository.journal.count("states") == 1

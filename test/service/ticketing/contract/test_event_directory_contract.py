"""What EventDirectory promises, of the cache over a repository and of the fake."""

from dataclasses import replace

import pytest

from src.service.shared_kernel.event_directory import EventDirectory, EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.driven_adapter.repo.cached_event_directory import CachedEventDirectory
from test.fake.people import an_event
from test.fake.postgres import FakeEventDirectory, FakeEventTicketingRepository, FakePostgres

EVENT = EventId(1)
UNKNOWN = EventId(99)


@pytest.fixture
def postgres() -> FakePostgres:
    return FakePostgres()


@pytest.fixture(params=["fake", "cached"])
def directory(request: pytest.FixtureRequest, postgres: FakePostgres) -> EventDirectory:
    if request.param == "fake":
        return FakeEventDirectory(postgres)
    return CachedEventDirectory(FakeEventTicketingRepository(postgres))


@pytest.mark.parametrize("status", EventStatus)
@pytest.mark.parametrize("is_active", [True, False])
async def test_finds_an_event_whoever_may_see_it(
    directory: EventDirectory, postgres: FakePostgres, status: EventStatus, is_active: bool
) -> None:
    event = postgres.add(an_event(status=status, is_active=is_active))

    assert await directory.find(EVENT) == event.entry


async def test_does_not_find_what_there_is_not(directory: EventDirectory) -> None:
    assert await directory.find(EVENT) is None


async def test_finds_a_new_event_at_once(directory: EventDirectory, postgres: FakePostgres) -> None:
    await directory.find(EVENT)

    event = postgres.add(an_event())

    assert await directory.find(EVENT) == event.entry


async def test_finds_an_event_at_once_as_it_was_changed_to(
    directory: EventDirectory, postgres: FakePostgres
) -> None:
    event = postgres.add(an_event())
    await directory.find(EVENT)
    postgres.events[EVENT] = replace(event, is_active=False)

    directory.invalidate(EVENT)
    directory.invalidate(UNKNOWN)

    assert await directory.find(EVENT) == postgres.events[EVENT].entry


async def test_finds_many_in_the_order_of_their_ids_without_drafts(
    directory: EventDirectory, postgres: FakePostgres
) -> None:
    entries = [postgres.add(an_event(number)).entry for number in (1, 2, 3)]
    postgres.add(an_event(4, status=EventStatus.DRAFT))

    found = await directory.find_all([EventId(n) for n in (3, 4, 1, UNKNOWN, 2, 3)])

    assert list(found) == entries


async def test_refreshes_what_is_known_and_leaves_out_what_is_gone(
    directory: EventDirectory, postgres: FakePostgres
) -> None:
    known = [postgres.add(an_event(number)).entry for number in (1, 2, 3)]
    for entry in known:
        await directory.find(entry.id)
    postgres.events[EVENT] = an_event(is_active=False)
    postgres.events[EventId(2)] = an_event(2, status=EventStatus.ENDED)
    del postgres.events[EventId(3)]

    found = await directory.refresh(known)

    assert list(found) == [
        an_event(is_active=False).entry,
        an_event(2, status=EventStatus.ENDED).entry,
    ]

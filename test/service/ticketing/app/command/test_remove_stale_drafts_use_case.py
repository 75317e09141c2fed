"""What is left of creations that were cut off goes away after a while."""

from datetime import timedelta

from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.app.command.remove_stale_drafts_use_case import RemoveStaleDraftsUseCase
from test.fake.kvrocks import FakeInitState, FakeKvrocks
from test.fake.people import HOUSE, an_event
from test.fake.postgres import FakeEventTicketingRepository, FakePostgres

AGE = timedelta(minutes=5)


class Leftovers:
    """A draft and an event on sale, in both stores."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.postgres = FakePostgres()
        self.kvrocks = FakeKvrocks()
        for number, status in ((1, EventStatus.DRAFT), (2, EventStatus.AVAILABLE)):
            self.postgres.add(an_event(number, status=status))
            self.kvrocks.add(EventId(number), HOUSE)
        self.seat_state = FakeInitState(self.kvrocks, self.journal)
        self.use_case = RemoveStaleDraftsUseCase(
            FakeEventTicketingRepository(self.postgres, self.journal),
            self.seat_state,
            older_than=AGE,
        )


async def test_an_old_draft_goes_from_both_stores_and_an_event_stays() -> None:
    leftovers = Leftovers()
    leftovers.postgres.now += AGE + timedelta(seconds=1)

    assert await leftovers.use_case.execute() == 1

    assert set(leftovers.postgres.events) == set(leftovers.kvrocks.events) == {2}
    assert await leftovers.use_case.execute() == 0


async def test_a_young_draft_may_still_become_an_event() -> None:
    leftovers = Leftovers()
    leftovers.postgres.now += AGE

    assert await leftovers.use_case.execute() == 0

    assert set(leftovers.postgres.events) == {1, 2}


async def test_a_draft_stays_while_its_keys_cannot_be_removed_and_no_other_does() -> None:
    leftovers = Leftovers()
    leftovers.postgres.add(an_event(3, status=EventStatus.DRAFT))
    leftovers.postgres.now += AGE * 2
    leftovers.kvrocks.unreachable.add(EventId(1))

    assert await leftovers.use_case.execute() == 1
    assert set(leftovers.postgres.events) == {1, 2}

    leftovers.kvrocks.unreachable.clear()
    assert await leftovers.use_case.execute() == 1
    assert set(leftovers.postgres.events) == {2}

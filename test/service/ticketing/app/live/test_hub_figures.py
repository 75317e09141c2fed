"""What is counted of the streams, and how old the changes are that they show."""

import asyncio

from src.service.shared_kernel.seating import SeatStatus
from test.fake.clock import everything_ready, in_no_time
from test.fake.live import EVENT, WINDOW, Live


def reserve(live: Live, identifiers: str) -> None:
    """As this process does it: the message comes back to it later."""
    live.figures.committed(live.changes(identifiers, SeatStatus.RESERVED))


def arrive(live: Live, identifiers: str) -> None:
    update = live.changes(identifiers)
    live.figures.committed(update)
    live.updates.send(update)


@in_no_time
async def test_changes_within_the_window_are_merged() -> None:
    live = Live()
    subscriber = await live.watch_from_now()
    live.happens("A-1-1-1")
    await subscriber.next(1)
    for identifiers in ("A-1-1-2", "A-1-1-3"):
        live.happens(identifiers)
    await subscriber.next(1)

    assert (live.figures.sent, live.figures.merged) == (3, 1)


@in_no_time
async def test_a_slow_client_skips_messages_and_a_quick_one_does_not() -> None:
    live = Live()
    slow, quick = await live.watch_from_now(), await live.watch_from_now()
    for identifiers in ("A-1-1-1", "A-1-1-2", "A-1-1-3"):
        live.happens(identifiers)
        await quick.next(1)
        await asyncio.sleep(2 * WINDOW)
    assert live.figures.skipped == 0

    await slow.next(1)

    assert live.figures.skipped == 2


@in_no_time
async def test_a_message_is_as_old_as_its_oldest_change() -> None:
    live = Live()
    subscriber = await live.watch_from_now()
    arrive(live, "A-1-1-1")
    await subscriber.next(1)
    await everything_ready()
    assert live.ages == [0.0]

    arrive(live, "A-1-1-2")
    await asyncio.sleep(WINDOW / 2)
    arrive(live, "A-1-1-3")
    await subscriber.next(1)
    await everything_ready()

    assert [round(age, 6) for age in live.ages] == [0.0, WINDOW]


@in_no_time
async def test_what_was_lost_on_the_way_is_old_when_it_is_shown() -> None:
    live = Live()
    await live.watch_from_now()
    reserve(live, "A-1-1-1")
    await asyncio.sleep(3)

    await live.hub.check_versions()
    await everything_ready()

    assert [round(age, 6) for age in live.ages] == [3.0]


@in_no_time
async def test_what_was_read_before_it_was_announced_has_no_age() -> None:
    live = Live()
    await live.watch_from_now()
    update = live.changes("A-1-1-1")
    await live.hub.check_versions()
    await everything_ready()
    live.figures.committed(update)
    await asyncio.sleep(60)

    live.happens("A-1-1-2")
    await everything_ready()

    assert live.ages == []


@in_no_time
async def test_nothing_is_kept_of_events_that_nobody_watches() -> None:
    live = Live()
    subscriber = await live.watch_from_now()
    subscriber.close()
    reserve(live, "A-1-1-1")

    assert live.figures.first_commit(EVENT, live.kvrocks.events[EVENT].state_version) is None

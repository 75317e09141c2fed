"""Requests that share round trips get the results that they would get alone."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.platform.batching import Batcher


class TooLateError(Exception):
    """`sent` says whether the request was under way."""

    def __init__(self, sent: bool) -> None:
        self.sent = sent


batcher_of = partial(Batcher, timeout=10, on_timeout=TooLateError)


class Store:
    """Answers a batch when it is told to, and notes the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.durable: set[int] = set()
        self.open = asyncio.Event()
        self.called = asyncio.Condition()

    async def run(self, batch: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(batch))
        async with self.called:
            self.called.notify_all()
        await self.open.wait()
        self.durable |= {n for n in batch if n >= 0}
        return [n * 10 if n >= 0 else ValueError(str(n)) for n in batch]

    async def busy_with(self, batches: int) -> None:
        async with self.called:
            await self.called.wait_for(lambda: len(self.batches) >= batches)


async def test_an_idle_batcher_sends_at_once_and_alone() -> None:
    store = Store()
    store.open.set()
    batcher = batcher_of(store.run, largest=8)

    assert await batcher.submit(4) == 40
    assert await batcher.submit(5) == 50
    assert store.batches == [[4], [5]]


async def test_what_arrives_while_a_batch_is_under_way_shares_the_next_one() -> None:
    store = Store()
    batcher = batcher_of(store.run, largest=8)

    first = asyncio.ensure_future(batcher.submit(1))
    await store.busy_with(1)
    others = [asyncio.ensure_future(batcher.submit(n)) for n in (2, 3, 4)]
    store.open.set()

    assert await asyncio.gather(first, *others) == [10, 20, 30, 40]
    assert store.batches == [[1], [2, 3, 4]]


async def test_a_batch_is_never_larger_than_allowed() -> None:
    store = Store()
    store.open.set()
    batcher = batcher_of(store.run, largest=3)

    answers = await asyncio.gather(*(batcher.submit(n) for n in range(10)))

    assert answers == [n * 10 for n in range(10)]
    assert max(map(len, store.batches)) == 3


async def test_one_request_that_fails_fails_alone() -> None:
    store = Store()
    store.open.set()
    batcher = batcher_of(store.run, largest=8)

    answers = await asyncio.gather(*(batcher.submit(n) for n in (1, -2, 3)), return_exceptions=True)

    assert answers[0] == 10
    assert isinstance(answers[1], ValueError)
    assert answers[2] == 30


async def test_a_lost_answer_is_lost_for_the_whole_batch_and_the_next_batch_goes_on() -> None:
    failures = [OSError("cut off")]

    async def run(batch: Sequence[int]) -> list[int | Exception]:
        if failures:
            raise failures.pop()
        return list(batch)

    batcher = batcher_of(run, largest=8)

    with pytest.raises(OSError, match="cut off"):
        await batcher.submit(1)
    assert await batcher.submit(2) == 2


async def test_someone_who_stops_waiting_does_not_disturb_the_others() -> None:
    store = Store()
    batcher = batcher_of(store.run, largest=8)
    first = asyncio.ensure_future(batcher.submit(1))
    await store.busy_with(1)
    leaver = asyncio.ensure_future(batcher.submit(2))
    stayer = asyncio.ensure_future(batcher.submit(3))
    await asyncio.sleep(0)

    leaver.cancel()
    store.open.set()

    assert await first == 10
    assert await stayer == 30
    assert leaver.cancelled()
    assert store.batches == [[1], [3]]  # nothing is sent for a caller that has gone


@given(
    arrivals=st.lists(st.lists(st.integers(-5, 50), max_size=6), max_size=8),
    largest=st.integers(1, 5),
)
def test_any_interleaving_answers_as_alone_and_only_what_is_durable(
    arrivals: list[list[int]], largest: int
) -> None:
    async def scenario() -> None:
        store = Store()
        store.open.set()
        batcher = batcher_of(store.run, largest=largest)

        async def call(request: int) -> None:
            if request < 0:
                with pytest.raises(ValueError, match=str(request)):
                    await batcher.submit(request)
            else:
                assert await batcher.submit(request) == request * 10
                assert request in store.durable

        tasks = []
        for wave in arrivals:
            tasks += [asyncio.ensure_future(call(request)) for request in wave]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert sorted(n for g in store.batches for n in g) == sorted(n for w in arrivals for n in w)

    asyncio.run(scenario())


async def test_a_timeout_says_whether_the_request_was_sent() -> None:
    store = Store()
    batcher = batcher_of(store.run, largest=8, timeout=0.01)

    first = asyncio.ensure_future(batcher.submit(1))
    await store.busy_with(1)
    with pytest.raises(TooLateError) as unsent:
        await batcher.submit(2)
    with pytest.raises(TooLateError) as under_way:
        await first
    assert (under_way.value.sent, unsent.value.sent) == (True, False)

    store.open.set()
    assert await batcher.submit(3) == 30
    assert store.batches == [[1], [3]]  # what nobody waits for is not sent

"""Questions that share round trips get the answers that they would get alone."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.platform.batching import Batcher


class TooLateError(Exception):
    """`asked` says whether the question was under way."""

    def __init__(self, asked: bool) -> None:
        self.asked = asked


batcher_of = partial(Batcher, timeout=10, on_timeout=TooLateError)


class Store:
    """Answers a group when it is told to, and remembers the groups it was asked."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.durable: set[int] = set()
        self.open = asyncio.Event()
        self.asked = asyncio.Condition()

    async def run(self, group: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(group))
        async with self.asked:
            self.asked.notify_all()
        await self.open.wait()
        self.durable |= {n for n in group if n >= 0}
        return [n * 10 if n >= 0 else ValueError(str(n)) for n in group]

    async def busy_with(self, groups: int) -> None:
        async with self.asked:
            await self.asked.wait_for(lambda: len(self.groups) >= groups)


async def test_an_idle_grouping_asks_at_once_and_alone() -> None:
    store = Store()
    store.open.set()
    batcher = batcher_of(store.run, largest=8)

    assert await batcher.submit(4) == 40
    assert await batcher.submit(5) == 50
    assert store.groups == [[4], [5]]


async def test_what_arrives_while_a_group_is_under_way_shares_the_next_one() -> None:
    store = Store()
    batcher = batcher_of(store.run, largest=8)

    first = asyncio.ensure_future(batcher.submit(1))
    await store.busy_with(1)
    others = [asyncio.ensure_future(batcher.submit(n)) for n in (2, 3, 4)]
    store.open.set()

    assert await asyncio.gather(first, *others) == [10, 20, 30, 40]
    assert store.groups == [[1], [2, 3, 4]]


async def test_a_group_is_never_larger_than_allowed() -> None:
    store = Store()
    store.open.set()
    batcher = batcher_of(store.run, largest=3)

    answers = await asyncio.gather(*(batcher.submit(n) for n in range(10)))

    assert answers == [n * 10 for n in range(10)]
    assert max(map(len, store.groups)) == 3


async def test_one_question_that_fails_fails_alone() -> None:
    store = Store()
    store.open.set()
    batcher = batcher_of(store.run, largest=8)

    answers = await asyncio.gather(*(batcher.submit(n) for n in (1, -2, 3)), return_exceptions=True)

    assert answers[0] == 10
    assert isinstance(answers[1], ValueError)
    assert answers[2] == 30


async def test_a_lost_answer_is_lost_for_the_whole_group_and_the_next_group_goes_on() -> None:
    failures = [OSError("cut off")]

    async def run(group: Sequence[int]) -> list[int | Exception]:
        if failures:
            raise failures.pop()
        return list(group)

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
    assert store.groups == [[1], [3]]  # nothing is asked for who has gone


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

        async def ask(question: int) -> None:
            if question < 0:
                with pytest.raises(ValueError, match=str(question)):
                    await batcher.submit(question)
            else:
                assert await batcher.submit(question) == question * 10
                assert question in store.durable

        tasks = []
        for wave in arrivals:
            tasks += [asyncio.ensure_future(ask(question)) for question in wave]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert sorted(n for g in store.groups for n in g) == sorted(n for w in arrivals for n in w)

    asyncio.run(scenario())


async def test_who_waited_too_long_learns_whether_the_question_was_put() -> None:
    store = Store()
    batcher = batcher_of(store.run, largest=8, timeout=0.01)

    first = asyncio.ensure_future(batcher.submit(1))
    await store.busy_with(1)
    with pytest.raises(TooLateError) as second:
        await batcher.submit(2)
    with pytest.raises(TooLateError) as put:
        await first
    assert (put.value.asked, second.value.asked) == (True, False)

    store.open.set()
    assert await batcher.submit(3) == 30
    assert store.groups == [[1], [3]]  # what nobody waits for is not asked

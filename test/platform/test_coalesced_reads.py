"""Callers who share a read get what was read after they called."""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from src.platform.batching import CoalescedReads
from src.service.shared_kernel.errors import StoreUnavailableError
from test.fake.clock import in_no_time


class Source:
    """A value that changes, read when the test says so."""

    def __init__(self) -> None:
        self.value = 0
        self.reads: list[str] = []
        self.fails = False
        self.gates: dict[str, asyncio.Event] = {}
        self.called = asyncio.Condition()

    async def read(self, key: str) -> tuple[str, int]:
        self.reads.append(key)
        value = self.value
        async with self.called:
            self.called.notify_all()
        if gate := self.gates.get(key):
            await gate.wait()
        if self.fails:
            raise LookupError(key)
        return key, value

    async def reading(self, times: int) -> None:
        async with self.called:
            await self.called.wait_for(lambda: len(self.reads) >= times)


def coalesced_reads(
    read: Callable[[str], Awaitable[tuple[str, int]]], *, timeout: float = 60.0
) -> CoalescedReads[str, tuple[str, int]]:
    return CoalescedReads(
        read, timeout=timeout, on_timeout=lambda: StoreUnavailableError("The store")
    )


async def test_callers_at_once_share_one_read() -> None:
    source = Source()
    shared = coalesced_reads(source.read)

    answers = await asyncio.gather(*(shared.get("a") for _ in range(5)))

    assert answers == [("a", 0)] * 5
    assert source.reads == ["a"]


async def test_nobody_gets_what_was_read_before_they_called() -> None:
    source = Source()
    gate = source.gates["a"] = asyncio.Event()
    shared = coalesced_reads(source.read)
    early = asyncio.ensure_future(shared.get("a"))
    await source.reading(1)

    source.value = 1
    late = [asyncio.ensure_future(shared.get("a")) for _ in range(3)]
    gate.set()

    assert await early == ("a", 0)
    assert await asyncio.gather(*late) == [("a", 1)] * 3
    assert source.reads == ["a", "a"]


async def test_nothing_is_remembered() -> None:
    source = Source()
    shared = coalesced_reads(source.read)

    assert await shared.get("a") == ("a", 0)
    source.value = 1
    assert await shared.get("a") == ("a", 1)


async def test_no_key_waits_for_another() -> None:
    source = Source()
    source.gates["slow"] = asyncio.Event()
    shared = coalesced_reads(source.read)
    slow = asyncio.ensure_future(shared.get("slow"))
    await source.reading(1)

    assert await shared.get("quick") == ("quick", 0)

    source.gates["slow"].set()
    assert await slow == ("slow", 0)


async def test_all_who_shared_a_read_get_its_failure() -> None:
    source = Source()
    source.fails = True
    shared = coalesced_reads(source.read)

    answers = await asyncio.gather(*(shared.get("a") for _ in range(3)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [LookupError] * 3
    source.fails = False
    assert await shared.get("a") == ("a", 0)


async def test_a_caller_who_leaves_takes_nothing_from_the_others() -> None:
    source = Source()
    gate = source.gates["a"] = asyncio.Event()
    shared = coalesced_reads(source.read)
    leaves, stays = (asyncio.ensure_future(shared.get("a")) for _ in range(2))
    await source.reading(1)

    leaves.cancel()
    gate.set()

    assert await stays == ("a", 0)
    with pytest.raises(asyncio.CancelledError):
        await leaves


async def test_a_key_is_dropped_with_its_last_caller() -> None:
    shared = coalesced_reads(Source().read)

    await asyncio.gather(*(shared.get(str(n)) for n in range(100)))
    gc.collect()

    assert not shared._batchers


@in_no_time
async def test_nobody_waits_longer_than_the_limit_for_a_silent_source() -> None:
    source = Source()
    source.gates["a"] = asyncio.Event()
    shared = coalesced_reads(source.read, timeout=2.0)
    first = asyncio.ensure_future(shared.get("a"))
    await source.reading(1)
    began = asyncio.get_running_loop().time()

    with pytest.raises(StoreUnavailableError):
        await shared.get("a")

    assert asyncio.get_running_loop().time() - began == pytest.approx(2.0)
    with pytest.raises(StoreUnavailableError):
        await first

"""One deadline for all the work of a request in the stores."""

import asyncio
from collections.abc import Sequence

import pytest

from src.platform.batching import Batcher
from src.service.shared_kernel.deadline import deadline, time_left, until_deadline
from src.service.shared_kernel.tasks import start_detached


async def test_without_a_deadline_a_limit_is_all_there_is() -> None:
    assert until_deadline() is None
    assert time_left(3) == 3


async def test_the_nearer_of_limit_and_deadline_counts() -> None:
    with deadline(60):
        assert time_left(3) == 3
        assert 59 < time_left(100) <= 60


async def test_what_is_over_leaves_nothing() -> None:
    with deadline(-1):
        assert time_left(3) == until_deadline() == 0


async def test_a_block_inside_has_its_own_and_gives_back_the_others() -> None:
    with deadline(1):
        with deadline(60):
            assert time_left(30) == 30
        assert time_left(30) <= 1
    assert until_deadline() is None


async def test_a_detached_task_has_none() -> None:
    async def left() -> float | None:
        return until_deadline()

    with deadline(60):
        assert await asyncio.ensure_future(left()) is not None
        assert await start_detached(left()) is None


class TestABatchedRequest:
    async def test_ends_with_its_callers_deadline(self) -> None:
        begun, never = asyncio.Event(), asyncio.Event()

        async def run(batch: object) -> list[int]:
            begun.set()
            await never.wait()
            return []

        batcher: Batcher[int, int] = Batcher(
            run, largest=8, timeout=600, on_timeout=lambda sent: OSError(str(sent))
        )

        async def ask_until(seconds: float) -> None:
            with deadline(seconds):
                await batcher.submit(1)

        first = asyncio.ensure_future(ask_until(0.05))
        await begun.wait()
        second = asyncio.ensure_future(ask_until(0.05))
        with pytest.raises(OSError, match="True"):
            await first
        with pytest.raises(OSError, match="False"):
            await second

    async def test_is_put_without_the_deadline_of_whoever_began_the_group(self) -> None:
        async def run(batch: Sequence[int]) -> list[float | None]:
            return [until_deadline()] * len(batch)

        batcher: Batcher[int, float | None] = Batcher(
            run, largest=8, timeout=600, on_timeout=lambda _: OSError()
        )
        with deadline(60):
            assert await batcher.submit(1) is None

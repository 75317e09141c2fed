"""Scripts in Kvrocks; those that are called together share a round trip."""

import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from src.platform.batching import Batcher
from src.platform.kvrocks import Kvrocks
from src.platform.redis_clients import round_trip, store_errors
from src.service.shared_kernel.errors import (
    OutcomeUnknownError,
    StoreUnavailableError,
    unanswered,
)

_LARGEST_BATCH = 128


class Script(str):
    """Lua text; `name` is what metrics call it."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, text: str) -> "Script":
        script = super().__new__(cls, text)
        script.name = name
        return script


@dataclass(frozen=True, slots=True)
class _Call:
    script: Script
    keys: Sequence[str]
    arguments: Sequence[str | int]
    asking: bool


class ScriptRunner:
    """Runs each script as one atomic step. Scripts that are called while a round trip to their server
    is under way share the next; each has its own answer or error."""

    def __init__(self, kvrocks: Kvrocks, store: str, *, timeout: float) -> None:
        """`timeout` in seconds includes waiting for the round trip before."""
        self._kvrocks = kvrocks
        self._store = store
        self._timeout = timeout
        self._calls: dict[Redis, Batcher[_Call, Any]] = {}

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[str | int] = ()
    ) -> Any:
        """Return the script's answer. Raises OutcomeUnknownError when it was lost on the way,
        StoreUnavailableError when the store refused the script."""

        def send(server: Redis, asking: bool) -> Awaitable[Any]:
            return self._calls_of(server).submit(_Call(script, keys, arguments, asking))

        with store_errors(self._store, lost=OutcomeUnknownError):
            return await self._kvrocks.routed(keys[0], send)

    def _calls_of(self, server: Redis) -> Batcher[_Call, Any]:
        calls = self._calls.get(server)
        if calls is None:
            calls = self._calls[server] = Batcher(
                partial(self._run_batch, server),
                largest=_LARGEST_BATCH,
                timeout=self._timeout,
                on_timeout=partial(unanswered, self._store),
            )
        return calls

    async def _run_batch(self, server: Redis, calls: Sequence[_Call]) -> Sequence[Any]:
        answers = await _send(server, calls)
        unknown = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            # The store was restarted, or is new. What it does not know it has not done.
            late = await self._load_and_send(server, [calls[i] for i in unknown])
            for i, answer in zip(unknown, late, strict=True):
                answers[i] = answer
        return answers

    async def _load_and_send(self, server: Redis, calls: Sequence[_Call]) -> list[Any]:
        """Failures are answers here, since the rest of the batch has been answered already."""
        try:
            with store_errors(self._store):
                for script in {call.script for call in calls}:
                    await server.script_load(script)
            return await _send(server, calls)
        except (StoreUnavailableError, RedisError, OSError) as error:
            return [error] * len(calls)


async def _send(server: Redis, calls: Sequence[_Call]) -> list[Any]:
    return await round_trip(
        server,
        [_command(call) for call in calls],
        [call.asking for call in calls],
        [call.script.name for call in calls],
    )


def _command(call: _Call) -> tuple[str | int, ...]:
    return ("EVALSHA", _digest(call.script), len(call.keys), *call.keys, *call.arguments)


@cache
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()

"""Scripts in Kvrocks; those that are called together share a round trip."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from src.platform.batching import Batcher
from src.platform.redis_clients import store_errors
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


class ScriptRunner:
    """Runs each script as one atomic step. Scripts that are called while a round trip is under way
    share the next; each has its own answer or error."""

    def __init__(self, client: Redis, store: str, *, timeout: float) -> None:
        """`timeout` in seconds includes waiting for the round trip before."""
        self._client = client
        self._store = store
        self._calls = Batcher(
            self._run_batch,
            largest=_LARGEST_BATCH,
            timeout=timeout,
            on_timeout=partial(unanswered, store),
        )

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[str | int] = ()
    ) -> Any:
        """Return the script's answer. Raises OutcomeUnknownError when it was lost on the way,
        StoreUnavailableError when the store refused the script."""
        return await self._calls.submit(_Call(script, keys, arguments))

    async def _run_batch(self, calls: Sequence[_Call]) -> Sequence[Any]:
        answers = await self._send(calls)
        unknown = [i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            # The store was restarted, or is new. What it does not know it has not done.
            late = await self._load_and_send([calls[i] for i in unknown])
            for i, answer in zip(unknown, late, strict=True):
                answers[i] = answer
        return [self._outcome(answer) for answer in answers]

    async def _load_and_send(self, calls: Sequence[_Call]) -> list[Any]:
        """Failures are answers here, since the rest of the batch has been answered already."""
        try:
            with store_errors(self._store):
                for script in {call.script for call in calls}:
                    await self._client.script_load(script)
            return await self._send(calls)
        except StoreUnavailableError as error:
            return [error] * len(calls)

    async def _send(self, calls: Sequence[_Call]) -> list[Any]:
        with store_errors(self._store, lost=OutcomeUnknownError):
            if len(calls) == 1:
                [call] = calls
                try:
                    return [
                        await self._client.execute_command(  # type: ignore[no-untyped-call]
                            *_command(call), operation=call.script.name
                        )
                    ]
                except NoScriptError as error:
                    return [error]
            async with self._client.pipeline(transaction=False) as steps:
                for call in calls:
                    steps.execute_command(*_command(call), operation=call.script.name)
                return await steps.execute(raise_on_error=False)

    def _outcome(self, answer: Any) -> Any:
        if isinstance(answer, RedisError):
            refused = StoreUnavailableError(self._store)
            refused.__cause__ = answer
            return refused
        return answer


def _command(call: _Call) -> tuple[str | int, ...]:
    return ("EVALSHA", _digest(call.script), len(call.keys), *call.keys, *call.arguments)


@cache
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()

"""One client of one instance, who notes every answer and every failure to get one."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from bench.http_client import Answer, Connection

PATIENCE_SECONDS = 10.0
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """A request and what came of it; times are of the monotonic clock. Status 0: no answer."""

    instance: str
    request: str
    began: float
    ended: float
    status: int
    clear: bool

    @property
    def refused(self) -> bool:
        return self.status >= 500

    @property
    def unanswered(self) -> bool:
        return self.status == NO_ANSWER

    @property
    def failed(self) -> bool:
        return self.refused or self.unanswered

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Client:
    """Sends requests one after the other, on a connection that is replaced when it is lost."""

    def __init__(self, instance: str, port: int, note: Callable[[Noted], None]) -> None:
        self._instance = instance
        self._port = port
        self._note = note
        self._connection: Connection | None = None

    async def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        token: str | None = None,
        key: str | None = None,
        name: str = "",
    ) -> Answer | None:
        """Return the answer, whatever it says; None when there was none."""
        began = time.monotonic()
        answer = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._connection is None:
                    self._connection = await Connection.open(self._port)
                answer = await self._connection.request(
                    method, path, content, token=token, idempotency_key=key
                )
        except (OSError, TimeoutError):
            self.close()
        status = answer.status if answer else NO_ANSWER
        clear = answer is not None and (answer.status < 500 or _is_clear(answer))
        self._note(Noted(self._instance, name or method, began, time.monotonic(), status, clear))
        return answer

    async def insist(
        self, method: str, path: str, content: Any = None, *, token: str | None = None
    ) -> Any:
        """Return a successful answer's content, after as many tries as a few seconds allow."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.ask(method, path, content, token=token, name="insist")
                if answer is not None and answer.status < 500:
                    return answer.json()
                await asyncio.sleep(0.1)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_clear(answer: Answer) -> bool:
    """A 503 that says what is wrong and when to come again."""
    if answer.status != 503 or b"retry-after:" not in answer.head.lower():
        return False
    problem = orjson.loads(answer.body)
    return problem["status"] == 503 and bool(problem["detail"])

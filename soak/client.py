"""One client of one instance, who notes every answer and every failure to get one."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from kit.http_client import LOOPBACK, Answer, Connection

TIMEOUT_SECONDS = 10.0
NO_ANSWER = 0

# The service hangs up on a connection that has been quiet for so long. A client who writes into it
# just then gets no answer, and so replaces it well before.
_QUIET_SECONDS = 5.0
_REPLACED_SECONDS = 3.0

_INSIST_SECONDS = 30.0
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Noted:
    """A request and what came of it; times are of the monotonic clock. Status 0: no answer.

    `first` says that the connection was made for it, so that the service may not have known of it;
    `quiet` that the service hung up on a connection whose last request was long ago.
    """

    instance: str
    request: str
    began: float
    ended: float
    status: int
    clear: bool
    first: bool = False
    quiet: bool = False

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
    """Sends requests one after the other, on a connection that is replaced when it is lost, or was
    not used for a while."""

    def __init__(
        self,
        instance: str,
        port: int,
        note: Callable[[Noted], None] = lambda _noted: None,
        *,
        timeout: float = TIMEOUT_SECONDS,
        host: str = LOOPBACK,
    ) -> None:
        """`timeout` is in seconds, for one answer."""
        self._instance = instance
        self._host = host
        self._port = port
        self._note = note
        self._timeout = timeout
        self._connection: Connection | None = None
        self._asked = 0.0

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
        # Counted from the question: the answer may have waited for us, while the service counted.
        if began - self._asked > _REPLACED_SECONDS:
            self.close()
        last_asked, self._asked = self._asked, began
        first = self._connection is None
        quiet = False
        answer = None
        try:
            async with asyncio.timeout(self._timeout):
                if self._connection is None:
                    self._connection = await Connection.open(self._port, self._host)
                answer = await self._connection.request(
                    method, path, content, token=token, idempotency_key=key
                )
        except TimeoutError:
            self.close()
        except OSError:
            self.close()
            quiet = not first and time.monotonic() - last_asked >= _QUIET_SECONDS
        status = answer.status if answer else NO_ANSWER
        clear = answer is not None and (answer.status < 500 or _is_clear(answer))
        self._note(
            Noted(
                self._instance, name or method, began, time.monotonic(), status, clear, first, quiet
            )
        )
        return answer

    async def insist(self, path: str, *, token: str | None = None) -> Answer:
        """GET, and again as long as that is refused or not answered; the last answer, if it never
        is another one."""
        deadline = time.monotonic() + _INSIST_SECONDS
        while (answer := await self.ask("GET", path, token=token)) is None or answer.status >= 500:
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        if answer is None:
            raise RuntimeError(f"GET {path} was not answered.")
        return answer

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

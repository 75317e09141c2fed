"""A buyer's account and connection, and how its requests are repeated and noted."""

from typing import Any

from src.bootstrap.commands.rehearse.accounts import Account
from src.bootstrap.commands.rehearse.client import Client, pause
from src.bootstrap.commands.rehearse.http_client import Answer
from src.bootstrap.commands.rehearse.record import Record

_BUSY = (429, 503)


class Caller:
    def __init__(self, account: Account, client: Client, record: Record) -> None:
        self._account = account
        self._client = client
        self._record = record

    async def ask(
        self, method: str, path: str, content: Any = None, key: str | None = None
    ) -> Answer | None:
        return await self._client.ask(method, path, content, token=self._account.token, key=key)

    async def until(self, good: int, name: str, method: str, path: str) -> Answer | None:
        """Ask until it is answered so; None when it is refused for good. `name` is what the record
        calls this request."""
        while True:
            answer = await self.ask(method, path)
            if answer is not None and answer.status == good:
                return answer
            self._record.refused(name, answer)
            if answer is not None and answer.status not in _BUSY:
                return None
            await pause(answer.retry_after if answer else None)

    def close(self) -> None:
        self._client.close()

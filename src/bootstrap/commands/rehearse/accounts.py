"""The people of a rehearsal, signed up and signed in through the API."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from src.bootstrap.commands.rehearse.client import Client, pause
from src.bootstrap.commands.rehearse.http_client import Address
from src.bootstrap.commands.rehearse.plan import RehearsalError

# A password costs the server on purpose, and it hashes few at once.
_AT_ONCE = 3
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    token: str


async def sign_up(client: Client, role: str) -> Account:
    """Raises RehearsalError when the server signs nobody up."""
    given = {"email": f"rehearsal-{secrets.token_hex(8)}@example.com"}
    given |= {"password": secrets.token_urlsafe(16)}
    # A try whose answer was lost may have made the account: then the email is in use.
    await _until(client, "/api/user", given | {"name": "Rehearsal", "role": role}, (201, 409))
    user = await _until(client, "/api/user/login", given, (200,))
    return Account(user["id"], user["access_token"])


async def sign_up_many(
    servers: Sequence[Address], role: str, count: int, on_made: Callable[[int], None]
) -> list[Account]:
    """`on_made` is told how many there are. Raises RehearsalError."""
    made: list[Account] = []

    async def some(client: Client) -> None:
        try:
            for _ in rest:
                made.append(await sign_up(client, role))
                on_made(len(made))
        finally:
            client.close()

    rest = iter(range(count))
    await asyncio.gather(*(some(Client(servers, first)) for first in range(_AT_ONCE)))
    return made


async def _until(client: Client, path: str, content: Any, good: tuple[int, ...]) -> Any:
    for _ in range(_TRIES):
        answer = await client.ask("POST", path, content)
        if answer is not None and answer.status in good:
            return answer.json()
        if answer is not None and answer.status not in (429, 503):
            raise RehearsalError(f"POST {path} was answered {answer.status}: {answer.body!r}")
        await pause(answer.retry_after if answer else None)
    raise RehearsalError("The server signs nobody up. Is it ready?")

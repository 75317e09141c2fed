"""Sellers and buyers who use the API directly: they set the scene and act as everyone else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from kit.waiting import TIMEOUT
from test.support.accounts import add_account
from test.support.api import CONNECTIONS
from test.support.service import ServiceProcess


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in over HTTP."""

    id: int
    email: str
    name: str
    http: httpx.AsyncClient

    async def create_event(self, name: str = "Moonlit Strings", **fields: Any) -> int:
        """Create an event of two sections of two small areas each; return its id."""
        body = {
            "name": name,
            "description": "A night of strings.",
            "venue_name": "Taipei Arena",
            "seating_config": seating(("A", 2000, 2), ("B", 900, 2)),
            **fields,
        }
        return int((await self._post("/api/event", body))["id"])

    async def event(self, event_id: int) -> dict[str, Any]:
        answer = await self.http.get(f"/api/event/{event_id}?tickets=false")
        event: dict[str, Any] = answer.raise_for_status().json()
        return event

    async def add_webhook(self, url: str, **fields: Any) -> str:
        webhook = await self._post("/api/webhook", {"url": url, **fields})
        return str(webhook["id"])

    async def change_event(self, event_id: int, **change: Any) -> None:
        (await self.http.patch(f"/api/event/{event_id}", json=change)).raise_for_status()

    async def reserve(self, event_id: int, seats: Sequence[str]) -> str:
        body = {"event_id": event_id, "seats": list(seats)}
        return str((await self._post("/api/reservation", body))["id"])

    async def buy(self, event_id: int, seats: Sequence[str]) -> str:
        reservation = await self.reserve(event_id, seats)
        await self._post(f"/api/reservation/{reservation}/confirm", {})
        return reservation

    async def codes(self, reservation: str) -> list[str]:
        """The codes of a bought reservation's tickets."""
        answer = await self.http.get(f"/api/reservation/{reservation}/ticket")
        return [ticket["code"] for ticket in answer.raise_for_status().json()]

    async def cancel(self, reservation: str, reason: str) -> None:
        await self._post(f"/api/reservation/{reservation}/cancel", {"reason": reason})

    async def check_in(self, event_id: int, code: str) -> dict[str, Any]:
        seat: dict[str, Any] = await self._post(f"/api/event/{event_id}/check_in", {"code": code})
        return seat

    async def let_go(self, reservation: str) -> None:
        (await self.http.delete(f"/api/reservation/{reservation}")).raise_for_status()

    async def join_line(self, event_id: int) -> dict[str, Any]:
        place: dict[str, Any] = await self._post(f"/api/event/{event_id}/line", None)
        return place

    async def leave_line(self, event_id: int) -> None:
        (await self.http.delete(f"/api/event/{event_id}/line")).raise_for_status()

    async def place(self, event_id: int) -> dict[str, Any]:
        answer = await self.http.get(f"/api/event/{event_id}/line")
        place: dict[str, Any] = answer.raise_for_status().json()
        return place

    async def _post(self, path: str, body: Any) -> Any:
        answer = await self.http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()


def seating(*sections: tuple[str, int, int], rows: int = 4, cols: int = 6) -> dict[str, Any]:
    """A seating configuration of (name, price, subsections)."""
    return {
        "rows": rows,
        "cols": cols,
        "sections": [
            {"name": name, "price": price, "subsections": subsections}
            for name, price, subsections in sections
        ],
    }


def http_client(base_url: str) -> httpx.AsyncClient:
    """A client that takes a new connection for each request."""
    return httpx.AsyncClient(
        base_url=base_url, timeout=TIMEOUT, limits=CONNECTIONS, verify=False, trust_env=False
    )


@asynccontextmanager
async def signing_up(service: ServiceProcess) -> AsyncIterator[Callable[..., Awaitable[Person]]]:
    """Sign people up inside the block: `await people("buyer")`, or `of` another service."""
    async with AsyncExitStack() as stack:

        async def sign_up_and_keep(
            role: str, name: str | None = None, of: ServiceProcess = service
        ) -> Person:
            person = await sign_up(of, role, name)
            stack.push_async_callback(person.http.aclose)
            return person

        yield sign_up_and_keep


async def sign_up(service: ServiceProcess, role: str, name: str | None = None) -> Person:
    """Sign somebody in who has an account of their own."""
    form = await asyncio.to_thread(add_account, service.settings, role, name or f"Some {role}")
    return await sign_in(service.base_url, form)


async def sign_in(base_url: str, form: Mapping[str, str]) -> Person:
    http = http_client(base_url)
    user = (await http.post("/api/user/login", json=form)).raise_for_status().json()
    return Person(user["id"], user["email"], user["name"], http)

"""Sellers, buyers and events, made through the service's own API."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

from kit.http_client import LOOPBACK, Connection

_PASSWORD = "bench-password"  # noqa: S105 - of accounts that live for a minute


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    token: str


@dataclass(frozen=True, slots=True)
class Size:
    """An event's seats: one section of `subsections` blocks of rows x cols."""

    subsections: int
    rows: int
    cols: int

    @property
    def seats(self) -> int:
        return self.subsections * self.rows * self.cols

    def seat(self, number: int) -> str:
        """The identifier of a seat, counted from 0, going round the subsections."""
        place, subsection = divmod(number, self.subsections)
        row, col = divmod(place, self.cols)
        return f"A-{subsection + 1}-{row + 1}-{col + 1}"


async def sign_up(connection: Connection, role: str) -> Account:
    email = f"{secrets.token_hex(8)}@example.com"
    given = {"email": email, "password": _PASSWORD}
    (await connection.request("POST", "/api/user", {**given, "name": "Bench", "role": role})).json()
    user = (await connection.request("POST", "/api/user/login", given)).json()
    return Account(user["id"], user["access_token"])


async def sign_up_many(port: int, role: str, count: int, host: str = LOOPBACK) -> list[Account]:
    connections = [await Connection.open(port, host) for _ in range(2)]
    lists = await asyncio.gather(
        *(
            _sign_up_in_turn(c, role, count // 2 + (i < count % 2))
            for i, c in enumerate(connections)
        )
    )
    for connection in connections:
        connection.close()
    return [account for accounts in lists for account in accounts]


async def create_event(connection: Connection, seller: Account, size: Size, **more: Any) -> int:
    """`more` are fields of the request besides those that every event has."""
    request = event_request(size) | more
    answer = await connection.request("POST", "/api/event", request, token=seller.token)
    event_id: int = answer.json()["id"]
    return event_id


def event_request(size: Size) -> dict[str, Any]:
    return {
        "name": "Bench Concert",
        "description": "An evening of measured music",
        "venue_name": "Loopback Hall",
        "seating_config": {
            "rows": size.rows,
            "cols": size.cols,
            "sections": [{"name": "A", "price": 2000, "subsections": size.subsections}],
        },
        "is_active": True,
    }


async def reserve(connection: Connection, buyer: Account, event_id: int, seat: str) -> Any:
    """Return the reservation as the service answers it."""
    wanted = {"event_id": event_id, "seats": [seat]}
    return (await connection.request("POST", "/api/reservation", wanted, token=buyer.token)).json()


async def confirm(connection: Connection, buyer: Account, reservation_id: str) -> None:
    path = f"/api/reservation/{reservation_id}/confirm"
    (await connection.request("POST", path, token=buyer.token)).json()


async def _sign_up_in_turn(connection: Connection, role: str, count: int) -> list[Account]:
    return [await sign_up(connection, role) for _ in range(count)]

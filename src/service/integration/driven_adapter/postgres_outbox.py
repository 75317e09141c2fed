"""The outbox in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from src.platform.database import Database
from src.platform.seat_rows import seat_of
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.domain.backlog import Backlog
from src.service.integration.domain.message import Message
from src.service.integration.driven_adapter import outbox_statements as statements
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.message_type import Listener, MessageType

# How long an instance that says nothing keeps the others from passing on. Longer than a sink may take.
_TURN = timedelta(seconds=10)
_MOST_AT_ONCE = 500
_SEATS_AT_ONCE = 5_000

_NEXT = {listener: statements.next_for(listener) for listener in Listener}
_BACKLOG = {listener: statements.backlog_for(listener) for listener in Listener}
_FORGET = {listener: statements.forget_for(listener) for listener in Listener}


class PostgresOutbox(Outbox):
    """`instance` is this process, as no other is called."""

    def __init__(self, database: Database, instance: UUID) -> None:
        self._database = database
        self._instance = instance

    async def next(self, listener: Listener) -> Sequence[Message]:
        rows = await self._database.change(
            _NEXT[listener],
            holder=self._instance,
            lasts=_TURN,
            most=_MOST_AT_ONCE,
            seats=_SEATS_AT_ONCE,
        )
        about = [row["id"] for row in rows if row["reservation_id"] is not None]
        seats: dict[int, list[dict[str, Any]]] = defaultdict(list)
        if about:
            for row in await self._database.read(statements.SEATS, ids=about):
                seats[row["id"]].append(_seat(row))
        return [_message(row, seats[row["id"]]) for row in rows]

    async def forget(self, listener: Listener, messages: Sequence[Message]) -> None:
        await self._database.change(_FORGET[listener], ids=[message.id for message in messages])

    async def leave(self) -> None:
        await self._database.change(statements.LEAVE, holder=self._instance)

    async def backlog(self, listener: Listener) -> Backlog:
        [row] = await self._database.read(_BACKLOG[listener])
        # A transaction that is under way in PostgreSQL may have begun after this one.
        return Backlog(row["messages"], max(timedelta(), row["age"]))


def _seat(row: Record) -> dict[str, Any]:
    seat = seat_of(row)
    return {"seat_identifier": str(seat), **seat._asdict(), "price": row["price"]}


def _message(row: Record, seats: Sequence[Mapping[str, Any]]) -> Message:
    kind = MessageType(row["type"])
    return Message(
        row["id"],
        kind,
        EventId(row["event_id"]),
        UserId(row["seller_id"]),
        row["occurred_at"],
        row["data"] or _of_reservation(kind, row, seats),
    )


def _of_reservation(
    kind: MessageType, row: Record, seats: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "reservation_id": str(row["reservation_id"]),
        "buyer_id": row["buyer_id"],
        "house": row["house"],
        "seats": seats,
        "total_price": sum(seat["price"] for seat in seats),
    }
    if kind is MessageType.RESERVATION_RESERVED and row["expires_at"] is not None:
        data["expires_at"] = row["expires_at"]
    if kind is MessageType.RESERVATION_CANCELLED and row["cancel_reason"] is not None:
        data["reason"] = row["cancel_reason"]
    return data

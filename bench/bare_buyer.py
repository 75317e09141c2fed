"""A buyer without the service: its statements and its scripts, each on its own, one commit each."""

import uuid
from datetime import timedelta
from typing import Any

import asyncpg
from redis.asyncio import Redis

from kit.api import Account
from src.platform.database import Statement
from src.service.reservation.driven_adapter import seat_scripts
from src.service.reservation.driven_adapter.reservation_statements import CONFIRM, RECORD
from src.service.reservation.driven_adapter.seat_scripts import (
    Subsections,
    index_lists,
    pending_member,
    script_keys,
)
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import seats_by_subsection
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatId, SeatingConfig

_KEYS = SeatStateKeys()
_PENDING_MS = 10_000
_HOLD = timedelta(minutes=15)
_SEAT_LIMIT = 20
_SCRIPTS = (seat_scripts.TAKE, seat_scripts.CLEAR_PENDING, seat_scripts.CHANGE)


class Scripts:
    """The inventory's scripts, known to the store by their digests."""

    def __init__(self, kvrocks: Redis, digests: dict[str, str]) -> None:
        self._kvrocks = kvrocks
        self._digests = digests

    @classmethod
    async def loaded(cls, kvrocks: Redis) -> "Scripts":
        return cls(kvrocks, {script: await kvrocks.script_load(script) for script in _SCRIPTS})

    async def run(
        self, script: str, event_id: int, subsections: Subsections, *arguments: str | int
    ) -> Any:
        keys = script_keys(_KEYS, EventId(event_id), subsections)
        return await self._kvrocks.evalsha(self._digests[script], len(keys), *keys, *arguments)


class BareBuyer:
    def __init__(
        self,
        database: asyncpg.Connection,
        scripts: Scripts,
        config: SeatingConfig,
        buyer: Account,
    ) -> None:
        self._database = database
        self._scripts = scripts
        self._config = config
        self._buyer = buyer

    async def buy(self, event_id: int, identifier: str) -> None:
        """Reserve and confirm one seat, as the service does it for a buyer who is alone. What it checks
        beforehand for the sake of others is not among the least that has to be done."""
        seat = SeatId.parse(identifier)
        assert seat is not None
        reservation_id = ReservationId(uuid.uuid4())
        subsections = seats_by_subsection(self._config, (seat,))
        member = pending_member(reservation_id, subsections)
        indexes = tuple(index_lists(subsections))

        taken = await self._scripts.run(
            seat_scripts.TAKE, event_id, subsections, member, _PENDING_MS, *indexes
        )
        assert taken[0] == b"version", taken
        recorded = await self._fetch(
            RECORD,
            ids=[reservation_id],
            event_ids=[event_id],
            buyer_ids=[self._buyer.id],
            counts=[1],
            holds=[_HOLD],
            limits=[_SEAT_LIMIT],
            keys=[None],
            digests=[None],
            request_ids=[reservation_id],
            sections=[seat.section],
            subsections=[seat.subsection],
            rows=[seat.row],
            seats=[seat.seat],
        )
        assert recorded[0]["ticket_id"], recorded
        await self._scripts.run(seat_scripts.CLEAR_PENDING, event_id, subsections, member)

        confirmed = await self._fetch(CONFIRM, ids=[reservation_id], buyer_ids=[self._buyer.id])
        assert len(confirmed) == 1
        sold = await self._scripts.run(
            seat_scripts.CHANGE, event_id, subsections, "1", "2", *indexes
        )
        assert sold[0] == b"version", sold

    async def _fetch(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self._database.fetch(
            statement.sql, *statement.arguments(values)
        )
        return rows

"""Seats change state in Kvrocks: one script, so one atomic step, per call."""

from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis

from src.platform.script_runner import ScriptRunner
from src.service.reservation.app.interface.seat_inventory import Hold, SeatChange, SeatInventory
from src.service.reservation.domain.errors import NotOnSaleError, SeatsTakenError
from src.service.reservation.driven_adapter import seat_scripts
from src.service.reservation.driven_adapter.seat_scripts import (
    Blocks,
    block_keys,
    index_lists,
    indexed_codes,
    pending_member,
    seats_answered,
    version_answered,
)
from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import StateVersion, seats_by_block
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus


class KvrocksSeatInventory(SeatInventory):
    """`pending_seconds` is after what time a hold that was not kept counts as abandoned; `limit` is
    the most seconds that a call may take."""

    def __init__(
        self, kvrocks: Redis, keys: SeatStateKeys, *, pending_seconds: float, limit: float
    ) -> None:
        self._keys = keys
        self._pending_ms = int(pending_seconds * 1000)
        self._scripts = ScriptRunner(kvrocks, "Kvrocks", limit=limit)

    async def take(self, hold: Hold) -> StateVersion:
        blocks = seats_by_block(hold.config, hold.seats)
        member = pending_member(hold.reservation_id, blocks)
        answer = await self._run(
            seat_scripts.TAKE, hold.event_id, blocks, member, self._pending_ms, *index_lists(blocks)
        )
        match answer:
            case [b"closed"]:
                raise NotOnSaleError("The event is over.")
            case [b"taken", *places]:
                raise SeatsTakenError(seats_answered(hold.config, blocks, places))
        return _some_version(hold.event_id, answer)

    async def keep(self, hold: Hold) -> bool:
        blocks = seats_by_block(hold.config, hold.seats)
        member = pending_member(hold.reservation_id, blocks)
        return bool(await self._run(seat_scripts.KEEP, hold.event_id, blocks, member))

    async def give_back(
        self, hold: Hold, statuses: Mapping[SeatId, SeatStatus]
    ) -> StateVersion | None:
        blocks = seats_by_block(hold.config, hold.seats)
        member = pending_member(hold.reservation_id, blocks)
        codes = indexed_codes(hold.config, blocks, statuses)
        answer = await self._run(seat_scripts.SETTLE, hold.event_id, blocks, member, *codes)
        return version_answered(hold.event_id, answer)

    async def change(
        self, event_id: EventId, config: SeatingConfig, seats: tuple[SeatId, ...], to: SeatChange
    ) -> StateVersion | None:
        blocks = seats_by_block(config, seats)
        before, after = chr(to.before.code), chr(to.after.code)
        answer = await self._run(
            seat_scripts.CHANGE, event_id, blocks, before, after, *index_lists(blocks)
        )
        return version_answered(event_id, answer)

    async def close(self, event_id: EventId) -> StateVersion:
        return _some_version(event_id, await self._run(seat_scripts.CLOSE, event_id, {}))

    async def _run(
        self, script: str, event_id: EventId, blocks: Blocks, *arguments: str | int
    ) -> Any:
        return await self._scripts.run(script, block_keys(self._keys, event_id, blocks), arguments)


def _some_version(event_id: EventId, answer: Any) -> StateVersion:
    version = version_answered(event_id, answer)
    if version is None:
        raise SeatStateMissingError(event_id)
    return version

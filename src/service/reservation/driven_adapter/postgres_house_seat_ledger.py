"""House seats in PostgreSQL. Each change is one statement, which is its own transaction."""

from collections.abc import Mapping

from asyncpg import Record

from src.platform.database import Database
from src.platform.seat_rows import seat_columns, seat_of
from src.service.reservation.app.interface.house_seat_ledger import HouseSeatLedger
from src.service.reservation.app.interface.reservation_ledger import (
    NewReservation,
)
from src.service.reservation.driven_adapter import house_seat_statements as statements
from src.service.reservation.driven_adapter.hold_refusal import refusal
from src.service.reservation.driven_adapter.reservation_statements import REOPEN
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SubsectionKey


class PostgresHouseSeatLedger(HouseSeatLedger):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(self, new: NewReservation) -> None:
        made = await self._database.change(
            statements.HOLD,
            id=new.id,
            event_id=new.event_id,
            seat_count=len(new.seats),
            **seat_columns(new.seats),
        )
        if not made:
            raise await refusal(self._database, statements.STATUSES, new)

    async def free(self, event_id: EventId, seats: tuple[SeatId, ...]) -> tuple[SeatId, ...]:
        return await self._freed(
            event_id,
            await self._database.change(statements.FREE, event_id=event_id, **seat_columns(seats)),
        )

    async def free_in(
        self, event_id: EventId, subsection: SubsectionKey, *, most: int
    ) -> tuple[SeatId, ...]:
        return await self._freed(
            event_id,
            await self._database.change(
                statements.FREE_IN,
                event_id=event_id,
                section=subsection.section,
                subsection=subsection.number,
                most=most,
            ),
        )

    async def places(
        self, event_id: EventId, config: SeatingConfig
    ) -> Mapping[SubsectionKey, tuple[int, ...]]:
        rows = await self._database.read(statements.PLACES, event_id=event_id, cols=config.cols)
        return {
            SubsectionKey(row["section"], row["subsection"]): tuple(row["places"]) for row in rows
        }

    async def _freed(self, event_id: EventId, rows: list[Record]) -> tuple[SeatId, ...]:
        if rows:
            await self._database.change(REOPEN, event_ids=[event_id])
        return tuple(map(seat_of, rows))

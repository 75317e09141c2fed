"""Tickets are used in PostgreSQL."""

from datetime import datetime

from src.platform.database import Database
from src.service.box_office.app.interface.door import Door
from src.service.box_office.domain.door import DoorCounts, SoldSeat
from src.service.box_office.domain.ticket_code import TicketKey
from src.service.box_office.driven_adapter import box_office_statements as statements
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seating import SeatId


class PostgresDoor(Door):
    """Nobody at a door waits behind readers: only the counts, which may be asked for at any time, are read
    by connections for reading."""

    def __init__(self, database: Database, reads: Database) -> None:
        self._database = database
        self._reads = reads

    async def find(self, event_id: EventId, seat: SeatId) -> SoldSeat | None:
        rows = await self._database.read(statements.SOLD_SEAT, event_id=event_id, **seat._asdict())
        if not rows:
            return None
        [row] = rows
        return SoldSeat(
            row["ticket_id"],
            ReservationId(row["reservation_id"]),
            row["name"],
            row["price"],
            TicketKey(event_id, row["secret"]),
        )

    async def check_in(self, sold: SoldSeat) -> tuple[datetime, bool] | None:
        ticket = {"reservation_id": sold.reservation_id, "ticket_id": sold.ticket_id}
        rows = await self._database.change(statements.CHECK_IN, **ticket)
        if not rows:
            return None
        if (now := rows[0]["checked_in_at"]) is not None:
            return now, True
        [used] = await self._database.read(statements.USED_AT, **ticket)
        return used["checked_in_at"], False

    async def counts(self, event_id: EventId) -> DoorCounts:
        [row] = await self._reads.read(statements.COUNTS, event_id=event_id)
        return DoorCounts(row["checked_in"], row["sold"])

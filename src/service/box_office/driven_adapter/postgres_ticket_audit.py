"""Checking check-ins in PostgreSQL."""

from collections.abc import Sequence

from src.platform.database import Database
from src.service.box_office.app.interface.ticket_audit import TicketAudit
from src.service.box_office.driven_adapter import box_office_statements as statements


class PostgresTicketAudit(TicketAudit):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def contradictions(self) -> Sequence[str]:
        rows = await self._database.read(statements.CONTRADICTIONS)
        return [row["contradiction"] for row in rows]

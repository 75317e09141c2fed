"""What buyers have bought, and the keys of its tickets, in PostgreSQL."""

import secrets

from src.platform.database import Database
from src.service.box_office.app.interface.purchases import Purchases
from src.service.box_office.domain.ticket import Purchase, Show
from src.service.box_office.domain.ticket_code import KEY_BYTES, TicketKey
from src.service.box_office.driven_adapter import box_office_statements as statements
from src.service.box_office.driven_adapter.postgres_order_book import ordered_seats
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus


class PostgresPurchases(Purchases):
    """Reads by connections for reading; only a key is written, once for each event."""

    def __init__(self, database: Database, reads: Database) -> None:
        self._database = database
        self._reads = reads

    async def find(self, reservation_id: ReservationId, buyer_id: UserId) -> Purchase | None:
        rows = await self._reads.read(statements.PURCHASE, id=reservation_id, buyer_id=buyer_id)
        if not rows:
            return None
        first = rows[0]
        return Purchase(
            reservation_id,
            EventId(first["event_id"]),
            ReservationStatus(first["status"]),
            Show(
                first["name"],
                first["venue_name"],
                first["starts_at"],
                first["timezone"],
                first["updated_at"],
            ),
            ordered_seats(rows),
        )

    async def key_of(self, event_id: EventId) -> TicketKey:
        secret = await self._secret(event_id)
        if secret is None:
            await self._database.change(
                statements.MAKE_KEY, event_id=event_id, secret=secrets.token_bytes(KEY_BYTES)
            )
            secret = await self._secret(event_id)
            assert secret is not None
        return TicketKey(event_id, secret)

    async def _secret(self, event_id: EventId) -> bytes | None:
        rows = await self._reads.read(statements.KEY, event_id=event_id)
        return rows[0]["secret"] if rows else None

"""What webhooks were and are to be told, in PostgreSQL."""

import re
from datetime import timedelta

import orjson
from asyncpg import Record

from src.platform.database import Database
from src.service.integration.app.interface.webhook_deliveries import WebhookDeliveries
from src.service.integration.domain.delivery import Delivery, DeliveryStatus
from src.service.integration.domain.webhook import WebhookId
from src.service.integration.domain.webhook_trial import TRIAL_TYPE, trial_of
from src.service.integration.driven_adapter import webhook_statements as statements
from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import Page

_KEPT_FOR = timedelta(days=7)
_LARGEST_ID = 2**63 - 1
_CURSOR = re.compile("[0-9]{1,18}")


class PostgresWebhookDeliveries(WebhookDeliveries):
    def __init__(self, database: Database, reads: Database) -> None:
        self._database = database
        self._reads = reads

    async def page(
        self,
        webhook_id: WebhookId,
        *,
        status: DeliveryStatus | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Delivery]:
        if cursor is not None and not _CURSOR.fullmatch(cursor):
            raise InvalidInputError(FieldError(("query", "cursor"), "is not a cursor of this list"))
        rows = await self._reads.read(
            statements.PAGE,
            id=webhook_id,
            before=None if cursor is None else int(cursor),
            status=status,
            limit=limit + 1,
        )
        page = tuple(map(_delivery, rows[:limit]))
        return Page(page, str(page[-1].message_id) if len(rows) > limit else None)

    async def add_trial(self, webhook_id: WebhookId) -> Delivery | None:
        waiting = await self._database.read(statements.WAITING_TRIAL, id=webhook_id)
        if waiting:
            return _delivery(waiting[0])
        [new] = await self._database.change(statements.NEXT_MESSAGE_ID)
        rows = await self._database.change(
            statements.ADD_TRIAL,
            id=webhook_id,
            message_id=new["id"],
            type=TRIAL_TYPE,
            body=orjson.dumps(trial_of(webhook_id, new["id"], new["now"])).decode(),
        )
        return _delivery(rows[0]) if rows else None

    async def send_again(self, webhook_id: WebhookId, message_id: int) -> Delivery | None:
        if message_id > _LARGEST_ID:
            return None
        rows = await self._database.change(
            statements.SEND_AGAIN, id=webhook_id, message_id=message_id
        )
        return _delivery(rows[0]) if rows else None

    async def purge(self, *, most: int) -> int:
        [row] = await self._database.change(statements.PURGE, most=most, age=_KEPT_FOR)
        count: int = row["count"]
        return count


def _delivery(row: Record) -> Delivery:
    status = DeliveryStatus(row["status"])
    return Delivery(
        row["message_id"],
        row["type"],
        None if row["event_id"] is None else EventId(row["event_id"]),
        status,
        row["attempts"],
        row["next_attempt_at"] if status is DeliveryStatus.WAITING else None,
        row["answer_status"],
        row["answer_body"],
        row["error"],
        row["created_at"],
        row["finished_at"],
    )

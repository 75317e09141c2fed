"""Webhooks in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from src.platform.database import Database
from src.service.integration.app.interface.webhooks import NewWebhook, WebhookChanges, Webhooks
from src.service.integration.domain.webhook import (
    OLD_SECRET_SIGNS_FOR,
    Webhook,
    WebhookId,
    WebhookStatus,
)
from src.service.integration.driven_adapter import webhook_statements as statements
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.ids import UserId
from src.service.shared_kernel.message_type import MessageType


class PostgresWebhooks(Webhooks):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: NewWebhook, *, most: int) -> Webhook | None:
        values = asdict(new) | {"types": list(map(str, new.types)), "most": most}
        async with self._database.transaction("add a webhook") as connection:
            seller = {"seller_id": new.seller_id}
            if (await connection.execute(statements.LOCK_SELLER, seller)).first() is None:
                raise NotSignedInError.no_account()
            added = (await connection.execute(statements.ADD, values)).mappings().first()
        return None if added is None else _webhook(dict(added))

    async def list(self, seller_id: UserId) -> Sequence[Webhook]:
        rows = await self._database.read(statements.LIST, seller_id=seller_id)
        return list(map(_webhook, rows))

    async def find(self, seller_id: UserId, webhook_id: WebhookId) -> Webhook | None:
        return _one(await self._database.read(statements.FIND, seller_id=seller_id, id=webhook_id))

    async def change(
        self, seller_id: UserId, webhook_id: WebhookId, changes: WebhookChanges
    ) -> Webhook | None:
        return _one(
            await self._database.change(
                statements.CHANGE,
                seller_id=seller_id,
                id=webhook_id,
                url=changes.url,
                types=None if changes.types is None else list(map(str, changes.types)),
                description=changes.description,
                status=changes.status,
            )
        )

    async def rotate_secret(
        self, seller_id: UserId, webhook_id: WebhookId, secret: str
    ) -> Webhook | None:
        return _one(
            await self._database.change(
                statements.ROTATE_SECRET,
                seller_id=seller_id,
                id=webhook_id,
                secret=secret,
                signs_for=OLD_SECRET_SIGNS_FOR,
            )
        )

    async def remove(self, seller_id: UserId, webhook_id: WebhookId) -> bool:
        return bool(
            await self._database.change(statements.REMOVE, seller_id=seller_id, id=webhook_id)
        )


def _one(rows: Sequence[Mapping[str, Any]]) -> Webhook | None:
    return _webhook(rows[0]) if rows else None


def _webhook(row: Mapping[str, Any]) -> Webhook:
    return Webhook(
        WebhookId(row["id"]),
        UserId(row["seller_id"]),
        row["url"],
        tuple(map(MessageType, row["types"])),
        row["description"],
        WebhookStatus(row["status"]),
        row["paused_reason"],
        row["created_at"],
        row["secret"],
    )

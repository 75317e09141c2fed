"""The lanes of webhooks in PostgreSQL."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asyncpg import Record

from src.platform.database import Database, Statement
from src.service.integration.app.interface.delivery_lanes import (
    DeliveryLanes,
    DueDelivery,
    LaneState,
    Lease,
)
from src.service.integration.domain.delivery import (
    Answer,
    DeliveryStatus,
    Outcome,
    Trouble,
    Verdict,
)
from src.service.integration.domain.webhook import WebhookId
from src.service.integration.driven_adapter import webhook_statements as statements
from src.service.shared_kernel.ids import EventId

# Three times as long as an attempt may take.
_LEASE_LASTS = timedelta(seconds=30)
# An answer that took longer is a slow one.
_SLOW_SECONDS = 1.0
# Of the connections that buyers need too.
_STATEMENTS_AT_ONCE = 4
_STATUS = {
    Outcome.DELIVERED: DeliveryStatus.DELIVERED,
    Outcome.GIVE_UP: DeliveryStatus.FAILED,
    Outcome.RETRY: DeliveryStatus.WAITING,
    Outcome.PAUSE: DeliveryStatus.WAITING,
}


class PostgresDeliveryLanes(DeliveryLanes):
    """However much is being sent, no more than a few connections are used for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = asyncio.Semaphore(_STATEMENTS_AT_ONCE)

    async def lease(self, *, quick: int, slow: int) -> Sequence[Lease]:
        rows = await self._change(statements.LEASE, quick=quick, slow=slow, lasts=_LEASE_LASTS)
        return [Lease(WebhookId(r["endpoint_id"]), r["lease"], r["slow"]) for r in rows]

    async def look(
        self, lease: Lease, *, busy: Sequence[EventId | None], most: int
    ) -> LaneState | None:
        async with self._turns:
            rows = await self._database.read(
                statements.LOOK, busy=[event or 0 for event in busy], most=most, **_shown(lease)
            )
        if not rows:
            return None
        due = [_due(row) for row in rows if row["message_id"] is not None]
        return LaneState(rows[0]["arrivals"], rows[0]["failing"], due)

    async def record(
        self, lease: Lease, delivery: DueDelivery, answer: Answer, verdict: Verdict
    ) -> bool:
        rows = await self._change(
            statements.RECORD,
            message_id=delivery.message_id,
            is_trial=delivery.is_trial,
            status=_STATUS[verdict.outcome],
            delivered=verdict.outcome is Outcome.DELIVERED,
            retry_after=verdict.retry_after,
            rest=verdict.rest,
            paused_reason=verdict.reason,
            answer_status=answer.status,
            answer_body=answer.body,
            error=answer.error,
            slow=answer.seconds > _SLOW_SECONDS,
            lasts=_LEASE_LASTS,
            **_shown(lease),
        )
        return bool(rows)

    async def leave(self, lease: Lease, arrivals: int) -> bool:
        return bool(await self._change(statements.LEAVE, arrivals=arrivals, **_shown(lease)))

    async def hand_over(self, lease: Lease) -> None:
        await self._change(statements.HAND_OVER, **_shown(lease))

    async def _change(self, statement: Statement, **values: Any) -> list[Record]:
        async with self._turns:
            return await self._database.change(statement, **values)


def _shown(lease: Lease) -> dict[str, Any]:
    return {"endpoint_id": lease.webhook_id, "lease": lease.token}


def _due(row: Record) -> DueDelivery:
    return DueDelivery(
        row["message_id"],
        None if row["event_id"] is None else EventId(row["event_id"]),
        row["url"],
        row["body"],
        row["now"],
        Trouble(
            row["delivery_failing_for"] or timedelta(), row["webhook_failing_for"] or timedelta()
        ),
        tuple(filter(None, (row["secret"], row["old_secret"]))),
    )

"""Lanes of webhooks in memory, and a sender whose receivers take as long as a test wants."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from src.service.integration.app.interface.delivery_lanes import (
    DeliveryLanes,
    DueDelivery,
    LaneState,
    Lease,
)
from src.service.integration.app.interface.webhook_sender import WebhookSender
from src.service.integration.domain.delivery import Answer, Outcome, Trouble, Verdict
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.ids import EventId

OK = Answer(0.1, 204)


class FakeDeliveryLanes(DeliveryLanes):
    """Time stands still: what is to be tried again later is not tried again."""

    def __init__(self) -> None:
        self.waiting: dict[WebhookId, list[DueDelivery]] = defaultdict(list)
        self.leased: dict[WebhookId, Lease] = {}
        self.slow: set[WebhookId] = set()
        self.failing: set[WebhookId] = set()
        self.handed_over: list[WebhookId] = []
        self.verdicts: list[tuple[int, Verdict]] = []
        self._arrivals: dict[WebhookId, int] = defaultdict(int)
        self._due_first: list[WebhookId] = []

    def add(self, webhook_id: WebhookId, *messages: tuple[int, int]) -> None:
        """Messages by their id and their event's."""
        self._arrivals[webhook_id] += 1
        for message_id, event_id in messages:
            self.waiting[webhook_id].append(
                DueDelivery(
                    message_id,
                    EventId(event_id),
                    str(webhook_id),
                    "{}",
                    datetime.now(UTC),
                    Trouble(),
                    (),
                )
            )
        if webhook_id not in self._due_first:
            self._due_first.append(webhook_id)

    async def lease(self, *, quick: int, slow: int) -> Sequence[Lease]:
        free = [one for one in self._due_first if self.waiting[one] and one not in self.leased]
        taken = [one for one in free if one not in self.slow][:quick]
        taken += [one for one in free if one in self.slow][:slow]
        for one in taken:
            self.leased[one] = Lease(one, uuid.uuid4(), one in self.slow)
        return [self.leased[one] for one in taken]

    async def look(
        self, lease: Lease, *, busy: Sequence[EventId | None], most: int
    ) -> LaneState | None:
        if self.leased.get(lease.webhook_id) != lease:
            return None
        heads: dict[EventId | None, DueDelivery] = {}
        for delivery in self.waiting[lease.webhook_id]:
            heads.setdefault(delivery.event_id, delivery)
        due = [d for event_id, d in heads.items() if event_id not in busy][:most]
        failing = lease.webhook_id in self.failing
        return LaneState(self._arrivals[lease.webhook_id], failing, due)

    async def record(
        self, lease: Lease, delivery: DueDelivery, answer: Answer, verdict: Verdict
    ) -> bool:
        if self.leased.get(lease.webhook_id) != lease:
            return False
        self.waiting[lease.webhook_id].remove(delivery)
        self.verdicts.append((delivery.message_id, verdict))
        if verdict.outcome is not Outcome.DELIVERED:
            self.failing.add(lease.webhook_id)
        return True

    async def leave(self, lease: Lease, arrivals: int) -> bool:
        if arrivals != self._arrivals[lease.webhook_id]:
            return False
        self.leased.pop(lease.webhook_id)
        return True

    async def hand_over(self, lease: Lease) -> None:
        if self.leased.pop(lease.webhook_id, None) is not None:
            self.handed_over.append(lease.webhook_id)
            self._due_first.remove(lease.webhook_id)
            self._due_first.append(lease.webhook_id)


class FakeSender(WebhookSender):
    """Each receiver answers when the test lets it."""

    def __init__(self) -> None:
        self.under_way: dict[int, asyncio.Future[Answer]] = {}
        self.sent: list[int] = []
        self.most_at_once = 0

    async def send(self, delivery: DueDelivery) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.under_way[delivery.message_id] = answer
        self.sent.append(delivery.message_id)
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        try:
            return await answer
        finally:
            del self.under_way[delivery.message_id]

    def answer(self, message_id: int, answer: Answer = OK) -> None:
        if not (under_way := self.under_way[message_id]).done():
            under_way.set_result(answer)

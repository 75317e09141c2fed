"""Lanes of webhooks in memory, and a sender whose receivers take as long as a test wants."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
from test.fake.messages import NOON

OK = Answer(0.1, 204)
_LEASE_LASTS = timedelta(seconds=30)


@dataclass(slots=True)
class StoredDelivery:
    """A trial has no event."""

    message_id: int
    event_id: EventId | None
    next_attempt_at: datetime
    failing_since: datetime | None = None


@dataclass(slots=True)
class StoredLane:
    webhook_id: WebhookId
    due_at: datetime | None = None
    arrivals: int = 0
    lease: Lease | None = None
    leased_until: datetime = NOON
    failing_since: datetime | None = None
    slow: bool = False
    rests_until: datetime = NOON
    is_active: bool = True
    waiting: list[StoredDelivery] = field(default_factory=list)
    sent: list[StoredDelivery] = field(default_factory=list)

    def due(self, delivery: StoredDelivery) -> datetime:
        """When it may go. A trial does not wait for a rest to be over."""
        rest = NOON if delivery.event_id is None else self.rests_until
        return max(delivery.next_attempt_at, rest)

    def arrive(self, now: datetime) -> None:
        self.due_at = now
        self.arrivals += 1

    def heads(self) -> list[StoredDelivery]:
        """The first that waits of each event, as far as it may be sent."""
        first: dict[EventId | None, StoredDelivery] = {}
        for delivery in self.waiting:
            known = first.setdefault(delivery.event_id, delivery)
            if delivery.message_id < known.message_id:
                first[delivery.event_id] = delivery
        return [one for one in first.values() if self.is_active or one.event_id is None]


class FakeDeliveryLanes(DeliveryLanes):
    """Time stands still unless a test moves it, but for a microsecond with each change: what comes later is
    later."""

    def __init__(self) -> None:
        self.now = NOON
        self.lanes: dict[WebhookId, StoredLane] = {}
        self.handed_over: list[WebhookId] = []
        self.verdicts: list[tuple[int, Verdict]] = []

    def add(self, webhook_id: WebhookId, *messages: tuple[int, int | None]) -> None:
        """Put messages into the webhook's lane, by their id and their event's."""
        lane, now = self.lanes.setdefault(webhook_id, StoredLane(webhook_id)), self._later()
        lane.arrive(now)
        for message_id, event_id in messages:
            event = None if event_id is None else EventId(event_id)
            lane.waiting.append(StoredDelivery(message_id, event, now))

    def add_slow(self, webhook_id: WebhookId) -> None:
        """A webhook whose last attempt took its time."""
        self.lanes[webhook_id] = StoredLane(webhook_id, slow=True)

    def activate(self, webhook_id: WebhookId) -> None:
        """As if it had never failed."""
        lane, now = self.lanes[webhook_id], self._later()
        lane.is_active, lane.failing_since, lane.slow, lane.rests_until = True, None, False, NOON
        for delivery in lane.waiting:
            if delivery.next_attempt_at <= now and delivery.failing_since is None:
                continue  # it keeps its place before those that failed
            delivery.next_attempt_at, delivery.failing_since = now, None
        lane.arrive(now)

    def send_again(self, webhook_id: WebhookId, message_id: int) -> None:
        lane, now = self.lanes[webhook_id], self._later()
        [delivery] = [d for d in lane.waiting + lane.sent if d.message_id == message_id]
        delivery.next_attempt_at, delivery.failing_since, lane.rests_until = now, None, NOON
        if delivery in lane.sent:
            lane.sent.remove(delivery)
            lane.waiting.append(delivery)
        lane.arrive(now)

    @property
    def leased(self) -> list[WebhookId]:
        """The lanes that somebody works on."""
        return [one for one, lane in self.lanes.items() if lane.lease]

    def give_away(self, webhook_id: WebhookId) -> None:
        """Let another instance have the lane."""
        self._lease(self.lanes[webhook_id], self._later())

    async def lease(self, *, quick: int, slow: int) -> Sequence[Lease]:
        now = self._later()
        due = sorted(
            (lane.due_at, number, lane)
            for number, lane in enumerate(self.lanes.values())
            if lane.due_at is not None
            and lane.due_at <= now
            and (lane.lease is None or lane.leased_until < now)
        )
        free = [lane for *_, lane in due]
        taken = [lane for lane in free if not lane.slow][:quick]
        taken += [lane for lane in free if lane.slow][:slow]
        return [self._lease(lane, now) for lane in taken]

    async def look(
        self, lease: Lease, *, busy: Sequence[EventId | None], most: int
    ) -> LaneState | None:
        if (lane := self._of(lease)) is None:
            return None
        now = self._later()
        heads = [d for d in lane.heads() if d.event_id not in busy and lane.due(d) <= now]
        heads.sort(key=lambda delivery: (delivery.next_attempt_at, delivery.message_id))
        failing_for = _since(lane.failing_since, now)
        due = [
            DueDelivery(
                one.message_id,
                one.event_id,
                "https://a.example/",
                "{}",
                now,
                Trouble(_since(one.failing_since, now), failing_for),
                (),
            )
            for one in heads[:most]
        ]
        return LaneState(lane.arrivals, lane.failing_since is not None, due)

    async def record(
        self, lease: Lease, delivery: DueDelivery, answer: Answer, verdict: Verdict
    ) -> bool:
        if (lane := self._of(lease)) is None:
            return False
        now, failed = self._later(), verdict.outcome is not Outcome.DELIVERED
        self.verdicts.append((delivery.message_id, verdict))
        lane.leased_until, lane.slow = now + _LEASE_LASTS, answer.seconds > 1
        if verdict.rest is not None:
            lane.rests_until = max(lane.rests_until, now + verdict.rest)
        if not delivery.is_trial:
            lane.failing_since = (lane.failing_since or now) if failed else None
        lane.is_active = lane.is_active and verdict.outcome is not Outcome.PAUSE
        [stored] = [d for d in lane.waiting if d.message_id == delivery.message_id]
        stored.failing_since = (stored.failing_since or now) if failed else None
        stored.next_attempt_at = now + (verdict.retry_after or timedelta())
        if verdict.outcome in (Outcome.DELIVERED, Outcome.GIVE_UP):
            lane.waiting.remove(stored)
            lane.sent.append(stored)
        return True

    async def leave(self, lease: Lease, arrivals: int) -> bool:
        lane = self._of(lease)
        if lane is None or arrivals != lane.arrivals:
            return False
        lane.lease = None
        lane.due_at = min(map(lane.due, lane.heads()), default=None)
        return True

    async def hand_over(self, lease: Lease) -> None:
        if (lane := self._of(lease)) is not None:
            lane.lease, lane.due_at = None, self._later()
            self.handed_over.append(lease.webhook_id)

    def _later(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def _of(self, lease: Lease) -> StoredLane | None:
        """The lane, if the lease is still good."""
        lane = self.lanes.get(lease.webhook_id)
        return lane if lane and lane.lease == lease else None

    def _lease(self, lane: StoredLane, now: datetime) -> Lease:
        lane.lease = Lease(lane.webhook_id, uuid.uuid4(), lane.slow)
        lane.leased_until = now + _LEASE_LASTS
        return lane.lease


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return now - moment if moment else timedelta()


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

"""The way from a change of seats to those who watch, in memory."""

import asyncio
from collections import Counter
from collections.abc import Callable

from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate
from src.service.ticketing.app.interface.event_state_updates import EventStateUpdates
from src.service.ticketing.app.interface.event_topic_setup import EventTopicSetup
from test.fake.failing import Failing


class FakeEventStateBroadcaster(EventStateBroadcaster):
    def __init__(self, journal: list[str] | None = None) -> None:
        self._journal = [] if journal is None else journal
        self.updates: list[EventStateUpdate] = []

    def broadcast(self, update: EventStateUpdate) -> None:
        self._journal.append("broadcast")
        self.updates.append(update)


class FakeReconcileRequests(ReconcileRequests):
    def __init__(self) -> None:
        self.requested: set[EventId] = set()

    def request(self, event_id: EventId) -> None:
        self.requested.add(event_id)


class FakeEventStateUpdates(Failing, EventStateUpdates):
    """Updates sent while nobody is subscribed are lost, as they are on Pub/Sub."""

    def __init__(self, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self.subscriptions: Counter[EventId] = Counter()
        self._on_update: Callable[[EventStateUpdate], None] = lambda _: None
        self._on_interruption: Callable[[EventId], None] = lambda _: None

    def listen(
        self,
        on_update: Callable[[EventStateUpdate], None],
        on_interruption: Callable[[EventId], None],
    ) -> None:
        self._on_update = on_update
        self._on_interruption = on_interruption

    async def subscribe(self, event_id: EventId) -> None:
        self.subscriptions[event_id] += 1
        with self._step("subscribe"):
            pass

    async def unsubscribe(self, event_id: EventId) -> None:
        self.subscriptions[event_id] -= 1
        with self._step("unsubscribe"):
            pass

    def send(self, *updates: EventStateUpdate) -> None:
        for update in updates:
            if self.subscriptions[update.event_id] > 0:
                self._on_update(update)

    def interrupt(self, event_id: EventId) -> None:
        self._on_interruption(event_id)


class FakeEventTopicSetup(Failing, EventTopicSetup):
    """Answers once it may; `times` says how often it was asked."""

    def __init__(self, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self.times = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def set_up_topic(self) -> None:
        self.times += 1
        await self.may_answer.wait()
        with self._step("set_up_topic"):
            pass

"""Work on one webhook's lane."""

import asyncio
import random
from collections import deque
from collections.abc import Callable

from src.service.integration.app.interface.delivery_lanes import (
    DeliveryLanes,
    DueDelivery,
    LaneState,
    Lease,
)
from src.service.integration.app.interface.webhook_sender import WebhookSender
from src.service.integration.domain.delivery import Outcome, verdict_on
from src.service.shared_kernel.ids import EventId

# To one webhook, each of another event. One that fails is sent no more than one.
MOST_AT_ONCE = 4
# Where many events have something due, one look finds the first of all of them.
_MOST_AT_A_LOOK = 32
# How often to look for what another instance has put into the lane while something is being sent.
_LOOK_SECONDS = 1.0

OnAttempt = Callable[[Outcome, float], None]


class DeliveryLane:
    """Sends what is due in a lane that is leased, until nothing is. Nothing is held in the store while a
    receiver takes its time."""

    def __init__(
        self, lease: Lease, lanes: DeliveryLanes, sender: WebhookSender, on_attempt: OnAttempt
    ) -> None:
        """`on_attempt` is told what came of each attempt, and how many seconds it took."""
        self.lease = lease
        self.began_at = asyncio.get_running_loop().time()
        self._lanes = lanes
        self._sender = sender
        self._on_attempt = on_attempt
        self._news = asyncio.Event()
        self._ending = False
        self._sending: dict[asyncio.Task[None], EventId | None] = {}
        self._state: LaneState | None = None
        self._due: deque[DueDelivery] = deque()
        self._looked_at = 0.0

    def look_again(self) -> None:
        """Something has been put into the lane."""
        self._news.set()

    def end(self) -> None:
        """Begin nothing more, and hand the lane over when what is being sent is done."""
        self._ending = True
        self._news.set()

    async def work(self) -> None:
        """Raises StoreUnavailableError; the lane is then somebody else's when the lease is over."""
        try:
            while not self._ending:
                state = await self._look()
                if state is None:
                    return
                self._begin(state)
                if self._sending:
                    await self._wait()
                elif await self._lanes.leave(self.lease, state.arrivals):
                    return
            while self._sending:
                await self._wait()
            await self._lanes.hand_over(self.lease)
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _look(self) -> LaneState | None:
        """The state of the lane. That of the last look will do while some of it is left to be sent, but not
        for long: the webhook may be changed, paused or deleted."""
        now = asyncio.get_running_loop().time()
        if self._due and not self._news.is_set() and now < self._looked_at + _LOOK_SECONDS:
            return self._state
        self._news.clear()
        self._looked_at = now
        self._state = await self._lanes.look(
            self.lease, busy=list(self._sending.values()), most=_MOST_AT_A_LOOK
        )
        self._due = deque(self._state.due if self._state else ())
        return self._state

    def _begin(self, state: LaneState) -> None:
        at_once = 1 if state.failing else MOST_AT_ONCE
        while self._due and len(self._sending) < at_once:
            delivery = self._due.popleft()
            task = asyncio.create_task(self._deliver(delivery))
            self._sending[task] = delivery.event_id

    async def _deliver(self, delivery: DueDelivery) -> None:
        answer = await self._sender.send(delivery)
        spread = random.random()  # noqa: S311 - no secret  # nosec B311
        verdict = verdict_on(answer, delivery.trouble, is_trial=delivery.is_trial, spread=spread)
        recorded = await self._lanes.record(self.lease, delivery, answer, verdict)
        if recorded:
            self._on_attempt(verdict.outcome, answer.seconds)
        if not recorded or verdict.outcome is not Outcome.DELIVERED:
            # The lane is not what it was.
            self._due.clear()

    async def _wait(self) -> None:
        """Until something was sent, or there is room for what may have been put into the lane."""
        news = asyncio.create_task(self._news.wait())
        full = self._ending or len(self._sending) == MOST_AT_ONCE
        try:
            await asyncio.wait(
                self._sending if full else {news, *self._sending},
                timeout=None if full else _LOOK_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            news.cancel()
        for task in [task for task in self._sending if task.done()]:
            del self._sending[task]
            task.result()

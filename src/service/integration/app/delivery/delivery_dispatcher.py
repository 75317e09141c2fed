"""Send what webhooks are to be told, side by side."""

import asyncio
import contextlib
import logging
from collections.abc import Collection

from src.service.integration.app.delivery.delivery_lane import DeliveryLane, OnAttempt
from src.service.integration.app.interface.delivery_lanes import DeliveryLanes, Lease
from src.service.integration.app.interface.webhook_sender import WebhookSender
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.tasks import start_detached

logger = logging.getLogger(__name__)

# How many lanes a process works on at the same time. Those that took their time at their last attempt have
# places of their own, so that however many there are of them, they are in nobody else's way.
_QUICK_LANES = 96
_SLOW_LANES = 32
# While others wait for a place, nobody has one for longer.
_TURN_SECONDS = 10.0
# How often to look for what is due again, or was put into a lane by another instance.
_LOOK_SECONDS = 1.0
# When the process ends: what is being sent may take so long still.
_LAST_SECONDS = 2.0
_CANCEL_AGAIN_SECONDS = 0.5


class DeliveryDispatcher:
    """Works on lanes in which something is due, as `DeliveryLane` does, beside any number of other instances."""

    def __init__(
        self, lanes: DeliveryLanes, sender: WebhookSender, *, on_attempt: OnAttempt
    ) -> None:
        self._lanes = lanes
        self._sender = sender
        self._on_attempt = on_attempt
        self._wanted = asyncio.Event()
        self._working: dict[WebhookId, DeliveryLane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._crowded = False

    def wake(self, webhook_ids: Collection[WebhookId]) -> None:
        """Something has been put into the lanes of these."""
        for webhook_id in webhook_ids:
            if (lane := self._working.get(webhook_id)) is not None:
                lane.look_again()
            else:
                self._wanted.set()

    async def run(self) -> None:
        """Endless. Raises StoreUnavailableError; what is being sent goes on."""
        while True:
            self._wanted.clear()
            await self._take_more()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._wanted.wait()

    async def aclose(self) -> None:
        """Begin nothing more, and give what is being sent a moment. Call it when `run` has ended."""
        for lane in self._working.values():
            lane.end()
        if self._tasks:
            _, going_on = await asyncio.wait(self._tasks, timeout=_LAST_SECONDS)
            # More than once: a driver may lose a cancellation.
            while going_on:
                for task in going_on:
                    task.cancel()
                _, going_on = await asyncio.wait(going_on, timeout=_CANCEL_AGAIN_SECONDS)

    async def _take_more(self) -> None:
        slow = sum(lane.lease.slow for lane in self._working.values())
        room = {"quick": _QUICK_LANES - (len(self._working) - slow), "slow": _SLOW_LANES - slow}
        leases = await self._lanes.lease(**room)
        taken_slow = sum(lease.slow for lease in leases)
        self._crowded = len(leases) - taken_slow == room["quick"] or taken_slow == room["slow"]
        if self._crowded:
            self._end_turns()
        for lease in leases:
            self._begin(lease)

    def _end_turns(self) -> None:
        began_before = asyncio.get_running_loop().time() - _TURN_SECONDS
        for lane in self._working.values():
            if lane.began_at < began_before:
                lane.end()

    def _begin(self, lease: Lease) -> None:
        lane = DeliveryLane(lease, self._lanes, self._sender, self._on_attempt)
        self._working[lease.webhook_id] = lane
        task = start_detached(self._work(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, lane: DeliveryLane) -> None:
        try:
            await lane.work()
        except StoreUnavailableError as error:
            logger.warning("a webhook's lane is left until its lease is over: %s", error)
        except Exception:
            logger.exception("work on a webhook's lane failed")
        finally:
            del self._working[lane.lease.webhook_id]
            if self._crowded:
                self._wanted.set()

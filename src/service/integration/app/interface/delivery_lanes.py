"""The port to the lanes in which messages wait to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from src.service.integration.domain.delivery import Answer, Trouble, Verdict
from src.service.integration.domain.webhook import WebhookId
from src.service.shared_kernel.ids import EventId


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send a webhook's messages, until nothing was recorded with it for some time. `slow` says that
    the last attempt took its time."""

    webhook_id: WebhookId
    token: UUID
    slow: bool


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """What to send now: `body` to `url`, signed with each of `secrets`, as of `now`, the store's time."""

    message_id: int
    event_id: EventId | None
    url: str
    body: str
    now: datetime
    trouble: Trouble
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def is_trial(self) -> bool:
        return self.event_id is None


@dataclass(frozen=True, slots=True)
class LaneState:
    """`arrivals` is another number whenever something was put into the lane. A webhook is `failing` when
    its last attempt failed."""

    arrivals: int
    failing: bool
    due: Sequence[DueDelivery]


class DeliveryLanes(Protocol):
    """Each webhook has a lane of its own, which one instance at a time works on. In it the messages of
    each event are in their order: one is due when those before it are done with.

    An instance that says nothing for longer than its lease lasts loses it, and another takes over.
    Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when an answer was lost.
    """

    async def lease(self, *, quick: int, slow: int) -> Sequence[Lease]:
        """The lanes in which something is due and that nobody works on, the longest due first: at most so
        many of those that answered quickly at their last attempt, and of those that did not."""
        ...

    async def look(
        self, lease: Lease, *, busy: Sequence[EventId | None], most: int
    ) -> LaneState | None:
        """What is due, but for the messages of `busy` events, the longest due first; trials alone while the
        webhook is paused or rests. None when the lease is lost or the webhook has gone."""
        ...

    async def record(
        self, lease: Lease, delivery: DueDelivery, answer: Answer, verdict: Verdict
    ) -> bool:
        """Whether it was recorded: not when the lease is lost or the webhook has gone."""
        ...

    async def leave(self, lease: Lease, arrivals: int) -> bool:
        """Give the lane back until something is due in it. False, and still leased, when something has
        been put into it since `look` returned `arrivals`."""
        ...

    async def hand_over(self, lease: Lease) -> None:
        """Give the lane back to whoever comes next, behind all others that wait."""
        ...

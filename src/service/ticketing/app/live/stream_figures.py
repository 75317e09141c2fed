"""What the streams of this process send, and how old it is by then."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion

# Of one event; more than are shown in any merge window. The oldest are dropped.
_MOST_COMMITS = 10_000


@dataclass(slots=True)
class _Commits:
    """When those versions were made, by the loop's clock, that are newer than what was shown last."""

    made_at: dict[StateVersion, float] = field(default_factory=dict)
    shown: StateVersion | None = None


class StreamFigures:
    """Counts for the operator. `sent` are messages given to clients; `merged` are changes that went out in
    a message with an earlier one; `skipped` are messages that a client was not given, because it was
    slow and a newer one took their place.

    Ages are of changes that this process made itself, which go through Pub/Sub and come back like
    all others: so they are by one clock, and with several processes a sample of all. What Pub/Sub has lost
    counts too, when it is shown at last.
    """

    def __init__(self, observe_age: Callable[[float], None] = lambda _: None) -> None:
        """`observe_age` is told, in seconds, of each message that all who wait for it have been sent."""
        self._observe_age = observe_age
        self._watched: dict[EventId, _Commits] = {}
        self.sent = 0
        self.merged = 0
        self.skipped = 0

    def watch(self, event_id: EventId) -> None:
        """Somebody watches this event here."""
        self._watched[event_id] = _Commits()

    def unwatch(self, event_id: EventId) -> None:
        self._watched.pop(event_id, None)

    def committed(self, update: EventStateUpdate) -> None:
        """This change was just made by this process."""
        commits = self._watched.get(update.event_id)
        # It may have been read and shown already, between its commit and now.
        if commits is not None and (commits.shown is None or update.version > commits.shown):
            commits.made_at[update.version] = asyncio.get_running_loop().time()
            if len(commits.made_at) > _MOST_COMMITS:
                del commits.made_at[next(iter(commits.made_at))]

    def first_commit(self, event_id: EventId, version: StateVersion) -> float | None:
        """When the oldest change was made, by the loop's clock, of those that this version is the first
        to show."""
        commits = self._watched.get(event_id)
        if commits is None:
            return None
        commits.shown = version
        shown = [made for made in commits.made_at if made <= version]
        return min((commits.made_at.pop(made) for made in shown), default=None)

    def shown(self, since: float) -> None:
        """All who wait have been sent a message whose oldest change was made at `since`."""
        self._observe_age(asyncio.get_running_loop().time() - since)


def earlier(one: float | None, other: float | None) -> float | None:
    """None is never."""
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)

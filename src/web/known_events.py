"""The facts of events, for pages that many ask for at once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from src.platform.http.compression import SharedBody
from src.service.shared_kernel.errors import ServiceError
from src.web.event_facts import EventFacts, EventFactsSource

logger = structlog.get_logger()

_LASTS_SECONDS = 2.0
_MOST_EVENTS = 256
# A page must not wait for what it can do without.
_TIMEOUT_SECONDS = 0.3


@dataclass(slots=True)
class KnownEvent:
    """What was found of an event, None where a visitor sees none, and the bodies made of it by what they
    are made for."""

    facts: EventFacts | None
    bodies: dict[object, SharedBody] = field(default_factory=dict)


class KnownEvents:
    """Facts of the events asked for last, up to two seconds old. Each is read once for all who ask
    meanwhile; that it could not be read is kept as long, so that a store that is down is not asked
    for each page."""

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, timeout: float = _TIMEOUT_SECONDS
    ) -> None:
        self._now = now
        self._timeout = timeout
        self._known: OrderedDict[int, tuple[float, KnownEvent | None]] = OrderedDict()
        self._reads: dict[int, asyncio.Task[KnownEvent | None]] = {}

    async def get(self, source: EventFactsSource, event_id: int) -> KnownEvent | None:
        """None when the facts cannot be read in time."""
        read_at, known = self._known.get(event_id, (float("-inf"), None))
        if read_at + _LASTS_SECONDS > self._now():
            self._known.move_to_end(event_id)
            return known
        read = self._reads.get(event_id)
        if read is None:
            read = self._reads[event_id] = asyncio.create_task(self._read(source, event_id))
            read.add_done_callback(lambda _: self._reads.pop(event_id, None))
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.shield(read)
        except TimeoutError:
            return None

    async def _read(self, source: EventFactsSource, event_id: int) -> KnownEvent | None:
        asked_at = self._now()
        _, before = self._known.pop(event_id, (asked_at, None))
        known = None
        try:
            facts = await source.find(event_id)
            same = before is not None and before.facts == facts
            known = before if same else KnownEvent(facts)
        except ServiceError:
            pass  # it is said where the store's answers are counted
        except Exception:
            # The page is there without its head, and this is a mistake of ours all the same.
            logger.exception("the facts of an event cannot be read")
        self._known[event_id] = (asked_at, known)
        if len(self._known) > _MOST_EVENTS:
            self._known.popitem(last=False)
        return known

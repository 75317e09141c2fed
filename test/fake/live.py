"""A hub over fakes, with one event in the store, and a form in which tests read its messages."""

import asyncio

from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventStateUpdate
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey
from src.service.shared_kernel.subscriber import Subscriber, SubscriberLimit
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.app.live.event_state_hub import EventStateHub
from src.service.ticketing.app.live.feed import EventSubscriber, Render
from src.service.ticketing.app.live.stream_figures import StreamFigures
from test.fake.announcing import FakeEventStateUpdates
from test.fake.kvrocks import FakeKvrocks, FakeSeatStateQuery
from test.fake.people import HOUSE, an_entry, an_event, seats
from test.fake.postgres import FakeEventDirectory, FakePostgres

EVENT = EventId(1)
WINDOW = 0.1
A1 = SubsectionKey("A", 1)
B1 = SubsectionKey("B", 1)

FREE = b"1:1 000000 000000 000000"


class Drawing:
    """Renders a version and the seat bytes; `since` lists what it was asked for, call by call."""

    def __init__(self) -> None:
        self.since: list[int | None] = []

    def __call__(
        self, snapshot: EventSnapshot, subsection: SubsectionKey | None, since: int | None
    ) -> bytes:
        self.since.append(since)
        shown = snapshot.subsections if subsection is None else [subsection]
        text = " ".join(snapshot.subsections[one].seats.decode() for one in shown)
        return f"{snapshot.version} {text}".encode()


DRAW = Drawing()


class Live:
    """A hub over fakes, with one event in the store."""

    def __init__(self, *, max_subscribers: int = 100) -> None:
        self.journal: list[str] = []
        self.kvrocks = FakeKvrocks()
        self.kvrocks.add(EVENT, HOUSE)
        self.store = FakeSeatStateQuery(self.kvrocks, self.journal)
        self.updates = FakeEventStateUpdates(self.journal)
        self.postgres = FakePostgres()
        self.postgres.add(an_event(EVENT))
        self.directory = FakeEventDirectory(self.postgres)
        self.stepped_back: list[EventId] = []
        self.limit = SubscriberLimit(max_subscribers)
        self.ages: list[float] = []
        self.figures = StreamFigures(self.ages.append)
        self.hub = EventStateHub(
            self.store,
            self.updates,
            self.directory,
            merge_window=WINDOW,
            figures=self.figures,
            limit=self.limit,
            on_step_back=self.stepped_back.append,
        )

    async def watch(
        self,
        subsection: SubsectionKey | None = None,
        render: Render = DRAW,
        event_id: int = EVENT,
        caller: Caller | None = None,
    ) -> EventSubscriber:
        return await self.hub.watch(an_entry(event_id), subsection, render, caller)

    async def watch_from_now(
        self,
        subsection: SubsectionKey | None = None,
        render: Render = DRAW,
        caller: Caller | None = None,
    ) -> EventSubscriber:
        """Watch, and take the first state."""
        subscriber = await self.watch(subsection, render, caller=caller)
        await subscriber.next(0)
        return subscriber

    def changes(
        self, identifiers: str, status: SeatStatus = SeatStatus.RESERVED
    ) -> EventStateUpdate:
        """Seats change in the store; whoever should hear of it has not yet."""
        return self.kvrocks.change(EVENT, dict.fromkeys(seats(identifiers), status))

    def happens(self, identifiers: str, status: SeatStatus = SeatStatus.RESERVED) -> None:
        """Seats change in the store, and the update arrives."""
        self.updates.send(self.changes(identifiers, status))

    @property
    def nothing_is_left(self) -> bool:
        return self.limit.count == 0 and self.updates.subscriptions.total() == 0


def now() -> float:
    return asyncio.get_running_loop().time()


async def drain(subscriber: Subscriber) -> list[bytes]:
    """Every message until there is none for a second."""
    messages = []
    while message := await subscriber.next(1):
        messages.append(message)
    return messages

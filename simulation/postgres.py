"""PostgreSQL: the fakes that the unit tests know, each call a transaction at one moment, over a link."""

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from simulation.network import Link, LostError, RefusedError, Server
from simulation.timeline import Process, Timeline
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError
from src.service.shared_kernel.ids import EventId
from test.fake.lines import FakeWaitingLines
from test.fake.postgres import (
    FakeEventTicketingRepository,
    FakeHouseSeatLedger,
    FakeLedgerAudit,
    FakePostgres,
    FakeReservationLedger,
)

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

# What changes nothing: when its answer is lost, nothing was done.
_READS = frozenset(
    {
        "all_event_ids", "backlog", "changed_within", "check", "closed_events_with_holds", "event_ids", "find",
        "find_by_key", "get", "get_all", "has_seats", "last_event_id", "page", "places", "read",
        "seats", "stale_drafts", "states", "tickets",
    }
)  # fmt: skip


class PostgresServer(Server):
    """The tables, and the locks of sessions. `on_change` is called after each change, with its name and
    its result."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(timeline, "PostgreSQL")
        self.tables = FakePostgres()
        self.repository = FakeEventTicketingRepository(self.tables)
        self.ledger = FakeReservationLedger(self.tables)
        self.house_seats = FakeHouseSeatLedger(self.tables)
        self.audit = FakeLedgerAudit(self.tables)
        self.lines = FakeWaitingLines(self.tables)
        self.on_change: Callable[[str, Any], None] = lambda _name, _result: None
        self._locks: dict[EventId, Session] = {}

    @property
    def now(self) -> datetime:
        return _BEGINNING + timedelta(seconds=self.timeline.now)

    def execute(self, name: str, call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """One statement or transaction."""
        self.tables.now = self.now
        try:
            call().send(None)
        except StopIteration as done:
            if name not in _READS:
                self.on_change(name, done.value)
            return done.value
        raise RuntimeError(f"{name} waits for something")

    def lock(self, event_id: EventId, session: "Session") -> bool:
        if event_id in self._locks or session.ended or not session.process.alive:
            return False
        self._locks[event_id] = session
        return True

    def unlock(self, session: "Session") -> None:
        session.ended = True  # what it has asked for and waits may not lock anything later
        for event_id in [e for e, holder in self._locks.items() if holder is session]:
            del self._locks[event_id]

    def end_sessions_of(self, process: Process) -> None:
        for session in list(self._locks.values()):
            if session.process is process:
                self.unlock(session)

    def stop(self) -> None:
        super().stop()
        self._locks.clear()


class Session:
    """A connection that holds locks until its end."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.ended = False


class Remote:
    """A port whose calls go to the server. Fails as the adapters do: what was not sent, or changes nothing,
    is unavailable; of the rest the outcome is unknown."""

    def __init__(self, server: PostgresServer, port: Any, link: Link, *, timeout: float) -> None:
        self._server = server
        self._port = port
        self._link = link
        self._timeout = timeout

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self._port, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            return await self._call(
                name, lambda: self._server.execute(name, lambda: method(*arguments, **named))
            )

        setattr(self, name, call)
        return call

    async def _call(self, name: str, work: Callable[[], Any]) -> Any:
        lost = StoreUnavailableError if name in _READS else OutcomeUnknownError
        try:
            return await self._link.call(work, within=self._timeout)
        except RefusedError as error:
            raise StoreUnavailableError("PostgreSQL") from error
        except (LostError, TimeoutError) as error:
            raise lost("PostgreSQL") from error

    @contextlib.asynccontextmanager
    async def reconcile_lock(self, event_id: EventId) -> AsyncIterator[bool]:
        session = Session(self._link.process)
        try:
            yield await self._call("read", lambda: self._server.lock(event_id, session))
            await self._call("unlock", lambda: self._server.unlock(session))
        except BaseException:
            # The connection is closed, and with it the session.
            self._link.timeline.after(self._link.delay(), self._server.unlock, session)
            raise

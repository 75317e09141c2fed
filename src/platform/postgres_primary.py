"""Which of several PostgreSQL hosts takes writes, also after a failover.

The driver asks the hosts of a URL one after the other and takes the first that fits. That is not
enough: one that swallows packets costs each new connection its whole timeout, and an old primary that
comes back takes writes like the new one. So all hosts are asked at once, and of those that take writes
the one on the newest timeline is the primary: PostgreSQL begins a new timeline at each promotion.
"""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from src.service.shared_kernel.tasks import start_detached

_logger = structlog.get_logger(__name__)

# Once a primary has answered, the other hosts have so long to say that they are a newer one.
_GRACE_SECONDS = 0.2
_SEARCH_INTERVAL_SECONDS = 3.0
# The name of the file that is written to begins with the timeline, as eight hexadecimal digits.
_TIMELINE = "SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)"


class NoPrimaryError(ConnectionError):
    """No host takes writes, or only one that was the primary before another one."""


@dataclass(frozen=True, slots=True)
class _Host:
    name: str
    port: int

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"


class PrimaryFinder:
    """Connects to the primary. All engines of a process share one, so that none stays behind.

    With a single host it connects to that one, and nothing else.
    """

    def __init__(self, connect: Callable[..., Awaitable[Any]] = asyncpg.connect) -> None:
        self._driver = connect
        self._hosts: list[_Host] = []
        self._options: dict[str, Any] = {}
        self._primary: _Host | None = None
        self._timeline = 0
        self._doubted = True
        self._search: asyncio.Task[None] | None = None
        self._connections: weakref.WeakSet[asyncpg.Connection] = weakref.WeakSet()
        self._reported: set[tuple[_Host, int]] = set()

    async def connect(self, **options: Any) -> asyncpg.Connection:
        """A connection to the primary. Takes what `asyncpg.connect` takes, `host` and `port` as lists
        where there are several. Raises OSError or what asyncpg raises."""
        if not isinstance(options.get("host"), list | tuple):
            return await self._driver(**options)
        names, ports = options.pop("host"), options.pop("port")
        self._hosts = [_Host(*host) for host in zip(names, ports, strict=True)]
        self._options = {"target_session_attrs": "read-write"} | options
        if self._doubted:
            await self._find()
        return await self._connect_to_primary()

    def doubt(self) -> None:
        """A connection has failed: before the next one is made, every host is asked."""
        self._doubted = True

    async def keep_looking(self) -> None:
        """Ask every host now and then. An old primary that is cut off from the new one, but not from
        us, answers as ever, and no connection fails."""
        while True:
            await asyncio.sleep(_SEARCH_INTERVAL_SECONDS)
            if self._hosts:
                try:
                    await self._find()
                except OSError as error:
                    _logger.debug("no primary was found", reason=str(error))

    async def _connect_to_primary(self) -> asyncpg.Connection:
        host = self._primary
        assert host is not None
        try:
            timeline, connection = await self._open(host)
        except BaseException:
            self.doubt()
            raise
        if timeline < self._timeline:
            connection.terminate()
            self.doubt()
            self._report_old(host, timeline)
            raise NoPrimaryError(f"{host} is an old primary")
        self._enter(timeline, host)
        self._connections.add(connection)
        return connection

    async def _find(self) -> None:
        """Learn who is the primary, together with all who want to know it at this time."""
        if self._search is None:
            self._search = start_detached(self._ask_all())
            self._search.add_done_callback(self._end_search)
        await asyncio.shield(self._search)

    def _end_search(self, search: asyncio.Task[None]) -> None:
        self._search = None
        if not search.cancelled():
            search.exception()  # whoever waited for it has it; perhaps nobody did

    async def _ask_all(self) -> None:
        asked = {asyncio.create_task(self._ask(host)): host for host in self._hosts}
        found: dict[_Host, int] = {}
        said: dict[_Host, str] = {}
        waiting = set(asked)
        try:
            while waiting:
                answered, waiting = await asyncio.wait(
                    waiting,
                    timeout=_GRACE_SECONDS if found else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for task in answered:
                    if (error := task.exception()) is None:
                        found[asked[task]] = task.result()
                    else:
                        said[asked[task]] = str(error) or "no answer in time"
                if not answered:
                    break
        finally:
            for task in waiting:
                task.cancel()
        self._choose(found, said)

    def _choose(self, found: Mapping[_Host, int], said: Mapping[_Host, str]) -> None:
        """Of the hosts that take writes, with their timelines; the others have said why they do not."""
        newest = max(self._timeline, *found.values(), 0)
        for host, timeline in found.items():
            if timeline < newest:
                self._report_old(host, timeline)
        primaries = [host for host in self._hosts if found.get(host) == newest]
        if not primaries:
            why = (f"{host}: {said.get(host, 'an old primary')}" for host in self._hosts)
            raise NoPrimaryError(f"no host takes writes ({'; '.join(why)})")
        if self._primary not in primaries:
            self._primary = primaries[0]
        self._doubted = False
        self._enter(newest, self._primary)

    def _enter(self, timeline: int, host: _Host) -> None:
        """From now on only servers on this timeline are used. What still goes on elsewhere is cut off:
        the new primary does not know of it."""
        if timeline == self._timeline:
            return
        _logger.info("found the primary", host=str(host), timeline=timeline)
        self._timeline = timeline
        for connection in self._connections:
            connection.terminate()
        self._connections.clear()

    def _report_old(self, host: _Host, timeline: int) -> None:
        if (host, timeline) not in self._reported:
            self._reported.add((host, timeline))
            _logger.warning("an old primary still takes writes", host=str(host), timeline=timeline)

    async def _ask(self, host: _Host) -> int:
        """The timeline of a host that takes writes."""
        timeout = self._options.get("timeout")
        try:
            async with asyncio.timeout(timeout):
                timeline, connection = await self._open(host)
        except asyncpg.InternalClientError:
            raise NoPrimaryError("takes no writes") from None
        connection.terminate()
        return timeline

    async def _open(self, host: _Host) -> tuple[int, asyncpg.Connection]:
        connection = await self._driver(host=host.name, port=host.port, **self._options)
        try:
            timeline = int(await connection.fetchval(_TIMELINE), 16)
        except BaseException:
            connection.terminate()
            raise
        return timeline, connection

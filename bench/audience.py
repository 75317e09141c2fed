"""The benchmark's end of `bench.listeners`: so many clients on one stream."""

import asyncio
import contextlib
import json
import resource
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

_SPARE_FILES = 500
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivered:
    """Messages received, and seconds from a change to a client."""

    messages: int
    p50: float
    p99: float
    longest: float


class Audience:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def saw(self, changes: Mapping[int, float]) -> Delivered:
        """Wait until every client has the last of these changes ({version: time it was made})."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(changes).encode() + b"\n")
        return Delivered(**json.loads(await self.line()))

    async def line(self) -> str:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("The listening clients ended; see above.")
        return line.decode().strip()


@contextlib.asynccontextmanager
async def listening(
    port: int,
    path: str,
    clients: int,
    *,
    encoding: str = "identity",
    reserved_of: int | None = None,
) -> AsyncIterator[Audience]:
    """So many clients on this stream, each of which has its first message. They know a change by its
    version, or by how many seats of the subsection `reserved_of` are reserved."""
    counted = [] if reserved_of is None else [str(reserved_of)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.listeners", str(port), path, str(clients), encoding),
        *counted,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    audience = Audience(process)
    try:
        assert await audience.line() == "ready"
        yield audience
    finally:
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def allowed(clients: int) -> int:
    """As many of these clients as one process may have files open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(clients, most - _SPARE_FILES)

"""A stream of 500 seats to clients that accept gzip, against the same to those that do not."""

import contextlib
from collections.abc import Sequence

from bench.audience import Audience, allowed, listening
from bench.change_source import Reservations
from bench.comparison import Comparison
from bench.server_process import Service, running_service
from bench.streaming import Rate, Stretch, stretch
from bench.table import Row, Target, Unit, at_most, compared
from kit.http_client import Connection
from kit.proc import memory_bytes

_RATE = Rate(1_000, 10, 20)
_TIMES = 5
_ENCODINGS = ("identity", "gzip")


async def measure() -> Sequence[Row]:
    rate = Rate(allowed(_RATE.clients), _RATE.per_second, _RATE.changes)
    sides: list[_Side] = []
    async with contextlib.AsyncExitStack() as stack:
        for encoding in _ENCODINGS:
            service = stack.enter_context(running_service())
            sides.append(await _Side.open(stack, service, encoding, rate))
        # The first of each is for warming up.
        for _ in range(_TIMES + 1):
            for side in sides:
                await side.measure()
    plain, compressed = sides
    name = f"SSE, 500 seats, {rate.clients:,} clients, {rate.per_second:g} changes/s, gzip / plain"
    return [
        compared(
            f"{name}: CPU per delivered message",
            Comparison(
                tuple(s.cpu for s in plain.stretches[1:]),
                tuple(s.cpu for s in compressed.stretches[1:]),
            ),
            Unit.MICROSECONDS,
            at_most(1.0),
        ),
        _memory(plain.per_client, compressed.per_client),
    ]


class _Side:
    """One service and the clients of its stream."""

    def __init__(
        self,
        service: Service,
        changes: Reservations,
        audience: Audience,
        rate: Rate,
        per_client: float,
    ) -> None:
        self._service = service
        self._changes = changes
        self._audience = audience
        self._rate = rate
        self.per_client = per_client
        self.stretches: list[Stretch] = []

    @classmethod
    async def open(
        cls, stack: contextlib.AsyncExitStack, service: Service, encoding: str, rate: Rate
    ) -> "_Side":
        connection = await Connection.open(service.port)
        stack.callback(connection.close)
        changes = await Reservations.of_new_event(connection, subsections=1)
        before = memory_bytes(service.pid)
        audience = await stack.enter_async_context(
            listening(service.port, changes.seats_stream, rate.clients, encoding=encoding)
        )
        per_client = (memory_bytes(service.pid) - before) / rate.clients
        return cls(service, changes, audience, rate, per_client)

    async def measure(self) -> None:
        self.stretches.append(
            await stretch([self._service.pid], self._changes.make, self._audience, self._rate)
        )


def _memory(plain: float, compressed: float) -> Row:
    target: Target = at_most(1)
    more = (compressed - plain) / 1024
    return Row(
        "its memory per client, more than the plain one's",
        f"{plain / 1024:.2f} KB",
        f"{compressed / 1024:.2f} KB",
        f"{more:+.2f} KB",
        f"{target} KB",
        target.met_by(more),
    )

"""Reserving and confirming, against the same statements and scripts from as many asyncio tasks."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

from bench import stores
from bench.bare_buyer import BareBuyer, Scripts
from bench.comparison import alternate
from bench.server_process import Service, running_service, scratch_directory
from bench.shopping import over_http, pairs_per_second
from bench.table import Row, Unit, at_least, compared
from kit.api import Size, create_event, sign_up, sign_up_many
from kit.http_client import Connection
from kit.kafka import running_broker
from kit.kafka_gateway import KafkaGateway
from kit.ports import free_port
from src.service.shared_kernel.seating import SeatingConfig, Section

_BUYERS = 64
_SIZE = Size(100, 25, 20)
_PAIRS = 1500
_TIMES = 5


async def measure() -> Sequence[Row]:
    with running_service() as service:
        rows = [await _measure(service, "")]
    with _running_kafka() as settings, running_service(settings=settings) as service:
        rows.append(await _measure(service, ", all told to Kafka"))
    return rows


@contextlib.contextmanager
def _running_kafka() -> Iterator[dict[str, str]]:
    """The settings of a service that tells a Kafka on the same machine."""
    with scratch_directory() as directory:
        port, broker_port = free_port(), free_port()
        address = f"127.0.0.1:{port}"
        with running_broker(directory, broker_port, advertised=address):
            gateway = KafkaGateway(port, broker_port)
            gateway.open()
            try:
                yield {"KAFKA_BOOTSTRAP_SERVERS": address}
            finally:
                gateway.end()


async def _measure(service: Service, told: str) -> Row:
    first = await Connection.open(service.port)
    seller = await sign_up(first, "seller")
    event_id = await create_event(first, seller, _SIZE)
    buyers = await sign_up_many(service.port, "buyer", _BUYERS)
    seats = iter([(event_id, _SIZE.seat(number)) for number in range(_SIZE.seats)])

    connections = [await Connection.open(service.port) for _ in buyers]
    through_http = [over_http(*pair) for pair in zip(connections, buyers, strict=True)]

    config = SeatingConfig(_SIZE.rows, _SIZE.cols, (Section("A", 2000, _SIZE.subsections),))
    kvrocks = stores.client(service)
    scripts = await Scripts.loaded(kvrocks)
    databases = [await stores.connect(service) for _ in buyers]
    bare = [
        BareBuyer(database, scripts, config, buyer).buy
        for database, buyer in zip(databases, buyers, strict=True)
    ]

    async def of_floor(count: int = _PAIRS) -> float:
        return await pairs_per_second(bare, seats, count)

    async def of_service(count: int = _PAIRS) -> float:
        return await pairs_per_second(through_http, seats, count)

    await of_floor(_BUYERS * 4), await of_service(_BUYERS * 4)
    found = await alternate(of_floor, of_service, times=_TIMES)

    await asyncio.gather(*(database.close() for database in databases))
    await kvrocks.aclose()
    for connection in [first, *connections]:
        connection.close()
    return compared(
        f"reserve + confirm, unique seats, {_BUYERS} buyers at once{told} (pairs)",
        found,
        Unit.PER_SECOND,
        at_least(1.0),
    )

"""The service's own stores, for the floors that use them without the service."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from bench.server_process import Service


@contextlib.asynccontextmanager
async def opened(service: Service) -> AsyncIterator[tuple[asyncpg.Connection, Redis]]:
    """A connection to Postgres and a client of Kvrocks."""
    database, kvrocks = await connect(service), client(service)
    try:
        yield database, kvrocks
    finally:
        await database.close()
        await kvrocks.aclose()


async def connect(service: Service) -> asyncpg.Connection:
    return await connect_to(service.database_url)


async def connect_to(database_url: str) -> asyncpg.Connection:
    url = make_url(database_url)
    return await asyncpg.connect(
        host=url.query["host"],
        port=int(str(url.query["port"])),
        user=url.username,
        database=url.database,
        server_settings={"jit": "off"},
    )


def client(service: Service) -> Redis:
    return Redis.from_url(service.kvrocks_url, protocol=2)

"""Stores for the adapters of this context."""

import uuid
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from kit.waiting import TIMEOUT
from src.platform.redis_clients import make_client
from test.support.infrastructure import Infrastructure


@pytest.fixture
async def redis(infrastructure: Infrastructure) -> AsyncIterator[Redis]:
    async with make_client(infrastructure.redis_url, pool_size=4, timeout=TIMEOUT) as client:
        yield client


@pytest.fixture
def prefix() -> str:
    return f"test-{uuid.uuid4().hex}:"

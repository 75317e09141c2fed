"""Many callers share few statements, and none of them gets an answer older than its call."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from src.platform.database import Database, Statement, make_engine
from src.platform.settings import Settings
from src.service.user.app.interface.access_tokens import TokenClaims, TokenId
from src.service.user.driven_adapter.postgres_revoked_tokens import PostgresRevokedTokens
from test.fake.people import BUYER


def a_token() -> TokenClaims:
    now = datetime.now(UTC)
    return TokenClaims(TokenId(uuid.uuid4()), BUYER, now, now + timedelta(hours=1))


class CountingDatabase(Database):
    reads = 0

    async def read(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        self.reads += 1
        return await super().read(statement, **values)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[CountingDatabase]:
    assert settings.database_url
    engine = make_engine(settings.database_url, pool_size=5, timeout=30)
    yield CountingDatabase(engine, timeout=30.0)
    await engine.dispose()


@pytest.fixture
def revoked(database: CountingDatabase) -> PostgresRevokedTokens:
    return PostgresRevokedTokens(database)


async def test_many_at_once_need_few_statements(
    revoked: PostgresRevokedTokens, database: CountingDatabase
) -> None:
    tokens = [a_token() for _ in range(100)]
    for token in tokens[::2]:
        await revoked.add(token)

    answers = await asyncio.gather(*(revoked.includes(token) for token in tokens))

    assert answers == [True, False] * 50
    assert 1 <= database.reads <= 2


async def test_an_answer_is_never_older_than_the_call(revoked: PostgresRevokedTokens) -> None:
    """Also when the query that is under way was sent before the token was revoked."""
    token = a_token()
    under_way = asyncio.ensure_future(revoked.includes(a_token()))
    await asyncio.sleep(0)

    await revoked.add(token)

    assert await revoked.includes(token)
    assert not await under_way

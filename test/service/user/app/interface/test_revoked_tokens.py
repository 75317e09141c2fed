"""The record of revoked tokens holds them until they are too old anyway."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from src.platform.database import Database
from src.service.user.app.interface.access_tokens import TokenClaims, TokenId
from src.service.user.app.interface.revoked_tokens import RevokedTokens
from src.service.user.driven_adapter.postgres_revoked_tokens import PostgresRevokedTokens
from test.fake.people import BUYER
from test.fake.users import FakeRevokedTokens

NOW = datetime.now(UTC)


@pytest.fixture
def revoked(database: Database | None) -> RevokedTokens:
    return FakeRevokedTokens(NOW) if database is None else PostgresRevokedTokens(database)


def a_token(*, expires_at: datetime = NOW + timedelta(hours=1)) -> TokenClaims:
    return TokenClaims(TokenId(uuid.uuid4()), BUYER, expires_at)


async def test_includes_what_was_revoked_and_nothing_else(revoked: RevokedTokens) -> None:
    one, other = a_token(), a_token()

    await revoked.add(one)
    await revoked.add(one)

    assert await revoked.includes(one.id)
    assert not await revoked.includes(other.id)


async def test_removes_what_every_clock_takes_for_too_old(revoked: RevokedTokens) -> None:
    live, just_over, old = (
        a_token(expires_at=NOW - timedelta(hours=hours)) for hours in (-1, 1, 25)
    )
    for token in (live, just_over, old):
        await revoked.add(token)

    assert await revoked.remove_expired() == 1

    assert await revoked.includes(live.id)
    assert await revoked.includes(just_over.id)
    assert not await revoked.includes(old.id)

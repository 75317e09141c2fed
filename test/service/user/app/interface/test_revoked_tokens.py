"""The record of revoked tokens holds them until they are too old anyway."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from src.platform.database import Database, Statement
from src.service.user.app.interface.access_tokens import TokenClaims, TokenId
from src.service.user.app.interface.revoked_tokens import RevokedTokens
from src.service.user.driven_adapter.postgres_revoked_tokens import PostgresRevokedTokens
from test.fake.people import BUYER, OTHER_BUYER
from test.fake.users import FakeRevokedTokens

NOW = datetime.now(UTC)
_ADD_ACCOUNT = Statement(
    "add an account",
    """
    INSERT INTO "user" (id, email, name, role, password_hash, created_at)
    VALUES (:id, 'other@example.com', 'Other', 'buyer', '', CAST(:since AS timestamptz))
    """,
)


@pytest.fixture
def revoked(database: Database | None) -> RevokedTokens:
    return FakeRevokedTokens(NOW) if database is None else PostgresRevokedTokens(database)


def a_token(*, expires_at: datetime = NOW + timedelta(hours=1)) -> TokenClaims:
    return TokenClaims(TokenId(uuid.uuid4()), BUYER, NOW, expires_at)


async def test_includes_what_was_revoked_and_nothing_else(revoked: RevokedTokens) -> None:
    one, other = a_token(), a_token()

    await revoked.add(one)
    await revoked.add(one)

    assert await revoked.includes(one)
    assert not await revoked.includes(other)


async def test_includes_tokens_of_an_account_that_was_lost_and_whose_id_another_one_has(
    revoked: RevokedTokens, database: Database | None
) -> None:
    own, lost = (
        TokenClaims(TokenId(uuid.uuid4()), OTHER_BUYER, since, NOW + timedelta(hours=1))
        for since in (NOW, NOW - timedelta(microseconds=1))
    )
    if isinstance(revoked, FakeRevokedTokens):
        revoked.accounts[OTHER_BUYER.id] = NOW
    elif database is not None:
        await database.change(_ADD_ACCOUNT, id=OTHER_BUYER.id, since=NOW)

    assert await revoked.includes(lost)
    assert not await revoked.includes(own)


async def test_removes_what_every_clock_takes_for_too_old(revoked: RevokedTokens) -> None:
    live, just_over, old = (
        a_token(expires_at=NOW - timedelta(hours=hours)) for hours in (-1, 1, 25)
    )
    for token in (live, just_over, old):
        await revoked.add(token)

    assert await revoked.remove_expired() == 1

    assert await revoked.includes(live)
    assert await revoked.includes(just_over)
    assert not await revoked.includes(old)

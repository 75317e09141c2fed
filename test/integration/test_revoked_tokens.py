"""A token that was ended is refused by every instance, and forgotten when it is too old anyway."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from src.platform.database import Database, make_engine
from src.platform.settings import Settings
from src.service.user.app.interface.access_tokens import TokenClaims, TokenId
from src.service.user.driven_adapter.postgres_revoked_tokens import PostgresRevokedTokens
from test.conftest import StartService
from test.fake.people import BUYER
from test.integration.conftest import api_of
from test.support.api import problem_of
from test.support.ports import free_port

NOW = datetime.now(UTC)


def a_token(*, expires_at: datetime = NOW + timedelta(hours=1)) -> TokenClaims:
    return TokenClaims(TokenId(uuid.uuid4()), BUYER, expires_at)


class TestTheRecord:
    @pytest.fixture
    def statements(self) -> list[str]:
        """Every statement that was sent."""
        return []

    @pytest.fixture
    async def ended(
        self, settings: Settings, statements: list[str]
    ) -> AsyncIterator[PostgresRevokedTokens]:
        assert settings.database_url
        engine = make_engine(settings.database_url, pool_size=5, timeout=30)

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def note(*arguments: object) -> None:
            statements.append(str(arguments[2]))

        yield PostgresRevokedTokens(Database(engine, timeout=30.0))
        await engine.dispose()

    async def test_holds_what_was_ended_and_nothing_else(
        self, ended: PostgresRevokedTokens
    ) -> None:
        one, other = a_token(), a_token()

        await ended.add(one)
        await ended.add(one)

        assert await ended.includes(one.id)
        assert not await ended.includes(other.id)

    async def test_is_asked_by_many_at_once_in_few_statements(
        self, ended: PostgresRevokedTokens, statements: list[str]
    ) -> None:
        tokens = [a_token() for _ in range(100)]
        for token in tokens[::2]:
            await ended.add(token)
        statements.clear()

        answers = await asyncio.gather(*(ended.includes(token.id) for token in tokens))

        assert answers == [True, False] * 50
        assert len(statements) <= 2

    async def test_is_never_older_than_the_question(self, ended: PostgresRevokedTokens) -> None:
        """Also when the query that is under way was sent before the token was ended."""
        token = a_token()
        under_way = asyncio.ensure_future(ended.includes(a_token().id))
        await asyncio.sleep(0)

        await ended.add(token)

        assert await ended.includes(token.id)
        assert not await under_way

    async def test_forgets_what_every_clock_takes_for_too_old(
        self, ended: PostgresRevokedTokens
    ) -> None:
        live, just_over, old = (
            a_token(expires_at=NOW - timedelta(hours=hours)) for hours in (-1, 1, 25)
        )
        for token in (live, just_over, old):
            await ended.add(token)

        assert await ended.remove_expired() == 1

        assert await ended.includes(live.id)
        assert await ended.includes(just_over.id)
        assert not await ended.includes(old.id)


def test_signing_out_of_one_instance_is_signing_out_of_all(start_service: StartService) -> None:
    one = start_service()
    other = start_service(one.settings.model_copy(update={"port": free_port()}))
    with api_of(one) as here, api_of(other) as there:
        token = here.buyer().token
        for api in (here, there):
            assert api.with_token(token).get("/api/user/me").status_code == 200

        here.with_token(token).post("/api/user/logout")

        for api in (here, there):
            problem_of(api.with_token(token).get("/api/user/me"), 401)
            problem_of(api.with_token(token).get("/api/reservation"), 401)

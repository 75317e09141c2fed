"""The schema comes from nothing, goes to nothing, and is what the models say."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from src.bootstrap.migrations import ALL_MODELS, downgrade, upgrade
from test.support.databases import create_database, drop_database
from test.support.infrastructure import Infrastructure

T = TypeVar("T")


@pytest.fixture
def empty_database(infrastructure: Infrastructure) -> Iterator[str]:
    url = create_database(infrastructure.database_url)
    yield url
    drop_database(infrastructure.database_url, url)


def looking_at(url: str, look: Callable[[Connection], T]) -> T:
    async def run() -> T:
        engine = create_async_engine(url)
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(look)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def tables(url: str) -> set[str]:
    return set(looking_at(url, lambda connection: inspect(connection).get_table_names()))


def test_the_migrations_make_what_the_models_say(empty_database: str) -> None:
    upgrade(empty_database)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, ALL_MODELS))

    assert looking_at(empty_database, differences) == []


def test_the_check_constraints_are_those_of_the_models(empty_database: str) -> None:
    """Alembic does not compare these by itself, and PostgreSQL writes them in its own way: they have
    the same names and the same values."""
    upgrade(empty_database)

    def constraints(connection: Connection) -> dict[str, set[str]]:
        look = inspect(connection)
        return {
            str(constraint["name"]): _values(constraint["sqltext"])
            for table in ALL_MODELS.tables
            for constraint in look.get_check_constraints(table)
        }

    expected = {
        str(constraint.name): _values(str(constraint.sqltext))
        for table in ALL_MODELS.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert looking_at(empty_database, constraints) == expected


def _values(condition: str) -> set[str]:
    return set(re.findall(r"'[^']*'|\b[0-9]+\b", condition))


def test_all_can_be_taken_down_and_brought_up_again(empty_database: str) -> None:
    upgrade(empty_database)
    made = tables(empty_database)
    assert {"user", "event", "ticket", "reservation", "idempotency_key"} <= made

    downgrade(empty_database)
    assert tables(empty_database) == {"alembic_version"}

    upgrade(empty_database)
    assert tables(empty_database) == made


def test_upgrading_again_changes_nothing(empty_database: str) -> None:
    upgrade(empty_database)
    made = tables(empty_database)

    upgrade(empty_database)

    assert tables(empty_database) == made

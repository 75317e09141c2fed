"""The schema comes from nothing, goes to nothing, and is what the models say."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from src.bootstrap.migrations import ALL_MODELS, downgrade, upgrade
from src.service.shared_kernel import sql_rules
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


def all_revisions() -> list[str]:
    """From the first to the last."""
    scripts = ScriptDirectory(str(Path(__file__).parents[2] / "alembic"))
    return [script.revision for script in scripts.walk_revisions()][::-1]


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


# What is in the tables of the first revision, to be there after every step.
_ROWS = (
    """INSERT INTO "user" (email, password_hash, name, role) VALUES
       ('s@example.com', 'x', 'Sue', 'seller'), ('b@example.com', 'x', 'Bao', 'buyer')""",
    """INSERT INTO event (name, description, venue_name, seller_id, seating_config, is_active, status)
       VALUES ('Concert', 'Loud', 'Arena', 1, '{}', true, 'available')""",
    """INSERT INTO reservation (id, event_id, buyer_id, status, ticket_ids, expires_at)
       VALUES (gen_random_uuid(), 1, 2, 'reserved', '{1}', now())""",
    """INSERT INTO ticket (event_id, section, subsection, "row", seat, price, status, buyer_id, reservation_id)
       SELECT 1, 'A', 1, 1, 1, 100, 'reserved', buyer_id, id FROM reservation""",
)
_SCHEMA = """
    SELECT 'column', table_name || '.' || column_name,
           concat_ws(' ', data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'function', proname, pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
_COUNTS = """
    SELECT (SELECT count(*) FROM "user"), (SELECT count(*) FROM event),
           (SELECT count(*) FROM ticket), (SELECT count(*) FROM reservation)
"""


def _schema(url: str) -> set[tuple[str, ...]]:
    def read(connection: Connection) -> set[tuple[str, ...]]:
        return {tuple(row) for row in connection.execute(text(_SCHEMA))}

    return looking_at(url, read)


def _fill(url: str) -> None:
    def insert(connection: Connection) -> None:
        for statement in _ROWS:
            connection.execute(text(statement))
        connection.commit()

    looking_at(url, insert)


def _counts(url: str) -> tuple[int, ...]:
    return looking_at(url, lambda connection: tuple(connection.execute(text(_COUNTS)).one()))


def test_each_step_can_be_taken_back_and_again_with_rows_in_the_tables(empty_database: str) -> None:
    first, *others = all_revisions()
    upgrade(empty_database, first)
    _fill(empty_database)
    rows, before = _counts(empty_database), _schema(empty_database)
    last = first

    for revision in others:
        upgrade(empty_database, revision)
        after = _schema(empty_database)
        assert after != before

        downgrade(empty_database, last)
        assert _schema(empty_database) == before, f"what {revision} takes down"

        upgrade(empty_database, revision)
        assert _schema(empty_database) == after, f"what {revision} brings up again"
        assert _counts(empty_database) == rows
        last, before = revision, after


def test_upgrading_again_changes_nothing(empty_database: str) -> None:
    upgrade(empty_database)
    made = tables(empty_database)

    upgrade(empty_database)

    assert tables(empty_database) == made


# As the versions before 0007 leave them: one that is held, one that was confirmed.
_CONFIRMED = """
    INSERT INTO reservation (id, event_id, buyer_id, status, ticket_ids, expires_at, updated_at)
    VALUES (gen_random_uuid(), 1, 2, 'confirmed', '{2}', now(), now() - interval '1 day')
"""


def _change(url: str, *statements: str) -> None:
    def change(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()

    looking_at(url, change)


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    return looking_at(
        url, lambda connection: [tuple(row) for row in connection.execute(text(query))]
    )


class TestHouseSeatsAndCancelledSales:
    """Migration 0007, on a table that may be large and in use."""

    def test_writes_no_row(self, empty_database: str) -> None:
        upgrade(empty_database, "0006")
        _change(empty_database, *_ROWS, _CONFIRMED)
        where = "SELECT ctid::text, xmin::text FROM reservation ORDER BY id"
        before = _rows(empty_database, where)

        upgrade(empty_database, "0007")

        assert _rows(empty_database, where) == before
        rule = sql_rules.confirmed_at("r")
        known = _rows(
            empty_database,
            f"SELECT {rule} = updated_at FROM reservation r WHERE status = 'confirmed'",
        )
        assert known == [(True,)]

    def test_goes_on_after_it_was_cut_off(self, empty_database: str) -> None:
        upgrade(empty_database, "0007")
        made = _schema(empty_database)
        _change(empty_database, "UPDATE alembic_version SET version_num = '0006'")

        upgrade(empty_database, "0007")

        assert _schema(empty_database) == made

    def test_can_be_taken_back_when_both_are_in_use(self, empty_database: str) -> None:
        upgrade(empty_database, "0007")
        _change(
            empty_database,
            *_ROWS,
            "UPDATE reservation SET house = true, expires_at = NULL",
            _CONFIRMED,
            "UPDATE reservation SET status = 'cancelled', cancelled_at = now() WHERE NOT house",
        )

        downgrade(empty_database, "0006")

        assert _rows(empty_database, "SELECT status FROM reservation") == [("released",)]
        assert _rows(empty_database, "SELECT status, buyer_id FROM ticket") == [("available", None)]

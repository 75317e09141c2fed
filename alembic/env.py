"""Runs migrations on the database that the caller, or DATABASE_URL, names."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from src.bootstrap.migrations import ALL_MODELS
from src.platform.settings import SettingError, Settings

_CONNECT_SECONDS = 10.0


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=ALL_MODELS)
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_run(url: str) -> None:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        poolclass=pool.NullPool,
        connect_args={"timeout": _CONNECT_SECONDS},
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


database_url = context.config.attributes.get("database_url")
try:
    database_url = database_url or Settings.read().database_url
except SettingError as error:
    raise SystemExit(str(error)) from None
if not database_url:
    raise SystemExit("Set DATABASE_URL to the database to migrate.")
asyncio.run(_connect_and_run(database_url))

"""Runs migrations on the database that the caller, or DATABASE_URL, names."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from src.bootstrap.migrations import ALL_MODELS
from src.platform.database import SILENT_CLIENTS_ARE_LEFT
from src.platform.postgres_primary import PrimaryFinder
from src.platform.settings import SettingError, Settings
from src.platform.store_urls import postgres_url

_CONNECT_SECONDS = 10.0


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=ALL_MODELS)
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_run(url: str) -> None:
    engine = create_async_engine(
        postgres_url(url),
        poolclass=pool.NullPool,
        connect_args={
            "async_creator_fn": PrimaryFinder().connect,
            "timeout": _CONNECT_SECONDS,
            "server_settings": SILENT_CLIENTS_ARE_LEFT,
        },
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

"""Databases that live for one test."""

import asyncio
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url


def create_database(admin_url: str, *, template: str | None = None) -> str:
    """Create a database, empty or as a copy of the one that template's URL names; return its URL.

    Nobody may be connected to the template.
    """
    name = f"ticketing_test_{uuid.uuid4().hex}"
    statement = f"CREATE DATABASE {name}"
    if template is not None:
        statement += f" TEMPLATE {make_url(template).database} STRATEGY {_STRATEGY}"
    _execute(admin_url, statement)
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)


def drop_database(admin_url: str, url: str) -> None:
    """Drop a database, whoever is still connected to it."""
    _execute(admin_url, f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


_STRATEGY = "file_copy"


def _execute(url: str, statement: str) -> None:
    async def execute() -> None:
        dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    run_apart(execute())


def run_apart(coroutine: Coroutine[Any, Any, object]) -> None:
    """Run a coroutine to its end in a thread of its own, whatever loop the caller may run in."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, coroutine).result()

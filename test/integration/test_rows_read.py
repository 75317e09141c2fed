"""What one buyer asks for reads a handful of rows, however many there are.

PostgreSQL keeps a plan, and makes it when a statement is first asked. So the tables are all but empty then, and
full when it counts; nothing has told PostgreSQL's statistics of it.
"""

from collections.abc import Callable, Iterator

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import Api, ApiClient, Json, one_subsection
from test.support.databases import run_apart
from test.support.service import ServiceProcess

_MANY = 40_000
# Of any table, by the whole story.
_FEW = 1_000
_TIMES = 6  # PostgreSQL may change a plan after the fifth

_TABLES = ("user", "event", "ticket", "reservation", "idempotency_key", "line_entry", "ended_token")

_FILL = f"""
    WITH buyer AS (
        INSERT INTO "user" (email, name, role, password_hash)
        SELECT 'many-' || n || '@example.com', 'Many', 'buyer', 'none' FROM generate_series(1, {_MANY}) n
        RETURNING id
    ), held AS (
        INSERT INTO reservation (id, event_id, buyer_id, status, ticket_ids, expires_at, confirmed_at)
        SELECT gen_random_uuid(), $1, id, 'confirmed', ARRAY[-id], now() + interval '1 hour', now()
        FROM buyer RETURNING id, buyer_id
    ), keyed AS (
        INSERT INTO idempotency_key (user_id, operation, key, request_digest, reservation_id)
        SELECT buyer_id, 'reserve', 'many', '', id FROM held
    ), signed_out AS (
        INSERT INTO ended_token (jti, expires_at)
        SELECT gen_random_uuid(), now() + interval '1 hour' FROM buyer
    )
    INSERT INTO line_entry (event_id, buyer_id, entry)
    SELECT $1, id, row_number() OVER () + 1000 FROM buyer
"""


@pytest.fixture
def service(start_service: StartService) -> ServiceProcess:
    return start_service(
        postgres_pool_size=1, postgres_read_pool_size=1, reconcile_interval_seconds=3600
    )


@pytest.fixture
def api(service: ServiceProcess) -> Iterator[Api]:
    with api_of(service) as api:
        yield api


def test_a_story_reads_a_handful_of_rows_of_each_table(service: ServiceProcess, api: Api) -> None:
    seller = api.seller()
    ask = _asker(service)
    for table in _TABLES:
        ask(f'ALTER TABLE "{table}" SET (autovacuum_enabled = off)')
    small = seller.create_event(seating_config=one_subsection(6, 10))
    for row in range(1, _TIMES + 1):
        _story(api.buyer(), seller, small, row)
    large = seller.create_event(
        seating_config=one_subsection(100, 400),
        admission={"per_minute": 60_000, "pass_seconds": 600},
    )
    api.buyer().join_line(large["id"])
    ask(_FILL, large["id"])
    ask("SELECT pg_stat_reset()")

    _story(api.buyer(), seller, large, 50)

    service.stop()  # what connections have counted is told when they end
    read = {row["relname"]: row["rows"] for row in ask(_READ)}
    assert {name: rows for name, rows in read.items() if rows > _FEW} == {}


_READ = """
    SELECT relname, greatest(
        seq_tup_read + coalesce(idx_tup_fetch, 0),
        (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid)
    ) AS rows FROM pg_stat_user_tables t
"""


def _story(buyer: ApiClient, seller: ApiClient, event: Json, row: int) -> None:
    """Everything that one buyer does, and what is done about it."""
    event_id = event["id"]
    if "admission" in event:
        buyer.join_line(event_id)
        buyer.place(event_id)
    named = {"event_id": event_id, "seats": [f"A-1-{row}-1", f"A-1-{row}-2"]}
    key = {"Idempotency-Key": "mine"}
    first = buyer.post("/api/reservation", named, headers=key).json()
    assert buyer.post("/api/reservation", named, headers=key).json() == first
    buyer.reservation(first["id"])
    buyer.release_seat(first["id"], f"A-1-{row}-2")
    sale = buyer.confirm(first["id"])
    buyer.release(buyer.reserve_best(event_id, 2)["id"])
    buyer.get("/api/reservation").raise_for_status()
    tickets = buyer.tickets(sale["id"])
    buyer.event(event_id, tickets=False)
    seller.check_in(event_id, tickets[0]["code"])
    seller.take_house_seats(event_id, seats=[f"A-1-{row}-3"])
    seller.free_house_seats(event_id, seats=[f"A-1-{row}-3"])
    seller.cancel(buyer.buy(event_id, f"A-1-{row}-4")["id"])


def _asker(service: ServiceProcess) -> Callable[..., list[asyncpg.Record]]:
    url = make_url(service.settings.database_url or "").set(drivername="postgresql")
    dsn = url.render_as_string(hide_password=False)

    def ask(sql: str, *values: object) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = []

        async def fetch() -> None:
            connection = await asyncpg.connect(dsn)
            try:
                found.extend(await connection.fetch(sql, *values))
            finally:
                await connection.close()

        run_apart(fetch())
        return found

    return ask

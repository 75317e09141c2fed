"""The reconciler's lock on a real PostgreSQL, where a transaction that says nothing loses its locks soon."""

from collections.abc import Callable

from src.platform.database import Database, Statement, make_engine
from src.platform.settings import Settings
from src.service.reservation.driven_adapter.postgres_ledger_audit import PostgresLedgerAudit
from src.service.shared_kernel.ids import EventId


async def test_an_event_is_locked_for_longer_than_other_transactions_may_pause(
    new_settings: Callable[..., Settings],
) -> None:
    url = new_settings().database_url
    assert url
    pause = {"idle_in_transaction_session_timeout": "50ms"}
    engine = make_engine(url, pool_size=2, timeout=30.0, session=pause)
    database = Database(engine, timeout=30.0)
    lock = PostgresLedgerAudit(database, database).reconcile_lock

    async with lock(EventId(1)) as mine:
        await database.read(Statement("wait", "SELECT pg_sleep(0.2)"))
        async with lock(EventId(1)) as second:
            assert (mine, second) == (True, False)
    await engine.dispose()

"""What only PostgreSQL itself can show of the events' repository."""

import pytest

from src.platform.database import Database, make_engine
from src.platform.settings import Settings
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.domain.errors import CreationOverdueError
from src.service.ticketing.driven_adapter.repo.postgres_event_ticketing_repository import (
    PostgresEventTicketingRepository,
)


async def test_a_draft_that_is_gone_is_not_put_on_sale(settings: Settings) -> None:
    assert settings.database_url
    engine = make_engine(settings.database_url, pool_size=1, timeout=10.0)
    try:
        with pytest.raises(CreationOverdueError):
            await PostgresEventTicketingRepository(Database(engine, limit=10.0)).mark_available(
                EventId(1)
            )
    finally:
        await engine.dispose()

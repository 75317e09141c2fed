"""What only PostgreSQL itself can show of the events' repository."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import event

from src.platform.database import Database, make_engine
from src.platform.settings import Settings
from src.service.shared_kernel.ids import EventId
from src.service.ticketing.app.interface.event_list import EventFilter
from src.service.ticketing.domain.errors import CreationOverdueError
from src.service.ticketing.driven_adapter.repo.postgres_event_ticketing_repository import (
    PostgresEventTicketingRepository,
)


class Stores:
    """A repository on a single connection, and how many statements it made."""

    def __init__(self, database_url: str) -> None:
        self.engine = make_engine(database_url, pool_size=1, timeout=10.0)
        database = Database(self.engine, timeout=10.0)
        self.repository = PostgresEventTicketingRepository(database, database)
        self.statements = 0
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.statements += 1


@pytest_asyncio.fixture
async def stores(settings: Settings) -> AsyncIterator[Stores]:
    assert settings.database_url
    stores = Stores(settings.database_url)
    yield stores
    await stores.engine.dispose()


async def test_a_draft_that_is_gone_is_not_put_on_sale(stores: Stores) -> None:
    with pytest.raises(CreationOverdueError):
        await stores.repository.mark_available(EventId(1))


class TestManyWhoAskAtOnce:
    async def test_for_one_event_share_a_read(self, stores: Stores) -> None:
        """As when thousands open a stream of it at the same moment."""
        found = await asyncio.gather(*(stores.repository.get(EventId(7)) for _ in range(2_000)))

        assert found == [None] * 2_000
        assert stores.statements <= 4

    async def test_for_events_that_are_not_there_share_a_read(self, stores: Stores) -> None:
        await asyncio.gather(*(stores.repository.get(EventId(n)) for n in range(1, 2_001)))

        assert stores.statements <= 4

    async def test_for_the_tickets_of_one_event_share_a_read(self, stores: Stores) -> None:
        sheets = await asyncio.gather(*(stores.repository.tickets(EventId(7)) for _ in range(500)))

        assert {len(sheet.ids) for sheet in sheets} == {0}
        assert stores.statements <= 2


async def test_searches_take_no_place_of_the_plain_list(stores: Stores) -> None:
    on_sale = EventFilter(None, only_purchasable=True)
    plain = await stores.repository.page(on_sale, limit=50, after=None)

    for number in range(100):
        search = replace(on_sale, words=(str(number),))
        await stores.repository.page(search, limit=50, after=None)

    assert await stores.repository.page(on_sale, limit=50, after=None) is plain

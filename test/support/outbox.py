"""Looking into the outbox behind the service's back."""

import asyncio
import uuid
from typing import Any

import orjson

from src.platform.database import Database, make_engine
from src.platform.settings import Settings
from src.service.integration.domain.message import Message
from src.service.integration.driven_adapter.postgres_outbox import PostgresOutbox
from src.service.shared_kernel.message_type import Listener
from test.support.described_messages import as_told


def messages_of(
    settings: Settings, event_id: int, listener: Listener = Listener.KAFKA
) -> list[dict[str, Any]]:
    """What is still to be told of the event, as the listener will read it."""

    async def read() -> list[Message]:
        assert settings.database_url
        engine = make_engine(settings.database_url, pool_size=1, timeout=30.0)
        outbox = PostgresOutbox(Database(engine, timeout=30.0), _READER)
        try:
            return [m for m in await outbox.next(listener) if m.event_id == event_id]
        finally:
            await engine.dispose()

    messages = [orjson.loads(orjson.dumps(m.as_cloud_event())) for m in asyncio.run(read())]
    for message in messages:
        as_told(message)
    return messages


_READER = uuid.uuid4()

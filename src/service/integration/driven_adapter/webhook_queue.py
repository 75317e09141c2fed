"""Messages for webhooks are put into their lanes."""

from collections.abc import Sequence

from src.platform.database import Database
from src.service.integration.app.delivery.wake import Wake
from src.service.integration.app.interface.message_sink import MessageSink
from src.service.integration.domain.message import Message
from src.service.integration.domain.webhook import WebhookId
from src.service.integration.driven_adapter import webhook_statements as statements
from src.service.integration.driven_adapter.message_json import as_json


class WebhookQueue(MessageSink):
    def __init__(self, database: Database, wake: Wake) -> None:
        self._database = database
        self._wake = wake

    async def pass_on(self, messages: Sequence[Message]) -> None:
        rows = await self._database.change(
            statements.QUEUE,
            ids=[message.id for message in messages],
            types=[message.type for message in messages],
            event_ids=[message.event_id for message in messages],
            seller_ids=[message.seller_id for message in messages],
            bodies=[as_json(message).decode() for message in messages],
        )
        self._wake([WebhookId(row["endpoint_id"]) for row in rows])

"""Register an address that is told what happens to one's events."""

import uuid
from collections.abc import Iterable

from src.service.integration.app.interface.webhooks import NewWebhook, Webhooks
from src.service.integration.domain.errors import TooManyWebhooksError
from src.service.integration.domain.webhook import (
    MAX_WEBHOOKS_PER_SELLER,
    Webhook,
    WebhookId,
    checked_description,
    checked_types,
    new_secret,
)
from src.service.integration.domain.webhook_url import checked_url
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.message_type import MessageType


class RegisterWebhookUseCase:
    def __init__(self, webhooks: Webhooks, *, private_allowed: bool) -> None:
        self._webhooks = webhooks
        self._private_allowed = private_allowed

    async def execute(
        self, caller: Caller, url: str, types: Iterable[MessageType], description: str | None
    ) -> Webhook:
        """Raises ForbiddenError, InvalidInputError, TooManyWebhooksError."""
        caller.require(Role.SELLER)
        new = NewWebhook(
            WebhookId(uuid.uuid4()),
            caller.id,
            checked_url(url, private_allowed=self._private_allowed),
            checked_types(types),
            checked_description(description) if description else None,
            new_secret(),
        )
        added = await self._webhooks.add(new, most=MAX_WEBHOOKS_PER_SELLER)
        if added is None:
            raise TooManyWebhooksError(MAX_WEBHOOKS_PER_SELLER)
        return added

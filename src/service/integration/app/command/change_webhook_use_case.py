"""Change, pause or resume a webhook."""

from collections.abc import Iterable
from dataclasses import dataclass

from src.service.integration.app.delivery.wake import Wake
from src.service.integration.app.interface.webhooks import WebhookChanges, Webhooks
from src.service.integration.app.own_webhook import found
from src.service.integration.domain.webhook import (
    Webhook,
    WebhookId,
    WebhookStatus,
    checked_description,
    checked_types,
)
from src.service.integration.domain.webhook_url import checked_url
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.message_type import MessageType


@dataclass(frozen=True, slots=True)
class GivenWebhookChanges:
    """As they were asked for. What is None stays as it is; an empty `description` is taken away."""

    url: str | None = None
    types: Iterable[MessageType] | None = None
    description: str | None = None
    status: WebhookStatus | None = None


class ChangeWebhookUseCase:
    """A webhook that is resumed, or gets another address, is sent at once what waits."""

    def __init__(self, webhooks: Webhooks, wake: Wake, *, private_allowed: bool) -> None:
        self._webhooks = webhooks
        self._wake = wake
        self._private_allowed = private_allowed

    async def execute(
        self, caller: Caller, webhook_id: WebhookId, given: GivenWebhookChanges
    ) -> Webhook:
        """Raises ForbiddenError, WebhookNotFoundError, InvalidInputError."""
        caller.require(Role.SELLER)
        changes = WebhookChanges(
            None
            if given.url is None
            else checked_url(given.url, private_allowed=self._private_allowed),
            None if given.types is None else checked_types(given.types),
            checked_description(given.description) if given.description else given.description,
            given.status,
        )
        webhook = found(await self._webhooks.change(caller.id, webhook_id, changes))
        self._wake([webhook_id])
        return webhook

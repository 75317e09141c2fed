"""The rule of whose a webhook is."""

from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.domain.errors import WebhookNotFoundError
from src.service.integration.domain.webhook import Webhook, WebhookId
from src.service.shared_kernel.identity import Caller, Role


async def own_webhook(webhooks: Webhooks, caller: Caller, webhook_id: WebhookId) -> Webhook:
    """The caller's own; to everybody else it does not exist. Raises ForbiddenError,
    WebhookNotFoundError."""
    caller.require(Role.SELLER)
    return found(await webhooks.find(caller.id, webhook_id))


def found(webhook: Webhook | None) -> Webhook:
    """Raises WebhookNotFoundError for None."""
    if webhook is None:
        raise WebhookNotFoundError
    return webhook

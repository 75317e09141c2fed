"""The message that tells nothing: with it a seller tries whether a webhook works."""

from datetime import datetime
from typing import Any

from src.service.integration.domain.message import cloud_event
from src.service.integration.domain.webhook import WebhookId

TRIAL_TYPE = "webhook.test"


def trial_of(webhook_id: WebhookId, message_id: int, time: datetime) -> dict[str, Any]:
    """In the form of CloudEvents 1.0. It is of no event, so it has no subject."""
    return cloud_event(message_id, TRIAL_TYPE, time, {"endpoint_id": str(webhook_id)})

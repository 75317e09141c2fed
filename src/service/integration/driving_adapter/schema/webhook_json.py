"""Webhooks and their deliveries as JSON."""

from collections.abc import Iterable
from typing import Any

import orjson

from src.service.integration.domain.delivery import Delivery
from src.service.integration.domain.webhook import Webhook
from src.service.shared_kernel.paging import Page


def webhook_body(webhook: Webhook) -> bytes:
    return _dumped(_webhook(webhook))


def new_webhook_body(webhook: Webhook) -> bytes:
    """With the secret."""
    return _dumped(_webhook(webhook) | {"secret": webhook.secret})


def secret_body(webhook: Webhook) -> bytes:
    return _dumped({"secret": webhook.secret})


def webhooks_body(webhooks: Iterable[Webhook]) -> bytes:
    return _dumped({"webhooks": list(map(_webhook, webhooks))})


def delivery_body(delivery: Delivery) -> bytes:
    return _dumped(_delivery(delivery))


def deliveries_body(page: Page[Delivery]) -> bytes:
    return _dumped(
        _present(deliveries=list(map(_delivery, page.items)), next_cursor=page.next_cursor)
    )


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return _present(
        id=str(webhook.id),
        url=webhook.url,
        types=webhook.types,
        description=webhook.description,
        status=webhook.status,
        paused_reason=webhook.paused_reason,
        created_at=webhook.created_at,
    )


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return _present(
        id=delivery.message_id,
        type=delivery.type,
        event_id=delivery.event_id,
        status=delivery.status,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at,
        answer_status=delivery.answer_status,
        answer_body=delivery.answer_body,
        error=delivery.error,
        created_at=delivery.created_at,
        finished_at=delivery.finished_at,
    )


def _present(**fields: Any) -> dict[str, Any]:
    """Without those that do not apply."""
    return {name: value for name, value in fields.items() if value is not None}


def _dumped(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_UTC_Z)

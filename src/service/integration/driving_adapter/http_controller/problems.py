"""How this context's errors are answered over HTTP."""

from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.integration.domain.errors import (
    DeliveryNotFoundError,
    TooManyWebhooksError,
    WebhookNotFoundError,
)
from src.service.integration.domain.webhook import MAX_WEBHOOKS_PER_SELLER

INTEGRATION_PROBLEMS: Problems = {
    WebhookNotFoundError: Problem(HTTPStatus.NOT_FOUND, WebhookNotFoundError()),
    DeliveryNotFoundError: Problem(HTTPStatus.NOT_FOUND, DeliveryNotFoundError()),
    TooManyWebhooksError: Problem(
        HTTPStatus.CONFLICT, TooManyWebhooksError(MAX_WEBHOOKS_PER_SELLER)
    ),
}

"""What can go wrong with webhooks.

ServiceError
  WebhookError
    WebhookNotFoundError
    DeliveryNotFoundError
    TooManyWebhooksError
"""

from src.service.shared_kernel.errors import ServiceError


class WebhookError(ServiceError):
    """Any of these."""


class WebhookNotFoundError(WebhookError):
    """No such webhook, or none that is the caller's."""

    type = "webhook-not-found"

    def __init__(self) -> None:
        super().__init__("You have no such webhook.")


class DeliveryNotFoundError(WebhookError):
    """The webhook has no such delivery, or has it no more."""

    type = "delivery-not-found"

    def __init__(self) -> None:
        super().__init__("The webhook has no such delivery. They are kept for seven days.")


class TooManyWebhooksError(WebhookError):
    """The seller has as many webhooks as anybody may have."""

    type = "too-many-webhooks"

    def __init__(self, limit: int) -> None:
        super().__init__(f"You have {limit} webhooks already, as many as anybody may have.")
        self.limit = limit

"""The port to the webhooks of sellers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from src.service.integration.domain.webhook import Webhook, WebhookId, WebhookStatus
from src.service.shared_kernel.ids import UserId
from src.service.shared_kernel.message_type import MessageType


@dataclass(frozen=True, slots=True)
class NewWebhook:
    id: WebhookId
    seller_id: UserId
    url: str
    types: tuple[MessageType, ...]
    description: str | None
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookChanges:
    """What is None stays as it is; an empty `description` is taken away."""

    url: str | None = None
    types: tuple[MessageType, ...] | None = None
    description: str | None = None
    status: WebhookStatus | None = None


class Webhooks(Protocol):
    """A webhook is found by its id together with its seller's: another seller's is None.

    Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when an answer was lost.
    """

    async def add(self, new: NewWebhook, *, most: int) -> Webhook | None:
        """Add it, unless its seller has `most` of them; then None."""
        ...

    async def list(self, seller_id: UserId) -> Sequence[Webhook]:
        """Oldest first."""
        ...

    async def find(self, seller_id: UserId, webhook_id: WebhookId) -> Webhook | None: ...

    async def change(
        self, seller_id: UserId, webhook_id: WebhookId, changes: WebhookChanges
    ) -> Webhook | None:
        """With another address, or made active, its troubles are forgotten: what waits is due now."""
        ...

    async def rotate_secret(
        self, seller_id: UserId, webhook_id: WebhookId, secret: str
    ) -> Webhook | None:
        """From now on `secret` signs, and for OLD_SECRET_SIGNS_FOR the one before it too."""
        ...

    async def remove(self, seller_id: UserId, webhook_id: WebhookId) -> bool:
        """Whether it was there. What it was to be told is sent no more."""
        ...

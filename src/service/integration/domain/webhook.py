"""An address of a seller's program that is told what happens to their events."""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.ids import UserId
from src.service.shared_kernel.message_type import MessageType
from src.service.shared_kernel.text import clean_name

WebhookId = NewType("WebhookId", UUID)

MAX_WEBHOOKS_PER_SELLER = 10
MAX_WEBHOOK_DESCRIPTION = 200
# After a rotation the secret before signs too, so that a receiver may change over at leisure.
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)

# As Standard Webhooks has secrets: 24 to 64 random bytes in base64, behind this.
_SECRET_PREFIX = "whsec_"  # noqa: S105 - not a secret  # nosec B105
_SECRET_BYTES = 32


class WebhookStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`types` are those that its program is told of. `paused_reason` is there when the service itself has
    paused it, and says why. What happens while it is paused it is never told of."""

    id: WebhookId
    seller_id: UserId
    url: str
    types: tuple[MessageType, ...]
    description: str | None
    status: WebhookStatus
    paused_reason: str | None
    created_at: datetime
    secret: str = field(repr=False)


def new_secret() -> str:
    """What signs a webhook's messages; who has it can forge them."""
    return _SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def checked_types(types: Iterable[MessageType]) -> tuple[MessageType, ...]:
    """Each once, in the order in which they are listed everywhere. Raises InvalidInputError."""
    wanted = set(types)
    if not wanted:
        raise InvalidInputError(FieldError(("types",), "must have at least 1 item"))
    return tuple(one for one in MessageType if one in wanted)


def checked_description(text: str) -> str:
    """Return it as it is kept, or raise InvalidInputError."""
    return clean_name("description", text, limit=MAX_WEBHOOK_DESCRIPTION)

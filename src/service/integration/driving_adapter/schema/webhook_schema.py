"""What the endpoints of webhooks take and answer."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StrictStr

from src.platform.http.request_model import RequestModel
from src.platform.http.schema import Count, Id, absent
from src.service.integration.app.command.change_webhook_use_case import GivenWebhookChanges
from src.service.integration.domain.delivery import MAX_KEPT_ANSWER, DeliveryStatus
from src.service.integration.domain.webhook import MAX_WEBHOOK_DESCRIPTION, WebhookStatus
from src.service.integration.domain.webhook_trial import TRIAL_TYPE
from src.service.integration.domain.webhook_url import MAX_URL
from src.service.shared_kernel.message_type import MessageType

# Limits here are for the description alone: types are checked here, rules by the domain.

_URL = "https://orders.example/hooks/tickets"

REGISTER_EXAMPLES: Any = {
    "all": {"summary": "All that happens", "value": {"url": _URL}},
    "some": {
        "summary": "Only what is sold",
        "value": {
            "url": _URL,
            "types": ["reservation.confirmed", "reservation.cancelled"],
            "description": "The bookkeeping",
        },
    },
}
CHANGE_EXAMPLES: Any = {
    "pause": {"summary": "Tell it nothing for now", "value": {"status": "paused"}},
    "resume": {"summary": "Go on", "value": {"status": "active"}},
    "address": {"summary": "Another address", "value": {"url": f"{_URL}/2"}},
}

Url = Annotated[
    StrictStr,
    Field(
        description="Begins with `https://`. No private or local address, no user name.",
        json_schema_extra={"format": "uri", "maxLength": MAX_URL, "examples": [_URL]},
    ),
]
Types = Annotated[
    list[MessageType],
    Field(
        description="What it is told of.",
        json_schema_extra={"minItems": 1},
    ),
]
Description = Annotated[
    StrictStr,
    Field(description="What it is for.", json_schema_extra={"maxLength": MAX_WEBHOOK_DESCRIPTION}),
]


class RegisterWebhookRequest(RequestModel):
    """Without `types`, all of them."""

    url: Url
    types: Types | None = None
    description: Description | None = None

    def wanted_types(self) -> list[MessageType]:
        return list(MessageType) if self.types is None else self.types


class ChangeWebhookRequest(RequestModel):
    """A field that is left out or null stays as it is, but a `description` that is null is taken away."""

    url: Url | None = None
    types: Types | None = None
    description: Description | None = None
    status: WebhookStatus | None = None

    def to_changes(self) -> GivenWebhookChanges:
        description = self.description or "" if "description" in self.model_fields_set else None
        return GivenWebhookChanges(self.url, self.types, description, self.status)


class WebhookResponse(BaseModel):
    """`paused_reason` is there when the service has paused it: it answered 410, or took nothing for a day."""

    id: UUID
    url: str
    types: list[MessageType]
    description: Annotated[str, Field(default_factory=absent)]
    status: WebhookStatus
    paused_reason: Annotated[str, Field(default_factory=absent)]
    created_at: datetime


class WebhooksResponse(BaseModel):
    """Oldest first."""

    webhooks: list[WebhookResponse]


Secret = Annotated[
    str,
    Field(
        pattern="^whsec_[A-Za-z0-9+/]+=*$",
        description="What signs its messages, as Standard Webhooks has it. It is shown only now.",
    ),
]


class NewWebhookResponse(WebhookResponse):
    """The only answer with a webhook's first secret."""

    secret: Secret


class SecretResponse(BaseModel):
    """The secret from now on. The one before it signs beside it for 24 hours."""

    secret: Secret


class DeliveryResponse(BaseModel):
    """A message, and what came of the last attempt to send it. What does not apply is not there."""

    id: Annotated[Id, Field(description="The message's, as `webhook-id` has it.")]
    type: Annotated[str, Field(json_schema_extra={"enum": [*map(str, MessageType), TRIAL_TYPE]})]
    event_id: Annotated[Id, Field(default_factory=absent)]
    status: Annotated[DeliveryStatus, Field(description="`waiting` also for the next attempt.")]
    attempts: Count
    next_attempt_at: Annotated[datetime, Field(default_factory=absent)]
    answer_status: Annotated[
        int, Field(default_factory=absent, description="The HTTP status that it answered.")
    ]
    answer_body: Annotated[
        str,
        Field(
            default_factory=absent,
            description=f"The first {MAX_KEPT_ANSWER:,} bytes of its answer.",
        ),
    ]
    error: Annotated[
        str,
        Field(
            default_factory=absent,
            description="Why there was no answer, or not a good one, of the receiver: did what.",
            examples=["did not answer within 10 s"],
        ),
    ]
    created_at: datetime
    finished_at: Annotated[datetime, Field(default_factory=absent)]


class DeliveriesResponse(BaseModel):
    """One page, newest first. `next_cursor` is there when there are more."""

    deliveries: list[DeliveryResponse]
    next_cursor: Annotated[str, Field(default_factory=absent)]

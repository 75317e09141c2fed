"""A seller's webhooks over HTTP."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response

from src.platform.http.authentication import SignedIn
from src.platform.http.fast_path_route import FastPathRoute
from src.platform.http.operation import answer, operation_id, problems_of
from src.platform.http.paging import Cursor, Limit, next_link
from src.platform.http.parameters import Number
from src.platform.http.responses import JsonBytes
from src.platform.http.schema import ID_SCHEMA
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.service.integration.app.command.change_webhook_use_case import ChangeWebhookUseCase
from src.service.integration.app.command.delete_webhook_use_case import DeleteWebhookUseCase
from src.service.integration.app.command.register_webhook_use_case import RegisterWebhookUseCase
from src.service.integration.app.command.rotate_webhook_secret_use_case import (
    RotateWebhookSecretUseCase,
)
from src.service.integration.app.command.send_again_use_case import SendAgainUseCase
from src.service.integration.app.command.try_webhook_use_case import TryWebhookUseCase
from src.service.integration.app.query.get_webhook_use_case import GetWebhookUseCase
from src.service.integration.app.query.list_deliveries_use_case import ListDeliveriesUseCase
from src.service.integration.app.query.list_webhooks_use_case import ListWebhooksUseCase
from src.service.integration.domain.delivery import DeliveryStatus
from src.service.integration.domain.errors import (
    DeliveryNotFoundError,
    TooManyWebhooksError,
    WebhookNotFoundError,
)
from src.service.integration.domain.webhook import WebhookId
from src.service.integration.driving_adapter.http_controller.problems import INTEGRATION_PROBLEMS
from src.service.integration.driving_adapter.schema.webhook_json import (
    deliveries_body,
    delivery_body,
    new_webhook_body,
    secret_body,
    webhook_body,
    webhooks_body,
)
from src.service.integration.driving_adapter.schema.webhook_schema import (
    CHANGE_EXAMPLES,
    REGISTER_EXAMPLES,
    ChangeWebhookRequest,
    DeliveriesResponse,
    DeliveryResponse,
    NewWebhookResponse,
    RegisterWebhookRequest,
    SecretResponse,
    WebhookResponse,
    WebhooksResponse,
)
from src.service.shared_kernel.errors import (
    ForbiddenError,
    NotSignedInError,
    OutcomeUnknownError,
    StoreUnavailableError,
)
from src.service.shared_kernel.paging import DEFAULT_PAGE


@dataclass(frozen=True, slots=True)
class WebhookUseCases:
    """What these endpoints call."""

    register: RegisterWebhookUseCase
    list: ListWebhooksUseCase
    get: GetWebhookUseCase
    change: ChangeWebhookUseCase
    delete: DeleteWebhookUseCase
    rotate_secret: RotateWebhookSecretUseCase
    test: TryWebhookUseCase
    list_deliveries: ListDeliveriesUseCase
    send_again: SendAgainUseCase


def _use_cases(request: Request) -> WebhookUseCases:
    use_cases: WebhookUseCases = request.state.webhooks
    return use_cases


router = APIRouter(
    prefix="/api/webhook",
    tags=["webhook"],
    route_class=FastPathRoute,
    generate_unique_id_function=operation_id,
)
_problems = problems_of({**SHARED_PROBLEMS, **INTEGRATION_PROBLEMS})
_READ = (NotSignedInError, ForbiddenError, StoreUnavailableError)
_CHANGE = (*_READ, OutcomeUnknownError)

# A text to the framework: what is no UUID is nobody's webhook, and no mistake in the request.
PathWebhook = Annotated[
    str, Path(description="The webhook's `id`.", json_schema_extra={"format": "uuid"})
]
PathMessage = Annotated[
    Number, Path(description="The delivery's `id`.", json_schema_extra=ID_SCHEMA)
]
Status = Annotated[
    str | None,
    Query(
        description="Only deliveries with this status.",
        json_schema_extra={"enum": [str(status) for status in DeliveryStatus]},
    ),
]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=NewWebhookResponse,
    responses={
        201: answer("The webhook, with its secret.", "Location"),
        **_problems(*_CHANGE, TooManyWebhooksError),
    },
)
async def register_webhook(
    request: Request,
    caller: SignedIn,
    body: Annotated[RegisterWebhookRequest, Body(openapi_examples=REGISTER_EXAMPLES)],
) -> Response:
    """Register an address that is told what happens to one's events. Messages are CloudEvents, signed as
    Standard Webhooks say. At most 10 for each seller."""
    webhook = await _use_cases(request).register.execute(
        caller, body.url, body.wanted_types(), body.description
    )
    return JsonBytes(
        new_webhook_body(webhook),
        status_code=HTTPStatus.CREATED,
        headers={"Location": f"{router.prefix}/{webhook.id}"},
    )


@router.get(
    "",
    response_model=WebhooksResponse,
    responses={200: answer("All of them."), **_problems(*_READ)},
)
async def list_webhooks(request: Request, caller: SignedIn) -> Response:
    """One's own webhooks."""
    return JsonBytes(webhooks_body(await _use_cases(request).list.execute(caller)))


@router.get(
    "/{webhook_id}",
    response_model=WebhookResponse,
    responses={200: answer("The webhook."), **_problems(*_READ, WebhookNotFoundError)},
)
async def get_webhook(request: Request, webhook_id: PathWebhook, caller: SignedIn) -> Response:
    """One of one's own webhooks."""
    return JsonBytes(
        webhook_body(await _use_cases(request).get.execute(caller, _id_of(webhook_id)))
    )


@router.patch(
    "/{webhook_id}",
    response_model=WebhookResponse,
    responses={
        200: answer("The webhook as it is now."),
        **_problems(*_CHANGE, WebhookNotFoundError),
    },
)
async def change_webhook(
    request: Request,
    webhook_id: PathWebhook,
    caller: SignedIn,
    body: Annotated[ChangeWebhookRequest, Body(openapi_examples=CHANGE_EXAMPLES)],
) -> Response:
    """Change a webhook, pause it or resume it. What happens while it is paused it is not told of. What waited
    before is sent when it is resumed."""
    webhook = await _use_cases(request).change.execute(
        caller, _id_of(webhook_id), body.to_changes()
    )
    return JsonBytes(webhook_body(webhook))


@router.delete(
    "/{webhook_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses={
        204: answer("It is gone, and is sent nothing more."),
        **_problems(*_CHANGE, WebhookNotFoundError),
    },
)
async def delete_webhook(request: Request, webhook_id: PathWebhook, caller: SignedIn) -> Response:
    """Delete a webhook, and with it what it was to be told."""
    await _use_cases(request).delete.execute(caller, _id_of(webhook_id))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post(
    "/{webhook_id}/secret",
    response_model=SecretResponse,
    responses={200: answer("The new secret."), **_problems(*_CHANGE, WebhookNotFoundError)},
)
async def rotate_webhook_secret(
    request: Request, webhook_id: PathWebhook, caller: SignedIn
) -> Response:
    """Give a webhook another secret. For 24 hours the one before it signs too: a receiver takes a message
    when one of the signatures is right."""
    webhook = await _use_cases(request).rotate_secret.execute(caller, _id_of(webhook_id))
    return JsonBytes(secret_body(webhook))


@router.post(
    "/{webhook_id}/test",
    status_code=HTTPStatus.ACCEPTED,
    response_model=DeliveryResponse,
    responses={
        202: answer("The delivery, which is sent now."),
        **_problems(*_CHANGE, WebhookNotFoundError),
    },
)
async def test_webhook(request: Request, webhook_id: PathWebhook, caller: SignedIn) -> Response:
    """Send a message of the type `webhook.test`, once; to a paused webhook too. While one waits, no other is
    made."""
    delivery = await _use_cases(request).test.execute(caller, _id_of(webhook_id))
    return JsonBytes(delivery_body(delivery), status_code=HTTPStatus.ACCEPTED)


@router.get(
    "/{webhook_id}/delivery",
    response_model=DeliveriesResponse,
    responses={
        200: answer("One page of deliveries.", "Link"),
        **_problems(*_READ, WebhookNotFoundError),
    },
)
async def list_deliveries(
    request: Request,
    webhook_id: PathWebhook,
    caller: SignedIn,
    status: Status = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """What a webhook was told in the last seven days, and is to be told, newest first."""
    page = await _use_cases(request).list_deliveries.execute(
        caller, _id_of(webhook_id), status=status, limit=limit, cursor=cursor
    )
    return JsonBytes(deliveries_body(page), headers=next_link(request, page))


@router.post(
    "/{webhook_id}/delivery/{message_id}/send",
    status_code=HTTPStatus.ACCEPTED,
    response_model=DeliveryResponse,
    responses={
        202: answer("The delivery, which is due now."),
        **_problems(*_CHANGE, WebhookNotFoundError, DeliveryNotFoundError),
    },
)
async def send_delivery_again(
    request: Request, webhook_id: PathWebhook, message_id: PathMessage, caller: SignedIn
) -> Response:
    """Send a message again, whatever became of it, with the id that it had; to a paused webhook when it is
    resumed."""
    delivery = await _use_cases(request).send_again.execute(caller, _id_of(webhook_id), message_id)
    return JsonBytes(delivery_body(delivery), status_code=HTTPStatus.ACCEPTED)


def _id_of(text: str) -> WebhookId:
    """Return the id that a path names, or raise WebhookNotFoundError."""
    try:
        known = UUID(text)
    except ValueError:
        known = None
    # Python would take it without hyphens, in braces and as a URN too.
    if known is None or str(known) != text.lower():
        raise WebhookNotFoundError
    return WebhookId(known)

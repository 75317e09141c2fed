"""Health and metrics, for whoever runs the service."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel

from src.bootstrap.composition import Services
from src.platform.http.operation import answer, operation_id
from src.service.shared_kernel.errors import StoreUnavailableError

router = APIRouter(tags=["operations"], generate_unique_id_function=operation_id)


class LiveResponse(BaseModel):
    status: Literal["live"]


class StoreStates(BaseModel):
    """`partly up` is a cluster of which a server does not answer."""

    postgres: Literal["up", "down"]
    kvrocks: Literal["up", "partly up", "down"]
    redis: Literal["up", "down"]


class ReadyResponse(BaseModel):
    status: Literal["ready", "degraded", "not ready"]
    stores: StoreStates


async def _services(request: Request) -> Services:
    services: Services = request.state.services
    return services


Everything = Annotated[Services, Depends(_services)]


@router.get("/health/live", responses={200: answer("The process answers.")})
async def live() -> LiveResponse:
    """The process answers."""
    return LiveResponse(status="live")


@router.get(
    "/health/ready",
    response_model=ReadyResponse,
    responses={
        200: answer("Seats can be sold."),
        503: {**answer("Nothing can be sold.", "Retry-After"), "model": ReadyResponse},
    },
)
async def ready(services: Everything) -> Response:
    """200 while seats can be sold; each store is named.

    Selling needs PostgreSQL and Kvrocks. Without Redis the service is degraded: seat maps follow
    some seconds late, and each process counts failed logins by itself. It is, too, when a server of a
    Kvrocks cluster does not answer: the events there are 503.
    """
    stores = services.stores
    checks: dict[str, Callable[[], Awaitable[bool | None]]] = {
        "postgres": stores.database.ping,
        "kvrocks": stores.ping_kvrocks,
        "redis": stores.ping_redis,
    }
    answers = await asyncio.gather(*map(_state_of, checks.values()))
    states = dict(zip(checks, answers, strict=True))
    down = {name for name, state in states.items() if state == "down"}
    sells = down <= {"redis"}
    all_up = set(states.values()) == {"up"}
    status = "ready" if all_up else "degraded" if sells else "not ready"
    return Response(
        orjson.dumps({"status": status, "stores": states}),
        status_code=200 if sells else 503,
        media_type="application/json",
        headers={"Cache-Control": "no-store"} | ({} if sells else {"Retry-After": "2"}),
    )


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: answer("The metrics in Prometheus' text form.")},
)
async def metrics(services: Everything) -> Response:
    """Prometheus metrics of all worker processes."""
    services.metrics.sample()
    text = await asyncio.to_thread(services.metrics.as_text)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _state_of(ping: Callable[[], Awaitable[bool | None]]) -> str:
    try:
        all_answer = await ping()
    except StoreUnavailableError:
        return "down"
    return "partly up" if all_answer is False else "up"

"""Health and metrics, for whoever runs the service."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from src.platform.composition import Services
from src.platform.http.problems import PROBLEM_RESPONSES
from src.service.shared_kernel.errors import StoreUnavailableError

router = APIRouter(tags=["operations"], responses=PROBLEM_RESPONSES)


async def _services(request: Request) -> Services:
    services: Services = request.state.services
    return services


Everything = Annotated[Services, Depends(_services)]


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get(
    "/health/ready",
    responses={503: {"description": "Nothing can be sold", "content": {"application/json": {}}}},
)
async def ready(services: Everything) -> Response:
    """200 while seats can be sold; each store is named.

    Selling needs PostgreSQL and Kvrocks. Without Redis the service is degraded: seat maps follow
    some seconds late, and each process counts failed logins by itself.
    """
    stores = services.stores
    checks: dict[str, Callable[[], Awaitable[None]]] = {
        "postgres": stores.database.ping,
        "kvrocks": stores.ping_kvrocks,
        "redis": stores.ping_redis,
    }
    answers = await asyncio.gather(*map(_state_of, checks.values()))
    states = dict(zip(checks, answers, strict=True))
    down = {name for name, state in states.items() if state == "down"}
    sells = down <= {"redis"}
    status = "ready" if not down else "degraded" if sells else "not ready"
    return Response(
        orjson.dumps({"status": status, "stores": states}),
        status_code=200 if sells else 503,
        media_type="application/json",
        headers={"Cache-Control": "no-store"} | ({} if sells else {"Retry-After": "2"}),
    )


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(services: Everything) -> Response:
    """Prometheus metrics of this process."""
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def _state_of(ping: Callable[[], Awaitable[None]]) -> str:
    try:
        await ping()
    except StoreUnavailableError:
        return "down"
    return "up"

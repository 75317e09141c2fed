"""The ASGI application."""

import contextlib
from collections.abc import AsyncIterator
from typing import TypedDict

from fastapi import FastAPI
from starlette.types import ASGIApp

from src.bootstrap import background, operations
from src.bootstrap.composition import Services, open_services, upkeep
from src.bootstrap.event_facts import PublicEventFacts
from src.bootstrap.openapi import DESCRIPTION, SUMMARY, TAGS, describe
from src.platform.http.access_log import AccessLog
from src.platform.http.authentication import CallerIdentification
from src.platform.http.body_limit import BodyLimit
from src.platform.http.compression import Compression
from src.platform.http.cross_origin_protection import CrossOriginProtection, allow_origins
from src.platform.http.head import answering_head
from src.platform.http.overload_protection import EarlyRefusal, OverloadProtection
from src.platform.http.problem_handlers import add_problem_handlers
from src.platform.http.problems import Problems, answer_internal_error
from src.platform.http.read_limit import ReadLimit
from src.platform.http.security_headers import SecurityHeaders
from src.platform.http.shared_problems import SHARED_PROBLEMS
from src.platform.load_limit import LoadLimit
from src.platform.logging import configure_logging
from src.platform.metrics import Metrics
from src.platform.settings import Settings
from src.platform.tracing import telemetry
from src.service.admission.driving_adapter.http_controller import line_controller
from src.service.admission.driving_adapter.http_controller.line_controller import LineUseCases
from src.service.admission.driving_adapter.http_controller.problems import ADMISSION_PROBLEMS
from src.service.box_office.driving_adapter.http_controller import (
    door_controller,
    order_controller,
    ticket_controller,
)
from src.service.box_office.driving_adapter.http_controller.door_controller import DoorUseCases
from src.service.box_office.driving_adapter.http_controller.order_controller import OrderUseCases
from src.service.box_office.driving_adapter.http_controller.problems import BOX_OFFICE_PROBLEMS
from src.service.box_office.driving_adapter.http_controller.ticket_controller import (
    TicketUseCases,
)
from src.service.integration.driving_adapter.http_controller import webhook_controller
from src.service.integration.driving_adapter.http_controller.problems import INTEGRATION_PROBLEMS
from src.service.integration.driving_adapter.http_controller.webhook_controller import (
    WebhookUseCases,
)
from src.service.reservation.driving_adapter.http_controller import (
    house_seats_controller,
    reservation_controller,
)
from src.service.reservation.driving_adapter.http_controller.house_seats_controller import (
    HouseSeatUseCases,
)
from src.service.reservation.driving_adapter.http_controller.problems import RESERVATION_PROBLEMS
from src.service.reservation.driving_adapter.http_controller.reservation_controller import (
    ReservationUseCases,
)
from src.service.ticketing.driving_adapter.http_controller import event_ticketing_controller
from src.service.ticketing.driving_adapter.http_controller.event_use_cases import (
    EventUseCases,
)
from src.service.ticketing.driving_adapter.http_controller.problems import TICKETING_PROBLEMS
from src.service.user.driving_adapter.http_controller import user_controller
from src.service.user.driving_adapter.http_controller.problems import USER_PROBLEMS
from src.service.user.driving_adapter.http_controller.user_controller import UserUseCases
from src.web.event_facts import EventFactsSource
from src.web.pages import add_pages

_API = (
    event_ticketing_controller.router,
    reservation_controller.router,
    house_seats_controller.router,
    line_controller.router,
    order_controller.router,
    ticket_controller.router,
    door_controller.router,
    webhook_controller.router,
    user_controller.router,
    operations.router,
)

PROBLEMS: Problems = {
    **SHARED_PROBLEMS,
    **TICKETING_PROBLEMS,
    **RESERVATION_PROBLEMS,
    **ADMISSION_PROBLEMS,
    **BOX_OFFICE_PROBLEMS,
    **INTEGRATION_PROBLEMS,
    **USER_PROBLEMS,
}


class State(TypedDict):
    """What every request finds in `request.state`."""

    services: Services
    identify_caller: CallerIdentification
    events: EventUseCases
    reservations: ReservationUseCases
    house_seats: HouseSeatUseCases
    lines: LineUseCases
    orders: OrderUseCases
    tickets: TicketUseCases
    door: DoorUseCases
    webhooks: WebhookUseCases
    users: UserUseCases
    event_facts: EventFactsSource


_RESERVE = reservation_controller.router.prefix
_RESERVATIONS_AT_ONCE = 256
# Together half of a request's deadline, and the first of them well below a store's timeout: beside thousands
# of streams each step may take longer than it did for those before.
_LONGEST_RESERVATION_SECONDS = 0.5
_LONGEST_QUEUE_SECONDS = 0.5

# How a worker process names `create_app`.
APP_FACTORY = "src.bootstrap.app:create_app"


def create_app(settings: Settings) -> FastAPI:
    """Return the service. Its stores are opened when it starts and closed when it stops."""
    configure_logging(settings)
    metrics = Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with (
            open_services(settings, metrics) as services,
            upkeep(services, settings),
            background.at_first(services.stores.warm_up),
        ):
            # The server calls this before it waits for open responses, which streams are.
            app.state.begin_shutdown = services.end_streams
            yield State(
                services=services,
                identify_caller=services.user.identify_caller,
                events=services.ticketing.endpoints,
                reservations=services.reservation.endpoints,
                house_seats=services.reservation.house_seats,
                lines=services.admission.endpoints,
                orders=services.box_office.orders,
                tickets=services.box_office.tickets,
                door=services.box_office.door,
                webhooks=services.integration.webhooks,
                users=services.user.endpoints,
                event_facts=PublicEventFacts(services.ticketing.endpoints.get),
            )

    headers = SecurityHeaders(https=settings.cookie_secure)
    limit = LoadLimit(
        "reserve seats",
        at_once=_RESERVATIONS_AT_ONCE,
        work=_LONGEST_RESERVATION_SECONDS,
        queue=_LONGEST_QUEUE_SECONDS,
    )
    app = FastAPI(
        title="Front Row",
        version="0.1.0",
        summary=SUMMARY,
        description=DESCRIPTION,
        contact={"name": "Whoever runs this service"},
        license_info={
            "name": "All rights reserved",
            "identifier": "LicenseRef-All-rights-reserved",
        },
        servers=[{"url": "/", "description": "This service"}],
        openapi_tags=TAGS,
        lifespan=lifespan,
        # The interactive pages load scripts from elsewhere; the document itself is added below.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=telemetry(),
        # Each thing has one address; a redirect would also take its host from the request.
        redirect_slashes=False,
    )
    # The last one added is the first to see a request.
    app.add_middleware(OverloadProtection, "POST", _RESERVE, limit)
    app.add_middleware(ReadLimit, timeout=settings.answer_timeout_seconds)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(CrossOriginProtection, trusted=settings.allowed_origins)
    on_exception: ASGIApp = answer_internal_error
    if settings.allowed_origins:
        app.add_middleware(allow_origins, origins=settings.allowed_origins)
        on_exception = allow_origins(on_exception, settings.allowed_origins)
    # For the server, which calls this before it calls the app.
    app.state.refuse_early = EarlyRefusal(
        "POST",
        _RESERVE,
        limit,
        metrics=metrics,
        headers=headers,
        unless=[b"origin"] if settings.allowed_origins else (),
    )
    app.add_middleware(Compression)
    app.add_middleware(
        AccessLog,
        metrics=metrics,
        headers=headers,
        on_exception=on_exception,
    )
    for router in _API:
        # Not included: an included router is searched through twice for each request.
        app.router.routes.extend(router.routes)
    add_pages(app, origin=settings.public_origin)
    add_problem_handlers(app, PROBLEMS)
    describe(app, PROBLEMS)
    # After the description, which would list each operation twice.
    app.router.routes = list(answering_head(app.routes))
    return app

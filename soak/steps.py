"""Between which steps of a flow a process can be made to die.

The service knows nothing of this: the soak's own entry point wraps its use cases and adapters.
"""

import contextvars
import functools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from src.service.reservation.app.command.confirm_reservation_use_case import (
    ConfirmReservationUseCase,
)
from src.service.reservation.app.command.expire_reservations_use_case import (
    ExpireReservationsUseCase,
)
from src.service.reservation.app.command.release_reservation_use_case import (
    ReleaseReservationUseCase,
)
from src.service.reservation.app.command.reserve_seats_use_case import ReserveSeatsUseCase
from src.service.reservation.driven_adapter.event_state_broadcaster_impl import (
    RedisEventStateBroadcaster,
)
from src.service.reservation.driven_adapter.kvrocks_seat_inventory import KvrocksSeatInventory
from src.service.reservation.driven_adapter.postgres_reservation_ledger import (
    PostgresReservationLedger,
)
from src.service.ticketing.app.command.create_event_and_tickets_use_case import (
    CreateEventAndTicketsUseCase,
)
from src.service.ticketing.app.command.update_event_use_case import UpdateEventUseCase
from src.service.ticketing.driven_adapter.repo.postgres_event_ticketing_repository import (
    PostgresEventTicketingRepository,
)
from src.service.ticketing.driven_adapter.state.init_event_and_tickets_state_handler_impl import (
    KvrocksInitEventAndTicketsStateHandler,
)

_flow: contextvars.ContextVar[str] = contextvars.ContextVar("flow", default="")

FLOWS = {
    "create": CreateEventAndTicketsUseCase,
    "reserve": ReserveSeatsUseCase,
    "confirm": ConfirmReservationUseCase,
    "release": ReleaseReservationUseCase,
    "expire": ExpireReservationsUseCase,
    "close": UpdateEventUseCase,
}


@dataclass(frozen=True, slots=True)
class Step:
    """The moment after (or before) one call of an adapter, within one flow."""

    flow: str
    adapter: type
    call: str
    before: bool = False

    @property
    def name(self) -> str:
        return f"{self.flow}:{'before' if self.before else 'after'}:{self.call.strip('_')}"


_REPOSITORY, _INIT = PostgresEventTicketingRepository, KvrocksInitEventAndTicketsStateHandler
_LEDGER, _INVENTORY = PostgresReservationLedger, KvrocksSeatInventory
_BROADCASTER = RedisEventStateBroadcaster

STEPS = (
    Step("create", _REPOSITORY, "create_draft"),
    Step("create", _INIT, "initialize_seats"),
    Step("create", _REPOSITORY, "mark_available"),
    Step("reserve", _INVENTORY, "take"),
    Step("reserve", _LEDGER, "record"),
    Step("reserve", _INVENTORY, "clear_pending"),
    Step("reserve", _BROADCASTER, "broadcast"),
    Step("confirm", _LEDGER, "confirm"),
    Step("confirm", _INVENTORY, "change"),
    Step("confirm", _BROADCASTER, "broadcast"),
    Step("release", _LEDGER, "_reopen", before=True),
    Step("release", _LEDGER, "release"),
    Step("release", _INVENTORY, "change"),
    Step("release", _BROADCASTER, "broadcast"),
    Step("expire", _LEDGER, "_reopen", before=True),
    Step("expire", _LEDGER, "expire_due"),
    Step("expire", _INVENTORY, "change"),
    Step("close", _REPOSITORY, "update"),
    Step("close", _LEDGER, "release_event"),
    Step("close", _INVENTORY, "close"),
)


class FailPoint:
    """Ends this process, as SIGKILL does, when an armed step has been reached so many times."""

    def __init__(self) -> None:
        self._armed = ""
        self._left = 0

    def arm(self, name: str, times: int) -> None:
        self._left, self._armed = times, name

    def reached(self, name: str) -> None:
        if name != self._armed:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def install(fail_point: FailPoint) -> None:
    """Wrap the flows and their steps in this process."""
    for flow, use_case in FLOWS.items():
        use_case.execute = _within(flow, use_case.execute)  # type: ignore[attr-defined]
    for adapter, call in {(step.adapter, step.call) for step in STEPS}:
        setattr(adapter, call, _watched(getattr(adapter, call), call, fail_point))


def _within(flow: str, execute: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(execute)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        token = _flow.set(flow)
        try:
            return await execute(*args, **kwargs)
        finally:
            _flow.reset(token)

    return wrapped


def _watched(call: Callable[..., Any], name: str, fail_point: FailPoint) -> Callable[..., Any]:
    plain = name.strip("_")
    if name == "broadcast":

        @functools.wraps(call)
        def watched_call(*args: Any) -> None:
            call(*args)
            fail_point.reached(f"{_flow.get()}:after:{plain}")

        return watched_call

    @functools.wraps(call)
    async def watched(*args: Any, **kwargs: Any) -> Any:
        flow = _flow.get()
        fail_point.reached(f"{flow}:before:{plain}")
        answer = await call(*args, **kwargs)
        if answer != ():  # an expiry that ended nothing is no step
            fail_point.reached(f"{flow}:after:{plain}")
        return answer

    return watched

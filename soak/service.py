"""The service in a process of the soak's, which can shift its clock and tell it where to die."""

import datetime
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from soak.steps import FailPoint, install
from src.bootstrap.app import APP_FACTORY
from src.platform.settings import Settings
from src.server.serve import serve


@dataclass(frozen=True, slots=True)
class Launch:
    """`clock_offset` is how many seconds too late it is for this process."""

    settings: Settings
    log: str
    clock_offset: float = 0.0


def main(launch: Launch, orders: Connection) -> None:
    """Serve. Sends the URL when connections are taken. An order is the name of a step and how many
    times from now it may be reached: then the process dies. It ends when the orders do."""
    log = os.open(launch.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    os.setsid()
    if launch.clock_offset:
        shift_clock(launch.clock_offset)
    fail_point = FailPoint()
    install(fail_point)
    threading.Thread(target=_obey, args=(orders, fail_point), daemon=True).start()
    sys.exit(serve(launch.settings, APP_FACTORY, on_ready=orders.send))


def _obey(orders: Connection, fail_point: FailPoint) -> None:
    try:
        while True:
            fail_point.arm(*orders.recv())
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)


def shift_clock(seconds: float) -> None:
    """Let it be so much later for this process: all that the service asks of its own clock is the time,
    and what PyJWT takes for now."""
    import jwt.api_jwt

    from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens

    real = time.time

    def shifted() -> float:
        return real() + seconds

    class ShiftedDatetime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "ShiftedDatetime":
            return super().now(tz) + datetime.timedelta(seconds=seconds)

    time.time = shifted
    # It was given the clock when it was defined.
    assert JwtAccessTokens.__init__.__defaults__ == (real,)
    JwtAccessTokens.__init__.__defaults__ = (shifted,)
    jwt.api_jwt.datetime = ShiftedDatetime  # type: ignore[attr-defined]

"""The service with a hand on its throat: `python -m soak.service [CLOCK_OFFSET_SECONDS]`.

Settings come from the environment. It prints its URL when it takes connections. A line of input,
`STEP TIMES`, makes it die when it has reached that step so many times. It ends with its input.
"""

import datetime
import os
import signal
import sys
import threading
import time
from collections.abc import Callable


def shift_clock(seconds: float) -> None:
    """Let this process believe that it is so much later. Before anything else is imported."""
    real_time, real_time_ns = time.time, time.time_ns
    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_time_ns() + int(seconds * 1e9)

    import jwt.api_jwt

    class ShiftedDatetime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "ShiftedDatetime":
            return super().now(tz) + datetime.timedelta(seconds=seconds)

    jwt.api_jwt.datetime = ShiftedDatetime  # type: ignore[attr-defined, misc]


def main(clock_offset: str = "0") -> int:
    if float(clock_offset):
        shift_clock(float(clock_offset))

    from soak.steps import FailPoint, install
    from src.platform.server import serve
    from src.platform.settings import Settings

    fail_point = FailPoint()
    install(fail_point)
    threading.Thread(target=_obey, args=(fail_point.arm,), daemon=True).start()

    def ready(url: str) -> None:
        print(url, flush=True)  # noqa: T201

    return serve(Settings(), on_ready=ready)


def _obey(arm: Callable[[str, int], None]) -> None:
    while line := os.read(0, 200).decode():
        step, times = line.split()
        arm(step, int(times))
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

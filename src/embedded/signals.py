"""Signals while embedded servers run."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def exit_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit, so that every `finally` on the way out runs."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    previous = {
        number: signal.signal(number, leave) for number in _handled(signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold the signals that end a process back until the block is done, then let the first through.

    Handlers are used, not a signal mask: a mask would be inherited by the servers started inside.
    """
    received: list[int] = []
    previous = {
        number: signal.signal(number, lambda n, _frame: received.append(n))
        for number in _handled(*_ENDING)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if received:
            signal.raise_signal(received[0])


def _handled(*numbers: signal.Signals) -> list[signal.Signals]:
    """Those of the signals that this thread may handle and that are not ignored (nohup)."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]

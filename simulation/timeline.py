"""Virtual time. What happens next is the earliest thing that is due; nothing waits, nothing is real."""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")

# More steps than that without any time passing is a loop without end.
_MOST_STEPS_AT_ONCE = 100_000


class Timeline:
    """`now` is in seconds. Processes with something to do take turns by chance, a step at a time; when
    none has, time jumps to what is due next."""

    def __init__(self, chance: Random) -> None:
        self.now = 0.0
        self.steps = 0
        # What ends everything, where it was noticed by somebody who cannot raise it here.
        self.failure: Exception | None = None
        self._chance = chance
        self._due: list[tuple[float, int, Callable[..., object], tuple[Any, ...]]] = []
        self._number = 0
        self._runnable: list[Process] = []
        # Whose event loop asyncio takes for the running one.
        self._running: Process | None = None

    def at(self, when: float, call: Callable[..., object], *args: Any) -> None:
        """Have this called at that moment, or now if it is past."""
        self._number += 1
        heapq.heappush(self._due, (max(when, self.now), self._number, call, args))

    def after(self, seconds: float, call: Callable[..., object], *args: Any) -> None:
        self._number += 1
        heapq.heappush(self._due, (self.now + max(seconds, 0.0), self._number, call, args))

    def enter(self, process: "Process") -> None:
        """Its steps are the next to run."""
        if self._running is not process:
            self._running = process
            asyncio._set_running_loop(process)

    def wake(self, process: "Process") -> None:
        """The process has something to do."""
        self._runnable.append(process)

    def run(self, until: float) -> None:
        """Let everything happen that is due by then."""
        while True:
            if self._runnable:
                self._run_processes()
            if self.failure is not None:
                raise self.failure
            if not self._due or self._due[0][0] > until:
                self.now = until
                return
            self.now, _, call, args = heapq.heappop(self._due)
            call(*args)

    def _run_processes(self) -> None:
        runnable, steps = self._runnable, self.steps
        while runnable:
            if len(runnable) == 1:
                self.steps += runnable[0].run(_MOST_STEPS_AT_ONCE)
                runnable.pop(0)
            else:
                at = self._chance.randrange(len(runnable))
                self.steps += runnable[at].run(1)
                if not runnable[at].queued:
                    del runnable[at]
            if self.steps - steps > _MOST_STEPS_AT_ONCE:
                raise RuntimeError("steps without end, and no time passes")


class Clock:
    """A clock that is `offset` seconds off, and runs `rate` times as fast as it should."""

    __slots__ = ("offset", "rate")

    def __init__(self, offset: float = 0.0, rate: float = 1.0) -> None:
        self.offset = offset
        self.rate = rate

    def read(self, now: float) -> float:
        return now * self.rate + self.offset

    def moment(self, reading: float) -> float:
        """When it shows this."""
        return (reading - self.offset) / self.rate


class Process(asyncio.AbstractEventLoop):
    """The event loop of one process: callbacks run in the order in which asyncio promises, and between any
    two of them the process can be killed, or stand still for a while.

    One that is killed does nothing more: no `finally`, no goodbye.
    """

    def __init__(self, timeline: Timeline, name: str, clock: Clock) -> None:
        self.name = name
        self.clock = clock
        self.alive = True
        self.failures: list[str] = []
        # In how many steps it dies; None: it lives.
        self.steps_left: int | None = None
        self.on_death: Callable[[], None] = lambda: None
        self._timeline = timeline
        self._ready: deque[asyncio.Handle] = deque()
        # Whether it is among those that take turns.
        self.queued = False
        self._paused = False

    def run(self, most: int) -> int:
        """Run what is next, up to so many callbacks; return how many there were."""
        done, ready = 0, self._ready
        self._timeline.enter(self)
        while ready and done < most and self.alive and not self._paused:
            if self.steps_left is not None:
                self.steps_left -= 1
                if self.steps_left < 0:
                    self.kill()
                    break
            handle = ready.popleft()
            done += 1
            if not handle._cancelled:
                handle._run()
        self.queued = bool(ready) and self.alive and not self._paused
        return done

    def kill(self) -> None:
        if self.alive:
            self.alive = False
            self.on_death()

    def pause(self) -> None:
        """As when its machine stands still: what comes for it waits."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        self._wake()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a task from outside of the process."""
        return self.create_task(work, context=Context())

    # What asyncio needs of a loop.

    def time(self) -> float:
        return self.clock.read(self._timeline.now)

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        self._wake()
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._timeline.at(self.clock.moment(when), self._run_out, timer)
        return timer

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self,
        coro: Coroutine[Any, Any, T],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> asyncio.Task[T]:
        return asyncio.Task(coro, loop=self, name=name or "task", context=context)

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """A callback failed, or a task that nobody asks about: in a process that lives, a mistake."""
        if self.alive and "destroyed" not in context["message"]:
            self.failures.append(f"{context['message']}: {context.get('exception')!r}")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Its moment will come all the same, and nothing will happen."""

    def _run_out(self, timer: asyncio.TimerHandle) -> None:
        if not timer.cancelled() and self.alive:
            self._ready.append(timer)
            self._wake()

    def _wake(self) -> None:
        if not self.queued and self.alive and not self._paused:
            self.queued = True
            self._timeline.wake(self)

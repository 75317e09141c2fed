"""How long a client may take no bytes."""

import asyncio


class Patience:
    """Cancels a task when a send in it has lasted `seconds`; `lost` says so.

    One timer serves many sends: one for each would cost as much as the send.
    """

    __slots__ = ("_loop", "_seconds", "_since", "_task", "_timer", "lost")

    def __init__(self, seconds: float, task: asyncio.Future[None]) -> None:
        self._seconds = seconds
        self._task = task
        self._loop = asyncio.get_running_loop()
        self._since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.lost = False

    def begin(self) -> None:
        """A send begins."""
        self._since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_at(self._since + self._seconds, self._look)

    def end(self) -> None:
        """The client has taken it."""
        self._since = None

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        if self._since is None:
            return
        due = self._since + self._seconds
        if self._loop.time() >= due:
            self.lost = True
            self._task.cancel()
        else:
            self._timer = self._loop.call_at(due, self._look)

"""Take the best available seats, although everybody wants the same ones."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from src.service.reservation.app.interface.seat_inventory import Hold, SeatInventory
from src.service.reservation.domain.best_available import FreeSeats
from src.service.reservation.domain.errors import (
    NotEnoughSeatsError,
    SeatsTakenError,
    TooMuchContentionError,
)
from src.service.reservation.domain.reservation import BestAvailable
from src.service.shared_kernel.errors import OverloadedError, StoreUnavailableError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.lane import overloaded
from src.service.shared_kernel.seat_state import SeatStateQuery, StateVersion
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SubsectionKey
from src.service.shared_kernel.tasks import Pauses, start_detached

T = TypeVar("T")
HoldOf = Callable[[tuple[SeatId, ...]], Hold]
# What becomes of a hold and the version that it made.
Then = Callable[[Hold, StateVersion], Coroutine[Any, Any, T]]

_LARGEST_BATCH = 128
_ATTEMPTS = 20


class SeatPicker:
    """Picks that wait together are picked together, from one reading of the seats, and taken in one
    round trip. A pick that somebody outside was quicker at is picked again in the next batch.

    Picks for one event are made one batch after the other, so within one process they never collide;
    between processes each collision means that another buyer got seats. Nobody waits for a batch, or
    is tried again, after `timeout` seconds.
    """

    def __init__(
        self, seat_state: SeatStateQuery, inventory: SeatInventory, *, timeout: float
    ) -> None:
        self._seat_state = seat_state
        self._inventory = inventory
        self._timeout = timeout
        self._queues: WeakValueDictionary[EventId, _Queue] = WeakValueDictionary()

    async def take_best(
        self,
        event_id: EventId,
        config: SeatingConfig,
        wanted: BestAvailable,
        hold_of: HoldOf,
        then: Then[T],
    ) -> T:
        """Return what `then` makes of the hold taken; once its seats are being taken, that is
        finished also when the caller is cancelled. Raises NotEnoughSeatsError, OverloadedError, or
        TooMuchContentionError when others were quicker all the time."""
        queue = self._queues.get(event_id)
        if queue is None:
            queue = self._queues[event_id] = _Queue(
                event_id, config, self._seat_state, self._inventory, self._timeout
            )
        reserved: T = await queue.put(wanted, hold_of, then)
        return reserved


@dataclass(eq=False, slots=True)
class _Pick:
    """One request. `context` is the caller's: what is done for them ends at their deadline."""

    subsections: Sequence[SubsectionKey]
    quantity: int
    hold_of: HoldOf
    then: Then[Any]
    give_up_at: float
    outcome: asyncio.Future[Any]
    context: contextvars.Context
    attempts: int = 0

    def fail(self, error: Exception) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)


class _Queue:
    """The picks that wait for one event, and the one batch of them that is under way."""

    def __init__(
        self,
        event_id: EventId,
        config: SeatingConfig,
        seat_state: SeatStateQuery,
        inventory: SeatInventory,
        timeout: float,
    ) -> None:
        self._event_id = event_id
        self._config = config
        self._seat_state = seat_state
        self._inventory = inventory
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[_Pick, None] = {}
        self._again: list[_Pick] = []
        self._running: asyncio.Task[None] | None = None
        self._batch_seconds = 0.0
        # The event loop keeps no hold of its tasks.
        self._takes: set[asyncio.Task[None]] = set()

    async def put(self, wanted: BestAvailable, hold_of: HoldOf, then: Then[Any]) -> Any:
        batches_before = len(self._waiting) // _LARGEST_BATCH + 1
        if self._running is not None and batches_before * self._batch_seconds > self._timeout:
            raise _overloaded()
        pick = _Pick(
            wanted.subsections_of(self._config),
            wanted.quantity,
            hold_of,
            then,
            self._loop.time() + self._timeout,
            self._loop.create_future(),
            contextvars.copy_context(),
        )
        self._waiting[pick] = None
        if self._running is None:
            self._running = start_detached(self._run())
        timer = self._loop.call_at(pick.give_up_at, self._give_up, pick)
        try:
            return await pick.outcome
        finally:
            timer.cancel()
            self._waiting.pop(pick, None)

    def _give_up(self, pick: _Pick) -> None:
        if pick in self._waiting:
            del self._waiting[pick]
            pick.fail(_overloaded())

    async def _run(self) -> None:
        try:
            while batch := self._next_batch():
                began = self._loop.time()
                silent = await self._take_together(batch)
                if silent is not None:
                    # Those in line must not wait for a silent store one batch after the other.
                    for pick in [*self._again, *self._waiting]:
                        pick.fail(silent)
                    self._again.clear()
                    self._waiting.clear()
                self._batch_seconds = self._loop.time() - began
        finally:
            self._running = None

    def _next_batch(self) -> list[_Pick]:
        """Those who were beaten come first, in their order. Who has hung up is left out."""
        batch, self._again = self._again, []
        for pick in list(islice(self._waiting, _LARGEST_BATCH)):
            del self._waiting[pick]
            batch.append(pick)
        return [pick for pick in batch if not pick.outcome.done()]

    async def _take_together(self, batch: list[_Pick]) -> Exception | None:
        """Pick and take for all of them; return what the store failed with, if it did."""
        try:
            chosen = await self._choose(batch)
        except Exception as error:
            for pick in batch:
                pick.fail(error)
            return error
        answers = await self._take_all(chosen)
        for pick in batch:
            if answers.get(pick) is _Answer.BEATEN:
                pick.attempts += 1
                if pick.attempts < _ATTEMPTS and self._loop.time() < pick.give_up_at:
                    self._again.append(pick)
                else:
                    pick.fail(TooMuchContentionError("Others were quicker. Try again."))
            elif pick not in chosen:
                # A pick that was beaten may have let go of seats that were chosen for it.
                if self._again:
                    self._again.append(pick)
                else:
                    pick.fail(_not_enough(pick))
        return next((a for a in answers.values() if isinstance(a, StoreUnavailableError)), None)

    async def _choose(self, batch: list[_Pick]) -> dict[_Pick, tuple[SeatId, ...]]:
        """The seats for each pick, from one reading; a pick for which there are too few has none."""
        wanted = {subsection for pick in batch for subsection in pick.subsections}
        read = tuple(s for s in self._config.subsections if s in wanted)
        if len(read) == len(self._config.subsections):
            state = await self._seat_state.event_state(self._event_id, self._config)
        else:
            state = await self._seat_state.subsections_state(self._event_id, self._config, read)
        free = FreeSeats(self._config, state.seats)
        chosen, pauses = {}, Pauses()
        for pick in batch:
            if pick.outcome.done():
                continue  # they have hung up
            seats = free.pick(pick.subsections, pick.quantity)
            if seats is not None:
                chosen[pick] = seats
            await pauses.pause_if_due()
        return chosen

    async def _take_all(
        self, chosen: Mapping[_Pick, tuple[SeatId, ...]]
    ) -> dict[_Pick, "_Answer | Exception"]:
        """Take them in one round trip. What becomes of the holds is not waited for."""
        answers: dict[_Pick, asyncio.Future[_Answer | Exception]] = {}
        for pick, seats in chosen.items():
            answers[pick] = self._loop.create_future()
            work = self._take(pick, seats, answers[pick])
            task = self._loop.create_task(work, context=pick.context)
            self._takes.add(task)
            task.add_done_callback(self._takes.discard)
        return {pick: await answer for pick, answer in answers.items()}

    async def _take(
        self,
        pick: _Pick,
        seats: tuple[SeatId, ...],
        answer: "asyncio.Future[_Answer | Exception]",
    ) -> None:
        try:
            try:
                hold = pick.hold_of(seats)
                version = await self._inventory.take(hold)
            except SeatsTakenError:
                answer.set_result(_Answer.BEATEN)
                return
            except Exception as error:
                answer.set_result(error)
                raise
            answer.set_result(_Answer.TAKEN)
            made = await pick.then(hold, version)
        except Exception as error:
            pick.fail(error)
        else:
            if not pick.outcome.done():
                pick.outcome.set_result(made)
        finally:
            if not answer.done():  # this task was cancelled
                answer.cancel()


class _Answer(Enum):
    TAKEN = auto()
    BEATEN = auto()


def _overloaded() -> OverloadedError:
    return overloaded("reserve seats of this event")


def _not_enough(pick: _Pick) -> NotEnoughSeatsError:
    return NotEnoughSeatsError(f"There are not {pick.quantity} seats available here any more.")

"""Take the best available seats, although everybody wants the same ones."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from src.service.reservation.app.interface.seat_inventory import Hold, SeatInventory
from src.service.reservation.domain.best_available import best_available
from src.service.reservation.domain.errors import (
    NotEnoughSeatsError,
    SeatsTakenError,
    TooMuchContentionError,
)
from src.service.reservation.domain.reservation import BestAvailable
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import SeatStateQuery, StateVersion
from src.service.shared_kernel.seating import SeatId, SeatingConfig

_ATTEMPTS = 20
_OTHERS_WERE_QUICKER = "Others were quicker. Try again."


class SeatPicker:
    """Looks at the seats, picks, and takes; a pick that somebody else was quicker at is redone.

    Within one process the picks for an event wait for each other, so they never collide; between
    processes each collision means that another buyer got seats. Nobody waits for their turn, or is
    tried again, after `patience` seconds.
    """

    def __init__(
        self, seat_state: SeatStateQuery, inventory: SeatInventory, *, patience: float
    ) -> None:
        self._seat_state = seat_state
        self._inventory = inventory
        self._patience = patience
        self._turns: WeakValueDictionary[EventId, _Turn] = WeakValueDictionary()

    async def take_best(
        self,
        event_id: EventId,
        config: SeatingConfig,
        wanted: BestAvailable,
        hold_of: Callable[[tuple[SeatId, ...]], Hold],
    ) -> tuple[Hold, StateVersion]:
        """Return the hold taken and the version it made. Raises NotEnoughSeatsError, or
        TooMuchContentionError when others were quicker all the time."""
        give_up_at = asyncio.get_running_loop().time() + self._patience
        turn = self._turns.setdefault(event_id, _Turn())
        failures = turn.failures
        async with turn.taken_before(give_up_at):
            if turn.failures != failures:
                # Those who wait in line for a silent store must not wait one after the other.
                raise StoreUnavailableError(turn.silent_store)
            try:
                return await self._take_best(event_id, config, wanted, hold_of, give_up_at)
            except StoreUnavailableError as error:
                turn.failures += 1
                turn.silent_store = error.store
                raise

    async def _take_best(
        self,
        event_id: EventId,
        config: SeatingConfig,
        wanted: BestAvailable,
        hold_of: Callable[[tuple[SeatId, ...]], Hold],
        give_up_at: float,
    ) -> tuple[Hold, StateVersion]:
        blocks = wanted.blocks_of(config)
        loop = asyncio.get_running_loop()
        for attempt in range(_ATTEMPTS):
            if attempt and loop.time() >= give_up_at:
                break
            state = await self._seat_state.blocks_state(event_id, config, blocks)
            seats = best_available(config, state.seats, wanted.quantity)
            if seats is None:
                raise NotEnoughSeatsError(
                    f"There are not {wanted.quantity} seats available here any more."
                )
            hold = hold_of(seats)
            try:
                return hold, await self._inventory.take(hold)
            except SeatsTakenError:
                continue
        raise TooMuchContentionError(_OTHERS_WERE_QUICKER)


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """Whose pick it is, and how many picks so far met a store that did not answer."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: int = 0
    silent_store: str = ""

    @contextlib.asynccontextmanager
    async def taken_before(self, give_up_at: float) -> AsyncIterator[None]:
        """It is this caller's turn inside the block. Raises TooMuchContentionError."""
        try:
            async with asyncio.timeout_at(give_up_at):
                await self.lock.acquire()
        except TimeoutError:
            raise TooMuchContentionError(_OTHERS_WERE_QUICKER) from None
        try:
            yield
        finally:
            self.lock.release()

"""Take the best available seats, although everybody wants the same ones."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from src.service.reservation.app.interface.seat_inventory import Hold, SeatInventory
from src.service.reservation.domain.best_available import best_available
from src.service.reservation.domain.errors import (
    NotEnoughSeatsError,
    SeatsTakenError,
    TooMuchContentionError,
)
from src.service.reservation.domain.reservation import BestAvailable
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.lane import Lane
from src.service.shared_kernel.seat_state import SeatStateQuery, StateVersion
from src.service.shared_kernel.seating import SeatId, SeatingConfig

T = TypeVar("T")

_ATTEMPTS = 20
_OTHERS_WERE_QUICKER = "Others were quicker. Try again."


class SeatPicker:
    """Looks at the seats, picks, and takes; a pick that somebody else was quicker at is redone.

    Within one process the picks for an event are in a lane, one at a time, so they never collide;
    between processes each collision means that another buyer got seats. Nobody waits for their
    turn, or is tried again, after `timeout` seconds.
    """

    def __init__(
        self, seat_state: SeatStateQuery, inventory: SeatInventory, *, timeout: float
    ) -> None:
        self._seat_state = seat_state
        self._inventory = inventory
        self._timeout = timeout
        self._lanes: WeakValueDictionary[EventId, Lane] = WeakValueDictionary()

    async def take_best(
        self,
        event_id: EventId,
        config: SeatingConfig,
        wanted: BestAvailable,
        hold_of: Callable[[tuple[SeatId, ...]], Hold],
        then: Callable[[tuple[Hold, StateVersion]], Coroutine[Any, Any, T]],
    ) -> T:
        """Return what `then` makes of the hold taken and the version it made; once a pick has begun,
        that is finished also when the caller is cancelled. Raises NotEnoughSeatsError,
        OverloadedError, or TooMuchContentionError when others were quicker all the time."""
        give_up_at = asyncio.get_running_loop().time() + self._timeout
        lane = self._lanes.get(event_id)
        if lane is None:
            lane = self._lanes[event_id] = Lane(
                "reserve seats of this event", at_once=1, timeout=self._timeout
            )
        pick = partial(self._take_best, event_id, config, wanted, hold_of, give_up_at)
        return await lane.run_then(pick, then)

    async def _take_best(
        self,
        event_id: EventId,
        config: SeatingConfig,
        wanted: BestAvailable,
        hold_of: Callable[[tuple[SeatId, ...]], Hold],
        give_up_at: float,
    ) -> tuple[Hold, StateVersion]:
        subsections = wanted.subsections_of(config)
        loop = asyncio.get_running_loop()
        for attempt in range(_ATTEMPTS):
            if attempt and loop.time() >= give_up_at:
                break
            state = await self._seat_state.subsections_state(event_id, config, subsections)
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

"""Have Postgres record seats that are taken in Kvrocks, and undo the take when it does not."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    ReservationLedger,
)
from src.service.reservation.app.interface.seat_inventory import Hold, SeatInventory
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError
from src.service.shared_kernel.seat_state import EventStateUpdate, StateVersion
from src.service.shared_kernel.seating import SeatId, SeatStatus

logger = logging.getLogger(__name__)

T = TypeVar("T")


class HoldRecorder:
    def __init__(
        self,
        inventory: SeatInventory,
        ledger: ReservationLedger,
        broadcaster: EventStateBroadcaster,
        reconcile_requests: ReconcileRequests,
    ) -> None:
        self._inventory = inventory
        self._ledger = ledger
        self._broadcaster = broadcaster
        self._reconcile_requests = reconcile_requests

    async def record(self, hold: Hold, taken_at: StateVersion, recording: Awaitable[T]) -> T:
        """Return what recording the hold gives, once both stores have it and it is announced. Raises
        what recording raises, HoldRefusedError among it, with the take undone."""
        try:
            recorded = await recording
        except (OutcomeUnknownError, asyncio.CancelledError):
            # Postgres may have it: the pending entry stays, and the reconciler finds out.
            self._reconcile_requests.request(hold.event_id)
            raise
        except HoldRefusedError as refused:
            await self._give_back(hold, taken_at, refused.statuses)
            raise
        except BaseException:
            available = dict.fromkeys(hold.seats, SeatStatus.AVAILABLE)
            await self._give_back(hold, taken_at, available)
            raise
        await self._clear_pending(hold)
        self._broadcast_taken(hold, taken_at)
        return recorded

    async def _clear_pending(self, hold: Hold) -> None:
        try:
            none_left = await self._inventory.clear_pending(hold)
            if none_left:
                await self._ledger.mark_sold_out(hold.event_id)
        except StoreUnavailableError as error:
            # Both stores have the reservation; only the pending entry or the event's status is late.
            logger.warning("hold %s stays pending: %s", hold.reservation_id, error)
            self._reconcile_requests.request(hold.event_id)

    async def _give_back(
        self, hold: Hold, taken_at: StateVersion, statuses: Mapping[SeatId, SeatStatus]
    ) -> None:
        try:
            given_back = await self._inventory.give_back(hold, statuses)
        except StoreUnavailableError as error:
            logger.warning("hold %s waits for the reconciler: %s", hold.reservation_id, error)
            self._reconcile_requests.request(hold.event_id)
            return
        if given_back is not None:
            # Both changes, because subscribers who miss a version read everything again.
            self._broadcast_taken(hold, taken_at)
            self._broadcast(hold, *given_back)

    def _broadcast_taken(self, hold: Hold, version: StateVersion) -> None:
        self._broadcast(hold, version, dict.fromkeys(hold.seats, SeatStatus.RESERVED))

    def _broadcast(
        self, hold: Hold, version: StateVersion, statuses: Mapping[SeatId, SeatStatus]
    ) -> None:
        self._broadcaster.broadcast(
            EventStateUpdate.of(hold.event_id, hold.config, version, statuses)
        )

"""Seats change state in Kvrocks: one script, so one atomic step, per call."""

from collections.abc import Mapping
from typing import Any

from src.platform.kvrocks import Kvrocks
from src.platform.script_runner import Script, ScriptRunner
from src.service.reservation.app.interface.seat_inventory import Hold, SeatChange, SeatInventory
from src.service.reservation.app.interface.seat_state_store import SeatCorrection
from src.service.reservation.domain.errors import NotOnSaleError, SeatsTakenError
from src.service.reservation.driven_adapter import seat_scripts
from src.service.reservation.driven_adapter.seat_scripts import (
    Subsections,
    index_lists,
    listed_corrections,
    pending_member,
    pending_member_around,
    script_keys,
    seats_answered,
    seats_corrected,
    version_answered,
)
from src.service.shared_kernel.errors import SeatStateMissingError
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seat_state import StateVersion, seats_by_subsection
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey


class KvrocksSeatInventory(SeatInventory):
    """`pending_seconds` is after what time a hold that was not kept counts as abandoned; `timeout` is
    the most seconds that a call may take."""

    def __init__(
        self, kvrocks: Kvrocks, keys: SeatStateKeys, *, pending_seconds: float, timeout: float
    ) -> None:
        self._keys = keys
        self._pending_ms = int(pending_seconds * 1000)
        self._scripts = ScriptRunner(kvrocks, "Kvrocks", timeout=timeout)

    async def take(self, hold: Hold) -> StateVersion:
        subsections = seats_by_subsection(hold.config, hold.seats)
        member = pending_member(hold.reservation_id, subsections)
        answer = await self._run(
            seat_scripts.TAKE,
            hold.event_id,
            subsections,
            member,
            self._pending_ms,
            *index_lists(subsections),
        )
        match answer:
            case [b"closed"]:
                raise NotOnSaleError("The event is over.")
            case [b"taken", *places]:
                raise SeatsTakenError(seats_answered(hold.config, subsections, places))
        return _some_version(hold.event_id, answer)

    async def take_free(
        self,
        event_id: EventId,
        config: SeatingConfig,
        reservation_id: ReservationId,
        subsection: SubsectionKey,
        *,
        most: int,
    ) -> tuple[Hold, StateVersion] | None:
        answer = await self._run(
            seat_scripts.TAKE_FREE,
            event_id,
            {subsection: ()},
            *pending_member_around(reservation_id, subsection),
            self._pending_ms,
            most,
            config.seats_per_subsection,
        )
        if answer == [b"closed"]:
            raise NotOnSaleError("The event is over.")
        version = version_answered(event_id, answer)
        if version is None:
            return None
        seats = tuple(config.seat_at(subsection, int(index)) for index in answer[3].split(b","))
        return Hold(event_id, config, reservation_id, seats), version

    async def clear_pending(self, hold: Hold) -> bool:
        subsections = seats_by_subsection(hold.config, hold.seats)
        member = pending_member(hold.reservation_id, subsections)
        return bool(await self._run(seat_scripts.CLEAR_PENDING, hold.event_id, subsections, member))

    async def give_back(
        self, hold: Hold, statuses: Mapping[SeatId, SeatStatus]
    ) -> tuple[StateVersion, Mapping[SeatId, SeatStatus]] | None:
        subsections = seats_by_subsection(hold.config, hold.seats)
        member = pending_member(hold.reservation_id, subsections)
        corrections = [
            SeatCorrection(s, SeatStatus.RESERVED, right) for s, right in statuses.items()
        ]
        places = listed_corrections(hold.config, subsections, corrections)
        answer = await self._run(seat_scripts.RESOLVE, hold.event_id, subsections, member, *places)
        version = version_answered(hold.event_id, answer)
        if version is None:
            return None
        changed = seats_corrected(hold.config, subsections, answer)
        return version, {seat: statuses[seat] for seat in changed}

    async def change(
        self, event_id: EventId, config: SeatingConfig, seats: tuple[SeatId, ...], to: SeatChange
    ) -> StateVersion | None:
        subsections = seats_by_subsection(config, seats)
        before, after = to.before.byte.decode(), to.after.byte.decode()
        answer = await self._run(
            seat_scripts.CHANGE, event_id, subsections, before, after, *index_lists(subsections)
        )
        return version_answered(event_id, answer)

    async def close(self, event_id: EventId) -> StateVersion | None:
        return version_answered(event_id, await self._run(seat_scripts.CLOSE, event_id, {}))

    async def _run(
        self, script: Script, event_id: EventId, subsections: Subsections, *arguments: str | int
    ) -> Any:
        return await self._scripts.run(
            script, script_keys(self._keys, event_id, subsections), arguments
        )


def _some_version(event_id: EventId, answer: Any) -> StateVersion:
    version = version_answered(event_id, answer)
    if version is None:
        raise SeatStateMissingError(event_id)
    return version

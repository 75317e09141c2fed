"""Mistakes that somebody could make: each takes away one thing that a promise rests on."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from src.platform.script_runner import Script
from src.service.admission.app.command.advance_lines_use_case import AdvanceLinesUseCase
from src.service.admission.domain.line import Line
from src.service.integration.app.command.pass_on_messages_use_case import PassOnMessagesUseCase
from src.service.reservation.app.hold_recorder import HoldRecorder
from src.service.reservation.driven_adapter import (
    kvrocks_seat_inventory,
    kvrocks_seat_state_store,
    seat_scripts,
)
from src.service.shared_kernel.errors import OutcomeUnknownError
from src.service.shared_kernel.seating import SeatStatus

_RAISE = "version = redis.call('INCR', KEYS[2])\n"
_PEND = "redis.call('ZADD', KEYS[3], string.format('%.0f', now_ms() + ARGV[2]), ARGV[1])\n"
_CHECK = "if #taken > 1 then return taken end\n"
_ANSWER = "return {'version', epoch, version"


def version_after_seats(patch: pytest.MonkeyPatch) -> None:
    """The scripts touch the seats first, and raise the version when they are done."""
    for name in ("TAKE", "RESOLVE", "CHANGE"):
        script: str = getattr(seat_scripts, name)
        before, after = script.split(_RAISE)
        seats, answer = after.rsplit(_ANSWER, 1)
        _set_script(patch, name, before + seats + _RAISE + _ANSWER + answer)


def no_pending_entry(patch: pytest.MonkeyPatch) -> None:
    """Seats are taken without a note that PostgreSQL's answer is not known yet."""
    _set_script(patch, "TAKE", _without(seat_scripts.TAKE, _PEND))


def take_without_check(patch: pytest.MonkeyPatch) -> None:
    """Whoever comes takes seats in Kvrocks, whoever has them, and leaves it to PostgreSQL to say no."""
    _set_script(patch, "TAKE", _without(seat_scripts.TAKE, _CHECK))


def give_back_without_asking(patch: pytest.MonkeyPatch) -> None:
    """Without PostgreSQL's answer a hold counts as failed, and its seats as free."""
    record = HoldRecorder.record

    async def hopeful(self: HoldRecorder, hold: Any, taken_at: Any, recording: Any) -> Any:
        try:
            return await record(self, hold, taken_at, recording)
        except (OutcomeUnknownError, asyncio.CancelledError):
            free = dict.fromkeys(hold.seats, SeatStatus.AVAILABLE)
            await self._give_back(hold, taken_at, free)
            raise

    patch.setattr(HoldRecorder, "record", hopeful)


def serve_by_own_clock(patch: pytest.MonkeyPatch) -> None:
    """An instance goes by its own clock when it works out whose turn it is."""
    serve = AdvanceLinesUseCase._serve

    async def by_own_clock(self: AdvanceLinesUseCase, lines: Sequence[Line]) -> Any:
        off = timedelta(seconds=asyncio.get_running_loop().clock.offset % 1e9)  # type: ignore[attr-defined]
        if off > timedelta(days=1):
            off -= timedelta(seconds=1e9)
        return await serve(self, [replace(line, now=line.now + off) for line in lines])

    patch.setattr(AdvanceLinesUseCase, "_serve", by_own_clock)


def forgotten_before_it_is_passed_on(patch: pytest.MonkeyPatch) -> None:
    """A message leaves the outbox when it is sent, and not when Kafka has it."""

    async def execute(self: PassOnMessagesUseCase) -> int:
        messages = await self._outbox.next(self.listener)
        if messages:
            await self._outbox.forget(self.listener, messages)
            await self._sink.pass_on(messages)
        return len(messages)

    patch.setattr(PassOnMessagesUseCase, "execute", execute)


MISTAKES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    mistake.__name__: mistake
    for mistake in (
        version_after_seats,
        no_pending_entry,
        take_without_check,
        give_back_without_asking,
        serve_by_own_clock,
        forgotten_before_it_is_passed_on,
    )
}


@contextlib.contextmanager
def made(name: str) -> Iterator[None]:
    """The service with this mistake in it."""
    with pytest.MonkeyPatch.context() as patch:
        MISTAKES[name](patch)
        yield


def _set_script(patch: pytest.MonkeyPatch, name: str, script: str) -> None:
    for module in (seat_scripts, kvrocks_seat_inventory, kvrocks_seat_state_store):
        if hasattr(module, name):
            patch.setattr(module, name, Script(name.lower(), script))


def _without(script: str, line: str) -> str:
    assert line in script
    return script.replace(line, "")

"""Kvrocks dies in the middle of a script, where each write is a commit of its own.

Whatever was written by then, the stores agree once the reconciler has run, and nobody who reads is
ever shown other seats under a version that has been read before.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from sqlalchemy import text

from src.bootstrap.composition import Services, open_services
from src.platform.metrics import Metrics
from src.platform.settings import Settings
from src.service.reservation.domain.errors import SeatsTakenError
from src.service.reservation.domain.house_seats import WholeSubsection
from src.service.reservation.domain.reservation import NamedSeats, Reservation
from src.service.reservation.driven_adapter import seat_scripts
from src.service.shared_kernel.errors import StoreUnavailableError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import Section, SubsectionKey
from src.service.ticketing.app.command.create_event_and_tickets_use_case import CreateEvent
from src.service.ticketing.app.command.update_event_use_case import EventChanges
from test.support.seat_stores import server_of

SELLER, BUYER = Caller(UserId(1), Role.SELLER), Caller(UserId(2), Role.BUYER)
SEATS = ("A-1-1-1", "A-2-1-3")

_DEATH = "dead in the middle of a script"
# Around a script: its writes go on until so many are done.
_CUT = """
local store, left = redis, %d
local redis = {call = function(command, ...)
  if command ~= 'GET' and command ~= 'TIME' and command ~= 'ZRANGEBYSCORE' then
    if left == 0 then error('%s') end
    left = left - 1
  end
  return store.call(command, ...)
end}
"""


@dataclass(frozen=True)
class Seen:
    """What somebody reads of an event in Kvrocks."""

    version: tuple[int, int]
    contents: tuple[bool, bytes, bytes]


class House:
    """An event on sale, whose store can be made to die in the middle of a script."""

    def __init__(
        self, services: Services, kvrocks: Redis, settings: Settings, event_id: EventId
    ) -> None:
        self.services = services
        self.event_id = event_id
        self.seen: list[Seen] = []
        self._kvrocks = kvrocks
        self._keys = SeatStateKeys(settings.key_prefix)

    async def reserve(self, *seats: str) -> Reservation:
        wanted = NamedSeats.checked(seats or SEATS)
        return await self.services.reservation.endpoints.reserve.execute(
            BUYER, self.event_id, wanted
        )

    async def spoil(self, status: str, *seats: tuple[int, int]) -> None:
        """Give these seats this status in Kvrocks alone, before anybody reads."""
        for number, index in seats:
            await self._kvrocks.setrange(self._seats(number), index, status)
        self.seen.clear()
        await self.look()

    async def dies(
        self, script: str, writes: int, step: Callable[["House"], Awaitable[object]]
    ) -> bool:
        """Run the step; the script goes no further than these writes. Return whether it would have."""
        died = False
        digest = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
        run: Callable[..., Awaitable[Any]] = self._kvrocks.execute_command

        async def run_in_part(name: str, *arguments: Any, **options: Any) -> Any:
            nonlocal died
            if name != "EVALSHA" or arguments[0] != digest:
                return await run(name, *arguments, **options)
            try:
                part = _CUT % (writes, _DEATH) + script
                return await run("EVAL", part, *arguments[1:], **options)
            except ResponseError as error:
                died = _DEATH in str(error)
                raise

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self._kvrocks, "execute_command", run_in_part)
            with suppress(StoreUnavailableError, SeatsTakenError):
                await step(self)
        await self.look()
        return died

    async def look(self) -> None:
        layout, version, first, second = await self._kvrocks.mget(
            self._keys.layout(self.event_id),
            self._keys.version(self.event_id),
            self._seats(1),
            self._seats(2),
        )
        assert isinstance(layout, bytes)
        assert isinstance(version, bytes)
        assert isinstance(first, bytes)
        assert isinstance(second, bytes)
        closed, epoch = b'"closed":true' in layout, int(layout.split(b'"epoch":')[1].split(b",")[0])
        self.seen.append(Seen((epoch, int(version)), (closed, first, second)))

    async def time_passes(self) -> None:
        """What is pending is overdue, and what was changed was changed long ago."""
        pending = self._keys.pending(self.event_id)
        for member in await self._kvrocks.zrange(pending, 0, -1):
            assert isinstance(member, bytes)
            await self._kvrocks.zadd(pending, {member: 1})
        async with self.services.stores.database.single_statement("test") as connection:
            await connection.execute(
                text("UPDATE reservation SET updated_at = now() - interval '1 hour'")
            )

    def _seats(self, number: int) -> str:
        return self._keys.seats(self.event_id, SubsectionKey("A", number))


@pytest_asyncio.fixture
async def build(
    new_settings: Callable[..., Settings],
) -> AsyncIterator[Callable[[], Awaitable[House]]]:
    settings = new_settings()
    async with open_services(settings, Metrics()) as services:
        for email, role in (("s@example.com", Role.SELLER), ("b@example.com", Role.BUYER)):
            await services.user.endpoints.register.execute(
                email, "a good password", "A person", role
            )

        async def build() -> House:
            wanted = CreateEvent("Concert", "Loud", "Arena", 1, 3, (Section("A", 100, 2),), True)
            event = await services.ticketing.endpoints.create.execute(SELLER, wanted)
            layout = SeatStateKeys(settings.key_prefix).layout(event.id)
            kvrocks = await server_of(services.stores.kvrocks, layout)
            house = House(services, kvrocks, settings, event.id)
            await house.look()
            return house

        yield build


async def reserve(house: House) -> None:
    await house.reserve()


async def take_house_seats(house: House) -> None:
    """What is left beside a seat in the middle, so that it is written in two parts."""
    await house.reserve("A-1-1-2")
    await house.look()
    wanted = WholeSubsection(SubsectionKey("A", 1))
    await house.services.reservation.house_seats.take.execute(SELLER, house.event_id, wanted)


async def reserve_what_is_taken(house: House) -> None:
    await house.reserve("A-1-1-1")
    await house.spoil("0", (1, 0))
    await house.reserve("A-1-1-1", "A-1-1-2", "A-2-1-3")


async def confirm(house: House) -> None:
    made = await house.reserve()
    await house.look()
    await house.services.reservation.endpoints.confirm.execute(BUYER, made.id)


async def release(house: House) -> None:
    made = await house.reserve()
    await house.look()
    await house.services.reservation.endpoints.release.execute(BUYER, made.id)


async def close(house: House) -> None:
    changes = EventChanges(status=EventStatus.ENDED)
    await house.services.ticketing.endpoints.update.execute(SELLER, house.event_id, changes)


async def correct(house: House) -> None:
    await house.spoil("2", (1, 0), (2, 2))
    await house.services.reservation.reconcile.execute_for([house.event_id])


async def begin_epoch(house: House) -> None:
    await house.services.reservation.begin_epoch.execute(house.event_id)


@pytest.mark.parametrize(
    ("script", "writes", "step"),
    [
        pytest.param(seat_scripts.TAKE, 4, reserve, id="take"),
        pytest.param(seat_scripts.TAKE_FREE, 4, take_house_seats, id="take-free"),
        pytest.param(seat_scripts.CLEAR_PENDING, 1, reserve, id="clear pending"),
        pytest.param(seat_scripts.RESOLVE, 4, reserve_what_is_taken, id="resolve"),
        pytest.param(seat_scripts.CHANGE, 3, confirm, id="confirm"),
        pytest.param(seat_scripts.CHANGE, 3, release, id="release"),
        pytest.param(seat_scripts.CLOSE, 2, close, id="close"),
        pytest.param(seat_scripts.CORRECT, 4, correct, id="correct"),
        pytest.param(seat_scripts.BEGIN_EPOCH, 2, begin_epoch, id="begin-epoch"),
    ],
)
async def test_every_part_of_a_script_is_safe(
    build: Callable[[], Awaitable[House]],
    script: str,
    writes: int,
    step: Callable[[House], Awaitable[object]],
) -> None:
    for done in range(writes):
        house = await build()
        assert await house.dies(script, done, step)

        await house.time_passes()
        await house.services.reservation.reconcile.execute()
        await house.look()

        assert await house.services.reservation.verify.execute() == []
        repaired, _ = await house.services.reservation.reconcile.execute()
        assert not repaired
        for before, after in zip(house.seen, house.seen[1:], strict=False):
            assert after.version >= before.version, done
            assert after.version > before.version or after.contents == before.contents, done
    assert not await (await build()).dies(script, writes, step)

"""Buyers, sellers and watchers, and what each of them was told."""

import asyncio
import pickle
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random

from simulation.broken import BrokenPromiseError
from simulation.instance import Instance, NoAnswerError
from simulation.plan import Actor, EventPlan, Step
from simulation.world import Way, World
from src.bootstrap.composition import Services
from src.service.admission.domain.place import Place, PlaceState
from src.service.reservation.domain.errors import NotAdmittedError, ReservationNotLiveError
from src.service.reservation.domain.house_seats import HouseSeats, WholeSubsection
from src.service.reservation.domain.reservation import BestAvailable, NamedSeats, Reservation
from src.service.shared_kernel.errors import (
    OutcomeUnknownError,
    ReservationNotFoundError,
    ServiceError,
    StoreUnavailableError,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seating import SeatingConfig, Section, SubsectionKey
from src.service.ticketing.app.command.create_event_and_tickets_use_case import CreateEvent
from src.service.ticketing.app.command.update_event_use_case import EventChanges
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.domain.event_dates import GivenDates

_TRIES = 3
_CREATION_SECONDS = 10.0
_HEARTBEAT_SECONDS = 15.0
_FOREVER = 1e6

SELLER = Caller(UserId(1), Role.SELLER)


@dataclass(slots=True)
class Told:
    """What a buyer knows of a reservation of theirs. `confirmed` and `released` say what they were told
    was done, `maybe` what they asked for and were told nothing about."""

    reservation: Reservation
    confirmed: bool = False
    released: bool = False
    refused: bool = False
    seats_back: int = 0
    maybe: set[str] = field(default_factory=set)


class Person:
    """Acts step by step, through whichever instance."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.name = actor.name
        self.world = world
        self.way = Way(world, actor.name)
        self.actor = actor

    async def act(self) -> None:
        for number, step in enumerate(self.actor.steps):
            await asyncio.sleep(step.after)
            if self.world.over:
                return
            chance = Random(step.choice)
            instance = chance.choice(self.world.instances)
            event_id = chance.choice(self.world.events)
            self.world.note(self.name, "wants to", step.action, "event", event_id, instance.name)
            try:
                await self.do(step, number, chance, instance, event_id)
            except (ServiceError, NoAnswerError) as error:
                self.world.note(self.name, "got", type(error).__name__, error)
            except BrokenPromiseError as broken:
                self.world.timeline.failure = broken
                return
            else:
                self.world.note(self.name, "did", step.action)

    async def do(
        self, step: Step, number: int, chance: Random, instance: Instance, event_id: EventId
    ) -> None:
        raise NotImplementedError

    def config(self, event_id: EventId) -> SeatingConfig:
        """As everybody can read it."""
        return self.world.postgres.tables.events[event_id].config


class Buyer(Person):
    def __init__(self, world: World, actor: Actor) -> None:
        super().__init__(world, actor)
        self.caller = Caller(UserId(100 + actor.number), Role.BUYER)
        self.told: dict[ReservationId, Told] = {}
        # Requests of which nobody knows what became of them.
        self.unknown: Counter[EventId] = Counter()
        self.places: dict[EventId, Place] = {}
        self.seen: dict[EventId, StateVersion] = {}

    async def do(
        self, step: Step, number: int, chance: Random, instance: Instance, event_id: EventId
    ) -> None:
        match step.action:
            case "reserve" | "reserve best" | "hang up":
                await self._reserve(step, number, chance, instance, event_id)
            case "confirm" | "release" | "release seat":
                if self.told:
                    mine = chance.choice(list(self.told.values()))
                    await self._finish(step.action, mine, instance)
            case "look":
                await self._look(instance, event_id)
            case _:
                await self._line(step.action, instance, event_id)

    async def _reserve(
        self, step: Step, number: int, chance: Random, instance: Instance, event_id: EventId
    ) -> None:
        config = self.config(event_id)
        quantity = chance.choice((1, 1, 2, 2, 3))
        wanted: NamedSeats | BestAvailable
        if step.action == "reserve best":
            wanted = BestAvailable(quantity)
        else:
            seats = [
                config.seat_at(subsection, index)
                for subsection in config.subsections
                for index in range(config.seats_per_subsection)
            ]
            wanted = NamedSeats(tuple(chance.sample(seats, min(quantity, len(seats)))))
        key = IdempotencyKey(f"{self.name} {number}", b"as ever") if chance.random() < 0.5 else None
        hangs_up = chance.expovariate(100.0) if step.action == "hang up" else None
        unknown = False
        place = self.places.get(event_id)
        try:
            for tries_left in reversed(range(_TRIES if key else 1)):
                try:
                    made = await self.way.call(
                        instance,
                        lambda s: s.reservation.endpoints.reserve.execute(
                            self.caller, event_id, wanted, key
                        ),
                        hangs_up_after=hangs_up,
                    )
                except (OutcomeUnknownError, NoAnswerError, IdempotencyInFlightError):
                    unknown = True
                    if not tries_left:
                        raise
                except StoreUnavailableError:
                    if not tries_left:
                        raise
                except NotAdmittedError:
                    if place is not None and self.places.get(event_id) is place:
                        self._require_over(place)
                    raise
                else:
                    unknown = False
                    self._remember(made)
                    return
                await asyncio.sleep(chance.uniform(0.1, 3))
                instance = chance.choice(self.world.instances)
        finally:
            if unknown:
                self.unknown[event_id] += 1

    def _remember(self, made: Reservation) -> None:
        before = self.told.get(made.id)
        if before is None:
            self.told[made.id] = Told(made)
        elif before.reservation != made:
            raise BrokenPromiseError("the first answer stays", f"{before.reservation}, then {made}")

    async def _finish(self, action: str, mine: Told, instance: Instance) -> None:
        reservation_id, [seat, *_] = mine.reservation.id, mine.reservation.seat_ids

        async def work(services: Services) -> None:
            use_cases = services.reservation.endpoints
            match action:
                case "confirm":
                    await use_cases.confirm.execute(self.caller, reservation_id)
                case "release":
                    await use_cases.release.execute(self.caller, reservation_id)
                case _:
                    await use_cases.release_seat.execute(self.caller, reservation_id, seat)

        try:
            await self.way.call(instance, work)
        except ReservationNotFoundError as error:
            raise BrokenPromiseError("every answer is still true", str(error)) from error
        except ReservationNotLiveError:
            mine.refused = mine.refused or action == "confirm"
            raise
        except (OutcomeUnknownError, NoAnswerError):
            mine.maybe.add(action)
            raise
        match action:
            case "confirm":
                mine.confirmed = True
            case "release":
                mine.released = True
            case _:
                mine.seats_back += 1

    async def _look(self, instance: Instance, event_id: EventId) -> None:
        state = await self.way.call(
            instance,
            lambda s: s.reservation.list_all_subsection_status.execute(
                _known(self.caller), event_id
            ),
        )
        before = self.seen.get(event_id)
        if before is not None and state.version < before and not self.world.plan.forgetful:
            raise BrokenPromiseError("versions never go back", f"{before}, then {state.version}")
        self.seen[event_id] = state.version

    async def _line(self, action: str, instance: Instance, event_id: EventId) -> None:
        async def work(services: Services) -> Place | None:
            use_cases = services.admission.endpoints
            match action:
                case "join":
                    return await use_cases.join.execute(self.caller, event_id)
                case "place":
                    return await use_cases.get_place.execute(self.caller, event_id)
            await use_cases.leave.execute(self.caller, event_id)
            return None

        before = self.places.pop(event_id, None)
        place = await self.way.call(instance, work)
        if place is None:
            return
        if before is not None and _ORDER[place.state] < _ORDER[before.state]:
            raise BrokenPromiseError("the line moves forward", f"{before}, then {place}")
        if before is not None and place.state is PlaceState.PASSED:
            self._require_over(before)
        number = before.number if before is not None and before.entry == place.entry else None
        if number is not None and place.number not in (None, number):
            raise BrokenPromiseError("a number stays", f"{before}, then {place}")
        self.places[event_id] = place

    def _require_over(self, told: Place) -> None:
        """They are told that their pass is no good: then it has ended, if they had one."""
        if told.pass_until is not None and told.pass_until > self.world.postgres.now:
            raise BrokenPromiseError("a pass lasts", f"{self.name} had {told}")


_ORDER = {state: place for place, state in enumerate(PlaceState)}


class Seller(Person):
    def __init__(self, world: World, actor: Actor) -> None:
        super().__init__(world, actor)
        self.created: list[EventId] = []
        self.closed: dict[EventId, EventStatus] = {}
        self.cancelled: set[ReservationId] = set()
        self.tried_to_cancel: set[ReservationId] = set()

    async def open(self, events: tuple[EventPlan, ...], instance: Instance) -> None:
        """Create the events that everybody is after, before anything goes wrong."""
        for event in events:
            self.world.events.append(await self._create(event, instance))

    async def do(
        self, step: Step, number: int, chance: Random, instance: Instance, event_id: EventId
    ) -> None:
        config = self.config(event_id)
        subsection = chance.choice(config.subsections)
        seat = config.seat_at(subsection, chance.randrange(config.seats_per_subsection))
        named, whole = NamedSeats((seat,)), WholeSubsection(subsection)
        match step.action:
            case "create":
                event = EventPlan(1, 2, (("A", 1),), None, None)
                self.world.events.append(await self._create(event, instance))
            case "rename":
                changes = EventChanges(name=f"Concert {number}")
                await self.way.call(instance, partial(_update, event_id, changes))
            case "hide" | "show":
                changes = EventChanges(is_active=step.action == "show")
                await self.way.call(instance, partial(_update, event_id, changes))
            case "close":
                if chance.random() < 0.5 or len(self.world.events) == 1:
                    return
                status = chance.choice((EventStatus.COMPLETED, EventStatus.ENDED))
                await self.way.call(
                    instance, partial(_update, event_id, EventChanges(status=status))
                )
                self.closed[event_id] = status
            case "take house seats":
                await self.way.call(instance, partial(_take_house_seats, event_id, named))
            case "take what is free":
                await self.way.call(instance, partial(_take_house_seats, event_id, whole))
            case "free house seats":
                await self.way.call(
                    instance,
                    lambda s: s.reservation.house_seats.free.execute(SELLER, event_id, whole),
                )
            case "cancel":
                await self._cancel(chance, instance)

    async def _create(self, event: EventPlan, instance: Instance) -> EventId:
        dates = GivenDates()
        if event.opens_in is not None:
            dates["sale_opens_at"] = self.world.postgres.now + timedelta(seconds=event.opens_in)
        wanted = CreateEvent(
            "Concert",
            "Loud",
            "Arena",
            event.rows,
            event.cols,
            tuple(Section(name, 100, count) for name, count in event.sections),
            True,
            dates,
            event.admission,
        )
        made = await self.way.call(
            instance,
            lambda s: s.ticketing.endpoints.create.execute(SELLER, wanted),
            seconds=_CREATION_SECONDS,
        )
        self.created.append(made.id)
        return made.id

    async def _cancel(self, chance: Random, instance: Instance) -> None:
        sold = [
            r.id
            for r in self.world.postgres.tables.reservations.values()
            if r.status is ReservationStatus.CONFIRMED
        ]
        if not sold:
            return
        one = chance.choice(sold)
        self.tried_to_cancel.add(one)
        await self.way.call(
            instance, lambda s: s.reservation.endpoints.cancel.execute(SELLER, one, None)
        )
        self.cancelled.add(one)


async def _update(event_id: EventId, changes: EventChanges, services: Services) -> object:
    return await services.ticketing.endpoints.update.execute(SELLER, event_id, changes)


async def _take_house_seats(
    event_id: EventId, wanted: NamedSeats | WholeSubsection, services: Services
) -> HouseSeats:
    return await services.reservation.house_seats.take.execute(SELLER, event_id, wanted)


def _known(caller: Caller) -> Callable[[], Awaitable[Caller]]:
    async def identify() -> Caller:
        return caller

    return identify


def render(snapshot: EventSnapshot, subsection: SubsectionKey | None, since: int | None) -> bytes:
    """What a message holds: everything, or the seats that changed since a revision."""
    shown = snapshot.subsections if subsection is None else {subsection: None}
    seats = {
        part: [
            (i, snapshot.subsections[part].seats[i])
            for i in (
                range(len(snapshot.subsections[part].seats))
                if since is None
                else snapshot.subsections[part].changed_since(since)
            )
        ]
        for part in shown
    }
    return pickle.dumps((snapshot.version, snapshot.closed, since is None, seats))


class Watcher(Person):
    """Keeps a copy of an event's seats, by the stream alone, and comes back when it is cut off."""

    def __init__(self, world: World, actor: Actor) -> None:
        super().__init__(world, actor)
        self.event_id: EventId | None = None
        self.version: StateVersion | None = None
        self.closed = False
        self.ended = False
        self.copy: dict[SubsectionKey, bytearray] = {}

    async def do(
        self, step: Step, number: int, chance: Random, instance: Instance, event_id: EventId
    ) -> None:
        self.event_id = event_id
        config = self.config(event_id)
        subsection = chance.choice((None, *config.subsections))
        slow = chance.random() < 0.3
        while not self.ended:
            self.version = None  # not before: of the last stream a message may have been on its way
            try:
                await self.way.call(
                    instance,
                    partial(self._stream, subsection, Random(chance.getrandbits(32)), slow),
                    waits=_FOREVER,
                )
            except (ServiceError, NoAnswerError) as error:
                self.world.note(self.name, "is cut off:", type(error).__name__)
            else:
                self.ended = self.closed
            await asyncio.sleep(chance.uniform(1, 4))
            instance = chance.choice(self.world.instances)

    async def _stream(
        self, subsection: SubsectionKey | None, chance: Random, slow: bool, services: Services
    ) -> None:
        """In the instance, for as long as the stream lasts."""
        assert self.event_id is not None
        subscriber = await services.ticketing.endpoints.watch.execute(
            _known(SELLER), self.event_id, subsection, render
        )
        assert subscriber is not None
        arrives = 0.0
        timeline = self.world.timeline
        try:
            while True:
                message = await subscriber.next(_HEARTBEAT_SECONDS)
                if message:
                    arrives = max(arrives, timeline.now + self.way.delay())
                    timeline.at(arrives, self._receive, message)
                if subscriber.ended:
                    return
                if slow:
                    await asyncio.sleep(chance.random())
        finally:
            subscriber.close()

    def _receive(self, message: bytes) -> None:
        version, closed, whole, seats = pickle.loads(message)
        if self.version is not None and version < self.version:
            raise BrokenPromiseError("versions never go back", f"{self.version}, then {version}")
        self.version, self.closed = version, closed
        if whole:
            self.copy = {part: bytearray(len(changed)) for part, changed in seats.items()}
        for part, changed in seats.items():
            for index, code in changed:
                self.copy[part][index] = code
        self.world.note(
            self.name, "sees", version, *(bytes(c).decode() for c in self.copy.values())
        )

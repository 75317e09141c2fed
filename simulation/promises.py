"""What must hold: at every moment, and once everything has come to rest."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import orjson

from simulation.broken import BrokenPromiseError
from simulation.consumer import Consumer, KnownEvent
from simulation.lines import CHANGES_OF_LINES, LineObserver
from simulation.people import Buyer, Seller, Told, Watcher
from simulation.world import World
from src.service.integration.driven_adapter.message_json import as_json
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seat_state_keys import SeatStateKeys
from src.service.shared_kernel.seating import SeatId, SeatStatus
from src.service.shared_kernel.stored_seat_state import StoredSeats

_KEYS = SeatStateKeys()
_EVENT = re.compile(rb"event:\{(\d+)\}:")
# What only makes up for something that went wrong.
_REPAIRS = (
    "holds_settled",
    "seats_corrected",
    "events_rebuilt",
    "orphans_removed",
    "drafts_removed",
)
_CHANGES_OF_SEATS = frozenset({"record", "hold"})
_CHANGES_OF_SEATS_IF_ANY = frozenset(
    {
        "cancel",
        "confirm",
        "expire_due",
        "free",
        "free_in",
        "release",
        "release_event",
        "release_seat",
    }
)

_AVAILABLE, _RESERVED, _SOLD = (status.code for status in SeatStatus)


class Observer:
    """Sees both stores after each of their changes. `states` are those of an event, regardless of which of its
    seats is which."""

    def __init__(self, world: World) -> None:
        self.states: set[int] = set()
        self._world = world
        self._contents: dict[tuple[EventId, StateVersion], bytes] = {}
        self._before: dict[EventId, bytes] = {}
        # What was ever written into the outbox, as it has to be told.
        self._written: dict[int, bytes] = {}
        self._consumer = Consumer()
        self._lines = LineObserver(world.postgres)
        world.kafka.on_message = self._told
        world.kvrocks.on_change = self._kvrocks_changed
        world.postgres.on_change = self._postgres_changed

    def _kvrocks_changed(self, keys: Sequence[bytes]) -> None:
        world = self._world
        for event_id in sorted({int(m[1]) for key in keys if (m := _EVENT.match(key))}):
            stored = self._read(EventId(event_id))
            if stored is None:
                continue
            seats = b"".join(stored.seats.values())
            world.note("Kvrocks has", event_id, stored.version, seats.decode())
            if world.plan.gentle:
                self._versions_tell(EventId(event_id), stored, seats)
                self._sold_stays(EventId(event_id), seats)
            self._stores_agree(EventId(event_id), seats)

    def _told(self, value: bytes) -> None:
        """A message has come to the consumer."""
        message = orjson.loads(value)
        message_id = int(message["id"])
        if self._written.get(message_id) != value:
            raise BrokenPromiseError("what is told is so", value.decode())
        if self._consumer.receive(value):
            self._world.note("consumer is told", message_id, message["type"])

    def _write_down(self) -> None:
        tables = self._world.postgres.tables
        for message_id in range(len(self._written) + 1, tables.last_message_id + 1):
            self._written[message_id] = as_json(tables.outbox[message_id][0])

    def _postgres_changed(self, name: str, result: object) -> None:
        self._write_down()
        if name in CHANGES_OF_LINES:
            self._lines.changed()
        if not result and name not in _CHANGES_OF_SEATS:
            return
        self._world.note("PostgreSQL did", name)
        if name not in _CHANGES_OF_SEATS and name not in _CHANGES_OF_SEATS_IF_ANY:
            return
        for event_id in self._world.postgres.tables.events:
            if (stored := self._read(event_id)) is not None:
                self._stores_agree(event_id, b"".join(stored.seats.values()))

    def _read(self, event_id: EventId) -> StoredSeats | None:
        event = self._world.postgres.tables.events.get(event_id)
        if event is None:
            return None
        data = self._world.kvrocks.data
        values = [
            value if isinstance(value := data.get(key.encode()), bytes) else None
            for key in _KEYS.whole_state(event_id, event.config.subsections)
        ]
        return StoredSeats.read(event.config, event.config.subsections, values)

    def _versions_tell(self, event_id: EventId, stored: StoredSeats, seats: bytes) -> None:
        seats += b"closed" if stored.closed else b""
        known = self._contents.setdefault((event_id, stored.version), seats)
        if known != seats:
            raise BrokenPromiseError(
                "a version says one thing",
                f"event {event_id} at {stored.version}: {known.decode()}, then {seats.decode()}",
            )

    def _sold_stays(self, event_id: EventId, seats: bytes) -> None:
        before = self._before.get(event_id, seats)
        self._before[event_id] = seats
        if before != seats and any(
            b == _SOLD and now == _RESERVED for b, now in zip(before, seats, strict=True)
        ):
            raise BrokenPromiseError(
                "what is sold stays sold",
                f"event {event_id}: {before.decode()}, then {seats.decode()}",
            )

    def _stores_agree(self, event_id: EventId, seats: bytes) -> None:
        world = self._world
        held = bytes(t.status.code for t in world.postgres.tables.tickets[event_id].values())
        pairs = tuple(sorted(zip(held, seats, strict=True)))
        pending = world.kvrocks.data.get(_KEYS.pending(event_id).encode(), ())
        up = tuple(i.up for i in world.instances)
        status = world.postgres.tables.events[event_id].status
        self.states.add(hash((pairs, len(pending), sum(up), list(EventStatus).index(status))))
        if not world.plan.gentle:
            return
        for ours, shown in pairs:
            if ours != _AVAILABLE and shown == _AVAILABLE:
                raise BrokenPromiseError(
                    "who has a seat is seen to have it",
                    f"event {event_id}: {held.decode()} in PostgreSQL, {seats.decode()} in Kvrocks",
                )

    def check_at_rest(self) -> None:
        """The lines have been served, and the consumer knows by messages what PostgreSQL has."""
        self._lines.check_served()
        tables, consumer = self._world.postgres.tables, self._consumer
        if not tables.kafka_listens:
            return
        if lost := self._written.keys() - consumer.had:
            raise BrokenPromiseError("all is told", f"messages {sorted(lost)} are not")
        for event_id, event in tables.events.items():
            if event.status is EventStatus.DRAFT:
                continue
            known = KnownEvent(event.details.name, event.is_active, event.status)
            _knows(f"event {event_id}", consumer.events.get(event_id), known)
            for seat, ticket in tables.tickets[event_id].items():
                status = consumer.seats.get((event_id, str(seat)), SeatStatus.AVAILABLE)
                _knows(f"seat {seat} of event {event_id}", status, ticket.status)
        for reservation in tables.reservations.values():
            found = consumer.reservations.get(str(reservation.id))
            _knows(str(reservation.id), found and found.status, reservation.status)


def _knows(what: str, known: object, right: object) -> None:
    if known != right:
        raise BrokenPromiseError("consumers know what is so", f"{what}: {known}, but is {right}")


def check_at_rest(
    world: World, buyers: Sequence[Buyer], sellers: Sequence[Seller], watchers: Sequence[Watcher]
) -> None:
    """Raise BrokenPromiseError unless everything is as everybody was told."""
    for wrong in _ledger(world):
        raise BrokenPromiseError("no seat twice", wrong)
    cancelled = {each for seller in sellers for each in seller.tried_to_cancel}
    for buyer in buyers:
        for wrong in _answers(world, buyer, cancelled):
            raise BrokenPromiseError("every answer is still true", f"{buyer.name}: {wrong}")
    for seller in sellers:
        for event_id in seller.created:
            if event_id not in world.postgres.tables.events:
                raise BrokenPromiseError("every answer is still true", f"no event {event_id}")
        for event_id, status in seller.closed.items():
            if (now := world.postgres.tables.events[event_id].status) is not status:
                raise BrokenPromiseError("every answer is still true", f"{event_id} is {now}")
    for watcher in watchers:
        _copy(world, watcher)
    if world.plan.healthy:
        repaired = {kind: n for kind in _REPAIRS if (n := world.figures.repaired[kind])}
        # A sale that is cancelled while its confirmation is on the way to Kvrocks is shown as sold too late.
        if repaired.get("seats_corrected", 0) <= _cancelled_seats(world):
            repaired.pop("seats_corrected", None)
        if repaired:
            raise BrokenPromiseError("what is whole is not repaired", str(repaired))
    for instance in world.instances:
        for process in instance.lives:
            for failure in process.failures:
                raise BrokenPromiseError("no mistakes of ours", f"{process.name}: {failure}")
    for failure in world.clients.failures:
        raise BrokenPromiseError("no mistakes of ours", failure)


def _cancelled_seats(world: World) -> int:
    reservations = world.postgres.tables.reservations.values()
    return sum(len(r.seats) for r in reservations if r.status is ReservationStatus.CANCELLED)


def _ledger(world: World) -> Iterator[str]:
    """Each seat has the one owner that the tickets name, or none."""
    tables = world.postgres.tables
    owners: Counter[tuple[EventId, SeatId]] = Counter()
    for reservation in tables.reservations.values():
        status = reservation.status.seat_status
        if status is SeatStatus.AVAILABLE:
            continue
        for seat in reservation.seat_ids:
            owners[reservation.event_id, seat] += 1
            ticket = tables.tickets[reservation.event_id][seat]
            if ticket.status is not status or ticket.reservation_id != reservation.id:
                yield f"{seat} of event {reservation.event_id}: {ticket}, and {reservation}"
    for (event_id, seat), count in owners.items():
        if count > 1:
            yield f"{seat} of event {event_id} has {count} owners"
    for event_id, tickets in tables.tickets.items():
        for seat, ticket in tickets.items():
            if ticket.status is not SeatStatus.AVAILABLE and not owners[event_id, seat]:
                yield f"{seat} of event {event_id} is {ticket.status}, and nobody's"


def _answers(world: World, buyer: Buyer, cancelled: set[ReservationId]) -> Iterator[str]:
    tables = world.postgres.tables
    own = {
        r.id: r
        for r in tables.reservations.values()
        if r.buyer_id == buyer.caller.id and not r.is_house
    }
    untold = Counter(r.event_id for r in own.values() if r.id not in buyer.told)
    for event_id, count in untold.items():
        if count > buyer.unknown[event_id]:
            yield f"{count} reservations of event {event_id} that they were told they have not"
    for told in buyer.told.values():
        now = own.get(told.reservation.id)
        if now is None:
            yield f"{told.reservation.id} is gone"
        elif tables.as_made(now.id).seats != told.reservation.seats:
            yield f"{now.id} was {told.reservation.seats}, and is {now.seats}"
        elif wrong := _status(told, now, cancelled):
            yield f"{now.id} {wrong}, and is {now.status}"


def _status(told: Told, now: Reservation, cancelled: set[ReservationId]) -> str | None:
    status = now.status
    sold = status in (ReservationStatus.CONFIRMED, ReservationStatus.CANCELLED)
    if told.confirmed and not sold:
        return "was confirmed"
    if status is ReservationStatus.CANCELLED and now.id not in cancelled:
        return "was cancelled by nobody"
    if told.released and sold:
        return "was released"
    if told.refused and not told.confirmed and sold and "confirm" not in told.maybe:
        return "could not be confirmed any more"
    if sold and not told.confirmed and "confirm" not in told.maybe:
        return "was never confirmed"
    return None


def _copy(world: World, watcher: Watcher) -> None:
    if watcher.event_id is None:
        return
    event = world.postgres.tables.events[watcher.event_id]
    if event.status.is_final and not watcher.closed:
        raise BrokenPromiseError(
            "watchers see what is so", f"{watcher.name} has not seen the end of {event.id}"
        )
    right = world.postgres.tables.seat_bytes(event.id)
    for part, copy in watcher.copy.items():
        if bytes(copy) != right[part]:
            raise BrokenPromiseError(
                "watchers see what is so",
                f"{watcher.name} has {copy.decode()} at {watcher.version}; event {event.id} is "
                f"{right[part].decode()}",
            )
    if not watcher.copy:
        raise BrokenPromiseError("watchers see what is so", f"{watcher.name} has seen nothing")

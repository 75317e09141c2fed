"""The system of record, in memory: one set of tables under the fakes of four ports."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from src.service.integration.domain.message import Message
from src.service.reservation.app.interface.house_seat_ledger import HouseSeatLedger
from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
    Outcome,
    ReservationLedger,
    Standing,
)
from src.service.reservation.domain.errors import Opening
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.domain.reservation import (
    Cancellation,
    Reservation,
    ReservedSeat,
    existing_reservation,
)
from src.service.shared_kernel.errors import FieldError, InvalidInputError, NotSignedInError
from src.service.shared_kernel.event_directory import EventDirectory, EventEntry, EventStatus
from src.service.shared_kernel.idempotency import IdempotencyInFlightError, IdempotencyKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.message_type import Listener, MessageType
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seat_state import seats_by_subsection
from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey
from src.service.shared_kernel.text import search_text
from src.service.ticketing.app.interface.event_list import EventCursor, EventFilter
from src.service.ticketing.app.interface.event_ticketing_repository import (
    EventState,
    EventTicketingRepository,
)
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    Event,
    NewEvent,
    TicketSheet,
)
from src.service.ticketing.domain.errors import CreationOverdueError
from test.fake.failing import Failing
from test.fake.people import NOW

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Ticket:
    id: int
    price: int
    status: SeatStatus = SeatStatus.AVAILABLE
    reservation_id: ReservationId | None = None


class FakePostgres:
    """The tables, and the one clock that deadlines come from. Where Kafka listens, what becomes of
    events and reservations is written into the outbox with the change; who is let in at a door is not."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.last_event_id = 0
        self.events: dict[EventId, Event] = {}
        self.tickets: dict[EventId, dict[SeatId, Ticket]] = {}
        self.reservations: dict[ReservationId, Reservation] = {}
        self.changed_at: dict[ReservationId, datetime] = {}
        self.given_back: dict[ReservationId, tuple[ReservedSeat, ...]] = {}
        self.confirmed_at: dict[ReservationId, datetime] = {}
        self.ticket_keys: set[EventId] = set()
        self.check_ins: dict[tuple[ReservationId, SeatId], datetime] = {}
        self.event_keys: dict[tuple[UserId, str], tuple[bytes, EventId]] = {}
        self.reservation_keys: dict[tuple[UserId, str], tuple[bytes, ReservationId]] = {}
        self.epochs: dict[EventId, int] = {}
        self.removed_accounts: set[UserId] = set()
        self.passes: dict[tuple[EventId, UserId], datetime] = {}
        self.kafka_listens = False
        self.last_message_id = 0
        # What waits, by id, and the listeners for whom it does.
        self.outbox: dict[int, tuple[Message, set[Listener]]] = {}
        self.turns: dict[Listener, tuple[uuid.UUID, datetime]] = {}
        self.turn_began_at: datetime | None = None

    def add(self, event: Event) -> Event:
        """Insert an event with its tickets, whatever its status."""
        new = NewEvent(event.seller_id, event.details, event.config, event.is_active)
        first = 1 + sum(map(len, self.tickets.values()))
        self.last_event_id = max(self.last_event_id, event.id)
        self.events[event.id] = event
        self.tickets[event.id] = {
            seat: Ticket(number, price)
            for number, (seat, price) in enumerate(new.tickets(), start=first)
        }
        return event

    def seat_bytes(self, event_id: EventId) -> dict[SubsectionKey, bytes]:
        config = self.events[event_id].config
        tickets = self.tickets[event_id]
        return {
            subsection: bytes(
                tickets[config.seat_at(subsection, index)].status.code
                for index in range(config.seats_per_subsection)
            )
            for subsection in config.subsections
        }

    def on_sale(self, event_id: EventId) -> bool:
        event = self.events.get(event_id)
        return event is not None and event.entry.on_sale(self.now)

    def admits(self, event_id: EventId, buyer_id: UserId) -> bool:
        """Whether the event has no line, or the buyer a live pass."""
        event = self.events.get(event_id)
        if event is None or event.admission is None:
            return event is not None
        until = self.passes.get((event_id, buyer_id))
        return until is not None and until > self.now

    def follow_seats(self, event_id: EventId) -> bool:
        """Set the event's status as its seats say; return whether it was another."""
        event = self.events[event_id]
        free = any(t.status is SeatStatus.AVAILABLE for t in self.tickets[event_id].values())
        right = event.status.following(seats_left=free)
        if event.status is right:
            return False
        self.events[event_id] = replace(event, status=right)
        self.tell_of_status(event_id)
        return True

    def as_made(self, reservation_id: ReservationId) -> Reservation:
        """The reservation with all the seats that it ever had."""
        now = self.reservations[reservation_id]
        tickets = self.tickets[now.event_id]
        every = (*now.seats, *self.given_back.get(reservation_id, ()))
        return replace(
            now,
            status=ReservationStatus.RESERVED,
            cancellation=None,
            seats=tuple(sorted(every, key=lambda held: tickets[held.seat].id)),
        )

    def store(self, reservation: Reservation) -> None:
        self.reservations[reservation.id] = reservation
        self.changed_at[reservation.id] = self.now
        self.put_seats(reservation)

    def give_back(self, reservation_id: ReservationId, seats: Collection[SeatId]) -> None:
        """Free some seats of a live reservation, which ends with its last, and keeps that."""
        now = self.reservations[reservation_id]
        left = tuple(held for held in now.seats if held.seat not in seats)
        gone = tuple(held for held in now.seats if held.seat in seats)
        if not gone:
            return
        ended = replace(now, seats=gone, status=ReservationStatus.RELEASED)
        self.store(ended)
        if left:
            earlier = self.given_back.get(reservation_id, ())
            self.given_back[reservation_id] = (*earlier, *gone)
            self.store(replace(now, seats=left))
        self.tell_of_reservation(ended)

    def put_seats(self, reservation: Reservation) -> None:
        """Give the tickets the state that the reservation's status says."""
        status = reservation.status.seat_status
        for seat in reservation.seat_ids:
            ticket = self.tickets[reservation.event_id][seat]
            ticket.status = status
            ticket.reservation_id = None if status is SeatStatus.AVAILABLE else reservation.id

    def tell_of_reservation(self, now: Reservation) -> None:
        """Tell what the reservation has become, of the seats that it has here."""
        data: dict[str, Any] = {
            "reservation_id": str(now.id),
            "buyer_id": now.buyer_id,
            "house": now.is_house,
            "seats": [
                {"seat_identifier": str(held.seat), **held.seat._asdict(), "price": held.price}
                for held in now.seats
            ],
            "total_price": now.total_price,
        }
        if now.status is ReservationStatus.RESERVED and not now.is_house:
            data["expires_at"] = now.expires_at
        if now.cancellation is not None and now.cancellation.reason is not None:
            data["reason"] = now.cancellation.reason
        self.tell(_MESSAGE_OF_RESERVATION[now.status], now.event_id, data)

    def tell_of_event(self, kind: MessageType, event: Event) -> None:
        """Tell what an event is now; of what it consists only the name."""
        self.tell(kind, event.id, {"name": event.details.name, "is_active": event.is_active})

    def tell_of_status(self, event_id: EventId) -> None:
        status = self.events[event_id].status
        self.tell(_MESSAGE_OF_STATUS[status], event_id, {"status": str(status)})

    def tell(self, kind: MessageType, event_id: EventId, data: dict[str, Any]) -> None:
        if self.kafka_listens:
            seller_id = self.events[event_id].seller_id
            self.last_message_id += 1
            message = Message(self.last_message_id, kind, event_id, seller_id, self.now, data)
            self.outbox[message.id] = message, {Listener.KAFKA}


_MESSAGE_OF_RESERVATION = {
    ReservationStatus.RESERVED: MessageType.RESERVATION_RESERVED,
    ReservationStatus.CONFIRMED: MessageType.RESERVATION_CONFIRMED,
    ReservationStatus.RELEASED: MessageType.RESERVATION_RELEASED,
    ReservationStatus.EXPIRED: MessageType.RESERVATION_EXPIRED,
    ReservationStatus.CANCELLED: MessageType.RESERVATION_CANCELLED,
}
_MESSAGE_OF_STATUS = {
    EventStatus.AVAILABLE: MessageType.EVENT_REOPENED,
    EventStatus.SOLD_OUT: MessageType.EVENT_SOLD_OUT,
    EventStatus.COMPLETED: MessageType.EVENT_CLOSED,
    EventStatus.ENDED: MessageType.EVENT_CLOSED,
}


class FakeEventTicketingRepository(Failing, EventTicketingRepository):
    def __init__(self, postgres: FakePostgres, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._db = postgres

    async def create_draft(self, event: NewEvent, key: IdempotencyKey | None) -> Event:
        with self._step("create_draft"):
            if event.seller_id in self._db.removed_accounts:
                raise NotSignedInError("This account no longer exists.")
            event_id = EventId(self._db.last_event_id + 1)
            if key is not None:
                if (event.seller_id, key.key) in self._db.event_keys:
                    raise IdempotencyInFlightError("The key is taken.")
                self._db.event_keys[event.seller_id, key.key] = (key.request_digest, event_id)
            return self._db.add(
                Event(
                    event_id,
                    event.seller_id,
                    event.details,
                    event.config,
                    event.is_active,
                    EventStatus.DRAFT,
                    self._db.now,
                    self._db.now,
                    event.dates,
                    event.admission,
                )
            )

    async def mark_available(self, event_id: EventId) -> Event:
        with self._step("mark_available"):
            event = self._db.events.get(event_id)
            if event is None or event.status is not EventStatus.DRAFT:
                raise CreationOverdueError("Creating the event took too long. Try again.")
            made = replace(event, status=EventStatus.AVAILABLE)
            self._db.events[event_id] = made
            self._db.tell_of_event(MessageType.EVENT_CREATED, made)
            return made

    async def delete_draft(self, event_id: EventId) -> None:
        with self._step("delete_draft"):
            event = self._db.events.get(event_id)
            if event is None or event.status is not EventStatus.DRAFT:
                return
            del self._db.events[event_id], self._db.tickets[event_id]
            self._db.event_keys = {
                name: known for name, known in self._db.event_keys.items() if known[1] != event_id
            }

    async def find_by_key(self, seller_id: UserId, key: IdempotencyKey) -> Event | None:
        with self._step("find_by_key"):
            known = self._db.event_keys.get((seller_id, key.key))
            if known is None:
                return None
            key.require_same_request(known[0])
            return self._db.events[known[1]]

    async def get(self, event_id: EventId) -> Event | None:
        with self._step("get"):
            return self._db.events.get(event_id)

    async def get_all(self, event_ids: Sequence[EventId]) -> Sequence[Event]:
        with self._step("get_all"):
            return [self._db.events[e] for e in sorted(set(event_ids)) if e in self._db.events]

    async def page(
        self, wanted: EventFilter, *, limit: int, after: EventCursor | None
    ) -> Page[Event]:
        def place(starts_at: datetime | None, event_id: EventId) -> tuple[datetime, int]:
            return (starts_at or _NEVER) if wanted.by_start else _NEVER, -event_id

        with self._step("page"):
            found = sorted(
                (e for e in self._db.events.values() if self._is_wanted(e, wanted)),
                key=lambda e: place(e.dates.starts_at, e.id),
            )
            if after is not None:
                last = place(after.starts_at, after.id)
                found = [e for e in found if place(e.dates.starts_at, e.id) > last]
            page = tuple(found[:limit])
            if len(found) <= limit:
                return Page(page, None)
            cursor = EventCursor(page[-1].id, page[-1].dates.starts_at)
            return Page(page, cursor.text(by_start=wanted.by_start))

    def _is_wanted(self, event: Event, wanted: EventFilter) -> bool:
        text = search_text(event.details.name, event.details.venue_name)
        starts_at = event.dates.starts_at
        after, before = wanted.starts_after, wanted.starts_before
        return (
            wanted.seller_id in (None, event.seller_id)
            and event.status is not EventStatus.DRAFT
            and (event.entry.purchasable(self._db.now) or not wanted.only_purchasable)
            and all(word in text for word in wanted.words)
            and (after is None or (starts_at is not None and starts_at >= after))
            and (before is None or (starts_at is not None and starts_at < before))
            and not (wanted.not_begun and event.dates.has_begun(self._db.now))
        )

    async def tickets(self, event_id: EventId) -> TicketSheet:
        with self._step("tickets"):
            tickets = self._db.tickets.get(event_id, {}).values()
            return TicketSheet(tuple(t.id for t in tickets), bytes(t.status.code for t in tickets))

    async def update(self, event_id: EventId, change: Callable[[Event], Event]) -> Event | None:
        with self._step("update"):
            event = self._db.events.get(event_id)
            if event is None:
                return None
            changed = change(event)
            self._db.events[event_id] = replace(changed, updated_at=self._db.now)
            if replace(changed, status=event.status) != event:
                self._db.tell_of_event(MessageType.EVENT_UPDATED, changed)
            if changed.status is not event.status:
                self._db.tell_of_status(event_id)
            return self._db.events[event_id]

    async def states(self, event_ids: Sequence[EventId]) -> Mapping[EventId, EventState]:
        with self._step("states"):
            events = self._db.events
            return {
                i: EventState(events[i].is_active, events[i].status)
                for i in event_ids
                if i in events
            }

    async def stale_drafts(self, older_than: timedelta) -> tuple[Event, ...]:
        with self._step("stale_drafts"):
            return tuple(
                event
                for event in self._db.events.values()
                if event.status is EventStatus.DRAFT
                and event.created_at < self._db.now - older_than
            )


class FakeEventDirectory(Failing, EventDirectory):
    """Up to date but for what `cached` has, and what `refreshed` has of the moment when it is asked again;
    `invalidated` lists the events it was told to drop."""

    def __init__(self, postgres: FakePostgres, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._db = postgres
        self.cached: dict[EventId, EventEntry] = {}
        self.refreshed: dict[EventId, EventEntry] = {}
        self.invalidated: list[EventId] = []

    async def find(self, event_id: EventId) -> EventEntry | None:
        with self._step("find"):
            if event_id in self.cached:
                return self.cached[event_id]
            event = self._db.events.get(event_id)
            return None if event is None else event.entry

    async def find_all(self, event_ids: Sequence[EventId]) -> Sequence[EventEntry]:
        found = [await self.find(event_id) for event_id in sorted(set(event_ids))]
        return [e for e in found if e is not None and e.status is not EventStatus.DRAFT]

    async def refresh(self, entries: Sequence[EventEntry]) -> Sequence[EventEntry]:
        with self._step("refresh"):
            events = self._db.events
            return [self.refreshed.get(e.id, events[e.id].entry) for e in entries if e.id in events]

    def invalidate(self, event_id: EventId) -> None:
        self.invalidated.append(event_id)


class FakeReservationLedger(Failing, ReservationLedger):
    """With `checks_too_early` the next check sees nothing of what another instance is just about to
    write."""

    def __init__(self, postgres: FakePostgres, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._db = postgres
        self.checks_too_early = False

    async def check(
        self, buyer_id: UserId, event_id: EventId, key: IdempotencyKey | None
    ) -> Standing:
        with self._step("check"):
            if self.checks_too_early:
                self.checks_too_early = False
                return Standing(None, True, True, 0, None)
            made = self._made_by(buyer_id, key) if key else None
            held, first_ends_in = self._holds(buyer_id, event_id)
            return Standing(
                made,
                buyer_id not in self._db.removed_accounts,
                self._db.on_sale(event_id),
                held,
                first_ends_in,
                self._opening(event_id),
                self._db.admits(event_id, buyer_id),
            )

    def _opening(self, event_id: EventId) -> Opening | None:
        event = self._db.events.get(event_id)
        opens_at = event.dates.sale_opens_at if event is not None else None
        if opens_at is None or opens_at <= self._db.now:
            return None
        return Opening(opens_at, opens_at - self._db.now)

    async def record(
        self, new: NewReservation, terms: HoldTerms, key: IdempotencyKey | None
    ) -> Reservation:
        with self._step("record"):
            if new.buyer_id in self._db.removed_accounts:
                raise NotSignedInError.no_account()
            self._require_within(terms, new)
            tickets = self._db.tickets.get(new.event_id, {})
            on_sale = self._db.on_sale(new.event_id)
            statuses = {seat: tickets[seat].status for seat in new.seats if seat in tickets}
            free = [seat for seat in statuses if statuses[seat] is SeatStatus.AVAILABLE]
            if not on_sale or len(free) < len(new.seats):
                raise HoldRefusedError(statuses, on_sale=on_sale)
            if key is not None:
                if (new.buyer_id, key.key) in self._db.reservation_keys:
                    raise IdempotencyInFlightError("The key has just been used.")
                self._db.reservation_keys[new.buyer_id, key.key] = (key.request_digest, new.id)
            reservation = Reservation(
                new.id,
                new.event_id,
                new.buyer_id,
                ReservationStatus.RESERVED,
                tuple(
                    ReservedSeat(seat, tickets[seat].price)
                    for seat in sorted(new.seats, key=lambda seat: tickets[seat].id)
                ),
                self._db.now,
                self._db.now + terms.lasts,
            )
            self._store(reservation)
            self._db.tell_of_reservation(reservation)
            return reservation

    async def confirm(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        with self._step("confirm"):
            reservation = self._own(reservation_id, buyer_id)
            is_open = self._db.events[reservation.event_id].status.is_open
            if is_open and reservation.is_live(self._db.now):
                return Outcome(self._end(reservation, ReservationStatus.CONFIRMED), changed=True)
            reservation.require_confirmed()
            return Outcome(reservation, changed=False)

    async def release(self, reservation_id: ReservationId, buyer_id: UserId) -> Outcome:
        with self._step("release"):
            reservation = self._own(reservation_id, buyer_id)
            if reservation.status is ReservationStatus.RESERVED:
                return Outcome(self._end(reservation, ReservationStatus.RELEASED), changed=True)
            reservation.require_not_sold()
            return Outcome(reservation, changed=False)

    async def release_seat(
        self, reservation_id: ReservationId, buyer_id: UserId, seat: SeatId
    ) -> EventId | None:
        with self._step("release_seat"):
            reservation = self._own(reservation_id, buyer_id)
            earlier = self._db.given_back.get(reservation_id, ())
            held = reservation.status is ReservationStatus.RESERVED
            if not held or seat not in reservation.seat_ids:
                reservation.require_given_back(seat, [h.seat for h in earlier])
                return None
            self._db.give_back(reservation_id, [seat])
            self._db.follow_seats(reservation.event_id)
            return reservation.event_id

    async def cancel(
        self, reservation_id: ReservationId, seller_id: UserId, reason: str | None
    ) -> Outcome:
        with self._step("cancel"):
            found = self._db.reservations.get(reservation_id)
            event = None if found is None else self._db.events[found.event_id]
            theirs = event is not None and event.seller_id == seller_id
            own = theirs and found is not None and not found.is_house
            reservation = existing_reservation(found if own else None, reservation_id)
            is_open = event is not None and event.status.is_open
            used = any(used == reservation_id for used, _ in self._db.check_ins)
            if reservation.status is ReservationStatus.CONFIRMED and is_open and not used:
                ended = replace(reservation, cancellation=Cancellation(self._db.now, reason))
                return Outcome(self._end(ended, ReservationStatus.CANCELLED), changed=True)
            reservation.require_cancelled(event_is_open=is_open, used=used)
            return Outcome(reservation, changed=False)

    async def expire_due(self, limit: int) -> tuple[Reservation, ...]:
        with self._step("expire_due"):
            due = [r for r in self._held() if not r.is_live(self._db.now)][:limit]
            return tuple(self._end(r, ReservationStatus.EXPIRED) for r in due)

    async def release_event(self, event_id: EventId) -> tuple[Reservation, ...]:
        with self._step("release_event"):
            held = [r for r in self._held() if r.event_id == event_id]
            return tuple(self._end(r, ReservationStatus.RELEASED) for r in held)

    async def mark_sold_out(self, event_id: EventId) -> bool:
        with self._step("mark_sold_out"):
            available = self._db.events[event_id].status is EventStatus.AVAILABLE
            return available and self._db.follow_seats(event_id)

    async def find_by_key(self, buyer_id: UserId, key: IdempotencyKey) -> Reservation | None:
        with self._step("find_by_key"):
            return self._made_by(buyer_id, key)

    async def get(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation | None:
        with self._step("get"):
            return self._find(reservation_id, buyer_id)

    async def has_seats(self, buyer_id: UserId, event_id: EventId) -> bool:
        with self._step("has_seats"):
            return any(
                r.status is ReservationStatus.CONFIRMED
                or (
                    r.status is ReservationStatus.RESERVED
                    and r.expires_at is not None
                    and r.expires_at > self._db.now
                )
                for r in self._db.reservations.values()
                if (r.buyer_id, r.event_id) == (buyer_id, event_id)
            )

    async def page(self, buyer_id: UserId, *, limit: int, cursor: str | None) -> Page[Reservation]:
        with self._step("page"):
            mine = [r for r in self._db.reservations.values() if r.buyer_id == buyer_id]
            own = [r for r in mine if not r.is_house][::-1]
            places = {str(r.id): place for place, r in enumerate(own, start=1)}
            if cursor is not None and cursor not in places:
                raise InvalidInputError(FieldError(("query", "cursor"), "is none of this list"))
            start = 0 if cursor is None else places[cursor]
            page = tuple(own[start : start + limit])
            return Page(page, str(page[-1].id) if len(own) > start + limit else None)

    def _made_by(self, buyer_id: UserId, key: IdempotencyKey) -> Reservation | None:
        known = self._db.reservation_keys.get((buyer_id, key.key))
        if known is None:
            return None
        key.require_same_request(known[0])
        return self._db.as_made(known[1])

    def _require_within(self, terms: HoldTerms, new: NewReservation) -> None:
        held, first_ends_in = self._holds(new.buyer_id, new.event_id)
        if too_many := terms.too_many(len(new.seats), held=held, first_ends_in=first_ends_in):
            raise too_many

    def _holds(self, buyer_id: UserId, event_id: EventId) -> tuple[int, timedelta | None]:
        """How many seats the buyer holds of the event, and when the first of the holds ends."""
        ends = [
            (r.expires_at, len(r.seats))
            for r in self._held()
            if (r.buyer_id, r.event_id) == (buyer_id, event_id)
            and r.is_live(self._db.now)
            and r.expires_at is not None
        ]
        first_ends_in = min(ends)[0] - self._db.now if ends else None
        return sum(size for _, size in ends), first_ends_in

    def _held(self) -> list[Reservation]:
        return [r for r in self._db.reservations.values() if r.status is ReservationStatus.RESERVED]

    def _find(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation | None:
        found = self._db.reservations.get(reservation_id)
        own = found is not None and found.buyer_id == buyer_id and not found.is_house
        return found if own else None

    def _own(self, reservation_id: ReservationId, buyer_id: UserId) -> Reservation:
        return existing_reservation(self._find(reservation_id, buyer_id), reservation_id)

    def _end(self, reservation: Reservation, status: ReservationStatus) -> Reservation:
        ended = replace(reservation, status=status)
        if status is ReservationStatus.CONFIRMED:
            self._db.confirmed_at[ended.id] = self._db.now
        self._store(ended)
        self._db.tell_of_reservation(ended)
        if status is not ReservationStatus.CONFIRMED:
            self._db.follow_seats(ended.event_id)
        return ended

    def _store(self, reservation: Reservation) -> None:
        self._db.store(reservation)


class FakeHouseSeatLedger(Failing, HouseSeatLedger):
    def __init__(self, postgres: FakePostgres, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._db = postgres

    async def hold(self, new: NewReservation) -> None:
        with self._step("hold"):
            event, tickets = self._db.events.get(new.event_id), self._db.tickets[new.event_id]
            is_open = event is not None and event.status.is_open
            statuses = {seat: tickets[seat].status for seat in new.seats if seat in tickets}
            free = [seat for seat in statuses if statuses[seat] is SeatStatus.AVAILABLE]
            if event is None or not is_open or len(free) < len(new.seats):
                raise HoldRefusedError(statuses, on_sale=is_open)
            in_order = sorted(new.seats, key=lambda seat: tickets[seat].id)
            hold = Reservation(
                new.id,
                new.event_id,
                event.seller_id,
                ReservationStatus.RESERVED,
                tuple(ReservedSeat(seat, tickets[seat].price) for seat in in_order),
                self._db.now,
                None,
            )
            self._db.store(hold)
            self._db.tell_of_reservation(hold)

    async def free(self, event_id: EventId, seats: tuple[SeatId, ...]) -> tuple[SeatId, ...]:
        with self._step("free"):
            return self._free(event_id, [seat for seat in self._house(event_id) if seat in seats])

    async def free_in(
        self, event_id: EventId, subsection: SubsectionKey, *, most: int
    ) -> tuple[SeatId, ...]:
        with self._step("free_in"):
            there = [seat for seat in self._house(event_id) if seat.subsection_key == subsection]
            return self._free(event_id, there[:most])

    async def places(
        self, event_id: EventId, config: SeatingConfig
    ) -> Mapping[SubsectionKey, tuple[int, ...]]:
        with self._step("places"):
            found = seats_by_subsection(config, self._house(event_id))
            return {part: found[part] for part in config.subsections if part in found}

    def _house(self, event_id: EventId) -> list[SeatId]:
        """In layout order."""
        house = {
            seat
            for reservation in self._db.reservations.values()
            if reservation.event_id == event_id and reservation.is_house
            if reservation.status is ReservationStatus.RESERVED
            for seat in reservation.seat_ids
        }
        return [seat for seat in self._db.tickets[event_id] if seat in house]

    def _free(self, event_id: EventId, seats: Sequence[SeatId]) -> tuple[SeatId, ...]:
        for reservation_id, now in list(self._db.reservations.items()):
            if now.is_house and now.status is ReservationStatus.RESERVED:
                self._db.give_back(reservation_id, {*seats} & {*now.seat_ids})
        if seats:
            self._db.follow_seats(event_id)
        return tuple(seats)


class FakeLedgerAudit(Failing, LedgerAudit):
    """`locked_elsewhere` names events that another instance reconciles; `lines` are contradictions."""

    def __init__(self, postgres: FakePostgres, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._db = postgres
        self.locked_elsewhere: set[EventId] = set()
        self._locked: set[EventId] = set()
        self.lines: list[str] = []
        self.keys_purged_after: timedelta | None = None

    async def event_ids(self) -> Sequence[EventId]:
        return [e.id for e in self._db.events.values() if e.status is not EventStatus.DRAFT]

    async def all_event_ids(self) -> frozenset[EventId]:
        return frozenset(self._db.events)

    async def last_event_id(self) -> int:
        return self._db.last_event_id

    @contextlib.asynccontextmanager
    async def reconcile_lock(self, event_id: EventId) -> AsyncIterator[bool]:
        free = event_id not in self.locked_elsewhere | self._locked
        self._locked |= {event_id} if free else set()
        try:
            yield free
        finally:
            self._locked -= {event_id} if free else set()

    async def take_turn(self, every: timedelta) -> timedelta:
        with self._step("take_turn"):
            began, now = self._db.turn_began_at, self._db.now
            if began is not None and began > now - every:
                return max(began + every - now, every / 10)
            self._db.turn_began_at = now
            return timedelta()

    async def give_turn_back(self) -> None:
        with self._step("give_turn_back"):
            self._db.turn_began_at = None

    async def seats(
        self, configs: Mapping[EventId, SeatingConfig]
    ) -> Mapping[EventId, Mapping[SubsectionKey, bytes]]:
        with self._step("seats"):
            return {
                event_id: self._db.seat_bytes(event_id)
                for event_id, config in configs.items()
                if len(self._db.tickets.get(event_id, ())) == config.total_seats
            }

    async def changed_within(self, event_id: EventId, period: timedelta) -> frozenset[SeatId]:
        return frozenset(
            seat
            for reservation_id, at in self._db.changed_at.items()
            if at > self._db.now - period
            and (reservation := self._db.as_made(reservation_id)).event_id == event_id
            for seat in reservation.seat_ids
        )

    async def next_epoch(self, event_id: EventId) -> int:
        self._db.epochs[event_id] = self._db.epochs.get(event_id, 1) + 1
        return self._db.epochs[event_id]

    async def correct_statuses(self) -> int:
        return sum(self._db.follow_seats(event_id) for event_id in list(self._db.events))

    async def closed_events_with_holds(self) -> Sequence[EventId]:
        return sorted(
            {
                r.event_id
                for r in self._db.reservations.values()
                if r.status is ReservationStatus.RESERVED
                and self._db.events[r.event_id].status.is_final
            }
        )

    async def purge_idempotency_keys(self, older_than: timedelta) -> None:
        self.keys_purged_after = older_than

    async def contradictions(self) -> Sequence[str]:
        return self.lines

    async def drafts_older_than(self, age: timedelta) -> Sequence[EventId]:
        return [
            e.id
            for e in self._db.events.values()
            if e.status is EventStatus.DRAFT and e.created_at < self._db.now - age
        ]


def seats_of(reservations: Iterable[Reservation]) -> list[SeatId]:
    """Every seat of these reservations, as often as it is in one."""
    return [seat for reservation in reservations for seat in reservation.seat_ids]

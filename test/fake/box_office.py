"""The box office's ports, on the tables that the fakes of the other ports have."""

from collections.abc import Iterator
from datetime import datetime

from src.service.box_office.app.interface.door import Door
from src.service.box_office.app.interface.order_book import OrderBook
from src.service.box_office.app.interface.purchases import Purchases
from src.service.box_office.app.interface.sales_reports import SalesReports
from src.service.box_office.domain.door import DoorCounts, SoldSeat
from src.service.box_office.domain.order import Buyer, Order
from src.service.box_office.domain.order_search import OrderSearch
from src.service.box_office.domain.sales_report import (
    CancelledFigures,
    HourFigures,
    SalesReport,
    SeatFigures,
    SectionFigures,
)
from src.service.box_office.domain.ticket import OrderedSeat, Purchase, Show
from src.service.box_office.domain.ticket_code import KEY_BYTES, TicketKey
from src.service.reservation.domain.reservation import Reservation
from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.event_directory import EventEntry
from src.service.shared_kernel.ids import EventId, ReservationId, UserId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatId, SeatStatus
from test.fake.failing import Failing
from test.fake.postgres import FakePostgres, Ticket


def buyer_of(user_id: UserId) -> Buyer:
    """Everybody's name and email follow from their id."""
    return Buyer(user_id, "A person", f"person{user_id}")


class _OnTables(Failing):
    def __init__(self, postgres: FakePostgres, journal: list[str] | None = None) -> None:
        super().__init__(journal)
        self._db = postgres

    def _ordered(self, reservation: Reservation) -> tuple[OrderedSeat, ...]:
        return tuple(
            OrderedSeat(held.seat, held.price, self._db.check_ins.get((reservation.id, held.seat)))
            for held in reservation.seats
        )


class FakeOrderBook(_OnTables, OrderBook):
    async def page(
        self, event_id: EventId, search: OrderSearch, *, limit: int, cursor: str | None
    ) -> Page[Order]:
        with self._step("page"):
            found = [
                self._order(r)
                for r in reversed(self._db.reservations.values())
                if r.event_id == event_id and not r.is_house and self._matches(r, search)
            ]
            places = {str(order.id): place for place, order in enumerate(found, start=1)}
            if cursor is not None and cursor not in places:
                raise InvalidInputError(FieldError(("query", "cursor"), "is none of this list"))
            start = places.get(cursor or "", 0)
            page = tuple(found[start : start + limit])
            return Page(page, str(page[-1].id) if len(found) > start + limit else None)

    def _matches(self, reservation: Reservation, search: OrderSearch) -> bool:
        if search.status not in (None, reservation.status):
            return False
        if search.text is None:
            return True
        buyer, text = buyer_of(reservation.buyer_id), search.text.lower()
        return (
            text in buyer.name.lower()
            or text in buyer.email.lower()
            or (search.ids is not None and search.ids[0] <= reservation.id <= search.ids[1])
            or any(seat in reservation.seat_ids for seat in search.seats)
        )

    def _order(self, reservation: Reservation) -> Order:
        assert reservation.expires_at is not None
        cancellation = reservation.cancellation
        return Order(
            reservation.id,
            reservation.event_id,
            buyer_of(reservation.buyer_id),
            reservation.status,
            self._ordered(reservation),
            reservation.created_at,
            reservation.expires_at,
            self._db.confirmed_at.get(reservation.id),
            None if cancellation is None else cancellation.at,
            None if cancellation is None else cancellation.reason,
        )


class FakeSalesReports(_OnTables, SalesReports):
    async def read(self, event: EventEntry) -> SalesReport:
        with self._step("read"):
            tickets = self._db.tickets[event.id]
            return SalesReport(
                tuple(
                    SectionFigures(
                        section.name,
                        section.price,
                        self._figures([t for s, t in tickets.items() if s.section == section.name]),
                    )
                    for section in event.config.sections
                ),
                self._cancelled(event.id),
                tuple(self._hours(event.id)),
            )

    def _figures(self, tickets: list[Ticket]) -> SeatFigures:
        reserved = [t for t in tickets if t.status is SeatStatus.RESERVED]
        house = [t for t in reserved if self._is_house(t)]
        sold = [t for t in tickets if t.status is SeatStatus.SOLD]
        return SeatFigures(
            len(tickets) - len(reserved) - len(sold),
            len(reserved) - len(house),
            len(house),
            len(sold),
            sum(t.price for t in sold),
        )

    def _is_house(self, ticket: Ticket) -> bool:
        assert ticket.reservation_id is not None
        return self._db.reservations[ticket.reservation_id].is_house

    def _of(self, event_id: EventId, status: ReservationStatus) -> list[Reservation]:
        reservations = self._db.reservations.values()
        return [r for r in reservations if r.event_id == event_id and r.status is status]

    def _cancelled(self, event_id: EventId) -> CancelledFigures:
        cancelled = self._of(event_id, ReservationStatus.CANCELLED)
        return CancelledFigures(
            len(cancelled),
            sum(len(r.seats) for r in cancelled),
            sum(r.total_price for r in cancelled),
        )

    def _hours(self, event_id: EventId) -> Iterator[HourFigures]:
        by_hour: dict[datetime, list[Reservation]] = {}
        for sold in self._of(event_id, ReservationStatus.CONFIRMED):
            at = self._db.confirmed_at[sold.id]
            by_hour.setdefault(at.replace(minute=0, second=0, microsecond=0), []).append(sold)
        for hour, orders in sorted(by_hour.items()):
            yield HourFigures(
                hour,
                len(orders),
                sum(len(r.seats) for r in orders),
                sum(r.total_price for r in orders),
            )


class FakePurchases(_OnTables, Purchases):
    async def find(self, reservation_id: ReservationId, buyer_id: UserId) -> Purchase | None:
        with self._step("find"):
            found = self._db.reservations.get(reservation_id)
            if found is None or found.buyer_id != buyer_id or found.is_house:
                return None
            event = self._db.events[found.event_id]
            return Purchase(
                found.id,
                found.event_id,
                found.status,
                Show(
                    event.details.name,
                    event.details.venue_name,
                    event.dates.starts_at,
                    event.dates.timezone,
                    event.updated_at,
                ),
                self._ordered(found),
            )

    async def key_of(self, event_id: EventId) -> TicketKey:
        with self._step("key_of"):
            self._db.ticket_keys.add(event_id)
            return _key(event_id)


def _key(event_id: EventId) -> TicketKey:
    return TicketKey(event_id, event_id.to_bytes(KEY_BYTES))


class FakeDoor(_OnTables, Door):
    async def find(self, event_id: EventId, seat: SeatId) -> SoldSeat | None:
        with self._step("find"):
            ticket = self._db.tickets[event_id][seat]
            if event_id not in self._db.ticket_keys or ticket.status is not SeatStatus.SOLD:
                return None
            assert ticket.reservation_id is not None
            order = self._db.reservations[ticket.reservation_id]
            name = buyer_of(order.buyer_id).name
            return SoldSeat(ticket.id, order.id, name, ticket.price, _key(event_id))

    async def check_in(self, sold: SoldSeat) -> tuple[datetime, bool] | None:
        with self._step("check_in"):
            order = self._db.reservations[sold.reservation_id]
            tickets = self._db.tickets[order.event_id]
            own = [s for s in order.seat_ids if tickets[s].id == sold.ticket_id]
            if order.status is not ReservationStatus.CONFIRMED or not own:
                return None
            used = self._db.check_ins.get((order.id, own[0]))
            if used is not None:
                return used, False
            self._db.check_ins[order.id, own[0]] = self._db.now
            return self._db.now, True

    async def counts(self, event_id: EventId) -> DoorCounts:
        with self._step("counts"):
            sold = [
                r
                for r in self._db.reservations.values()
                if r.event_id == event_id and r.status is ReservationStatus.CONFIRMED
            ]
            ids = {r.id for r in sold}
            return DoorCounts(
                sum(order in ids for order, _ in self._db.check_ins),
                sum(len(r.seats) for r in sold),
            )

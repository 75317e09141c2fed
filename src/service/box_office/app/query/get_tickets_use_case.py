"""The tickets of one's own reservation."""

from src.service.box_office.app.interface.purchases import Purchases
from src.service.box_office.app.own_purchase import own_purchase
from src.service.box_office.domain.errors import NoSuchTicketError
from src.service.box_office.domain.ticket import Ticket
from src.service.shared_kernel.event_directory import EventDirectory, existing_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.seating import SeatId


class GetTicketsUseCase:
    """A hidden or ended event makes no difference: who has bought keeps their tickets."""

    def __init__(self, directory: EventDirectory, purchases: Purchases) -> None:
        self._directory = directory
        self._purchases = purchases

    async def execute(
        self, caller: Caller, reservation_id: ReservationId, seat: SeatId | None = None
    ) -> tuple[Ticket, ...]:
        """A ticket for each seat, in layout order; with `seat` that one alone.

        Raises ForbiddenError, ReservationNotFoundError, NotConfirmedError, NoSuchTicketError.
        """
        purchase = await own_purchase(self._purchases, caller, reservation_id)
        event = await existing_event(self._directory, purchase.event_id)
        key = await self._purchases.key_of(purchase.event_id)
        tickets = tuple(
            ticket
            for ticket in purchase.tickets(key, event.config)
            if seat is None or ticket.seat == seat
        )
        if not tickets:
            raise NoSuchTicketError
        return tickets

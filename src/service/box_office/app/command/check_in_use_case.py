"""Let somebody in."""

from src.service.box_office.app.interface.door import Door
from src.service.box_office.domain.door import CheckIn
from src.service.box_office.domain.errors import AlreadyCheckedInError, NoSuchTicketError
from src.service.box_office.domain.ticket_code import TicketCode
from src.service.shared_kernel.event_directory import EventDirectory, own_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId


class CheckInUseCase:
    """Wrong codes are not counted: only the event's own seller can try them, who needs no forged ticket,
    and 60 bits cannot be tried. An event that is hidden or over has valid tickets still: a seller who
    ends the sale does not end the show."""

    def __init__(self, directory: EventDirectory, door: Door) -> None:
        self._directory = directory
        self._door = door

    async def execute(self, caller: Caller, event_id: EventId, typed: str) -> CheckIn:
        """Use the ticket with this code, once.

        Raises ForbiddenError, EventNotFoundError, NoSuchTicketError, AlreadyCheckedInError.
        """
        event = await own_event(self._directory, caller, event_id)
        code = TicketCode.read(typed)
        seat = None if code is None else event.config.seat_in_place(code.place)
        sold = None if seat is None else await self._door.find(event_id, seat)
        if code is None or seat is None or sold is None:
            raise NoSuchTicketError
        if not sold.key.has_made(code, sold.reservation_id):
            raise NoSuchTicketError
        used = await self._door.check_in(sold)
        if used is None:
            raise NoSuchTicketError
        checked_in_at, is_now = used
        if not is_now:
            raise AlreadyCheckedInError(event_id, seat, sold.price, checked_in_at)
        return CheckIn(seat, sold.price, sold.reservation_id, sold.buyer_name, checked_in_at)

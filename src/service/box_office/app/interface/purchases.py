"""The port to what buyers have bought, and to the keys of their tickets."""

from typing import Protocol

from src.service.box_office.domain.ticket import Purchase
from src.service.box_office.domain.ticket_code import TicketKey
from src.service.shared_kernel.ids import EventId, ReservationId, UserId


class Purchases(Protocol):
    """Raises StoreUnavailableError."""

    async def find(self, reservation_id: ReservationId, buyer_id: UserId) -> Purchase | None:
        """The buyer's own reservation, whatever its status; None for another's."""
        ...

    async def key_of(self, event_id: EventId) -> TicketKey:
        """The event's key: the same one for ever, whoever asks for it first, and wherever."""
        ...

"""What one has bought, for a calendar."""

from datetime import datetime

from src.service.box_office.app.interface.purchases import Purchases
from src.service.box_office.app.own_purchase import own_purchase
from src.service.box_office.domain.errors import NoDateError
from src.service.box_office.domain.ticket import Purchase
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import ReservationId


class GetCalendarEntryUseCase:
    def __init__(self, purchases: Purchases) -> None:
        self._purchases = purchases

    async def execute(
        self, caller: Caller, reservation_id: ReservationId
    ) -> tuple[Purchase, datetime]:
        """Return what was bought and when the event starts.

        Raises ForbiddenError, ReservationNotFoundError, NotConfirmedError, NoDateError.
        """
        purchase = await own_purchase(self._purchases, caller, reservation_id)
        if purchase.show.starts_at is None:
            raise NoDateError
        return purchase, purchase.show.starts_at

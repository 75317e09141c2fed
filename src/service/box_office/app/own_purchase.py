"""A buyer's own reservation that has tickets."""

from src.service.box_office.app.interface.purchases import Purchases
from src.service.box_office.domain.ticket import Purchase
from src.service.shared_kernel.errors import ReservationNotFoundError
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import ReservationId


async def own_purchase(
    purchases: Purchases, caller: Caller, reservation_id: ReservationId
) -> Purchase:
    """Return the buyer's confirmed reservation. Raises ForbiddenError, ReservationNotFoundError,
    NotConfirmedError."""
    caller.require(Role.BUYER)
    purchase = await purchases.find(reservation_id, caller.id)
    if purchase is None:
        raise ReservationNotFoundError(f"You have no reservation {reservation_id}.")
    purchase.require_confirmed()
    return purchase

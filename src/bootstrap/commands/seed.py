"""Something to look at on a first start: a seller, a buyer and an event."""

from dataclasses import dataclass

from src.bootstrap.composition import Services
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.seating import Section
from src.service.ticketing.app.command.create_event_and_tickets_use_case import CreateEvent
from src.service.user.domain.errors import EmailInUseError

PASSWORD = "demo-password"  # noqa: S105 - shown to everyone, for a demonstration only  # nosec B105
SELLER = "seller@example.com"
BUYER = "buyer@example.com"


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made, for the operator to see."""

    event_id: int


async def seed(services: Services) -> Demo | None:
    """Make the demonstration data; None when it is there already."""
    register = services.user.endpoints.register.execute
    try:
        seller = await register(SELLER, PASSWORD, "Demo Seller", Role.SELLER)
        await register(BUYER, PASSWORD, "Demo Buyer", Role.BUYER)
    except EmailInUseError:
        return None
    event = await services.ticketing.endpoints.create.execute(
        Caller(seller.id, Role.SELLER),
        CreateEvent(
            name="Rock Concert",
            description="Amazing live rock music show",
            venue_name="Taipei Arena",
            rows=25,
            cols=20,
            sections=(Section("A", 2000, 2), Section("B", 1500, 2), Section("C", 800, 4)),
            is_active=True,
        ),
    )
    return Demo(event.id)

"""The port to the orders of events, as their sellers see them."""

from typing import Protocol

from src.service.box_office.domain.order import Order
from src.service.box_office.domain.order_search import OrderSearch
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import Page


class OrderBook(Protocol):
    """Raises StoreUnavailableError."""

    async def page(
        self, event_id: EventId, search: OrderSearch, *, limit: int, cursor: str | None
    ) -> Page[Order]:
        """Newest first, without house seats. Raises InvalidInputError for a cursor of another list."""
        ...

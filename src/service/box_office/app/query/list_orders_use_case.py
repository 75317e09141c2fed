"""The orders of one's own event."""

from src.service.box_office.app.interface.order_book import OrderBook
from src.service.box_office.domain.order import Order
from src.service.box_office.domain.order_search import OrderSearch
from src.service.shared_kernel.event_directory import EventDirectory, own_event
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import Page


class ListOrdersUseCase:
    def __init__(self, directory: EventDirectory, orders: OrderBook) -> None:
        self._directory = directory
        self._orders = orders

    async def execute(
        self,
        caller: Caller,
        event_id: EventId,
        *,
        status: str | None,
        text: str | None,
        limit: int,
        cursor: str | None,
    ) -> Page[Order]:
        """Newest first. Raises ForbiddenError, EventNotFoundError, InvalidInputError."""
        event = await own_event(self._directory, caller, event_id)
        search = OrderSearch.checked(status, text, event.config)
        return await self._orders.page(event_id, search, limit=limit, cursor=cursor)

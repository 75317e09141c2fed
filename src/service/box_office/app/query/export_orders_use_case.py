"""All orders of one's own event."""

from collections.abc import AsyncGenerator

from src.service.box_office.app.query.list_orders_use_case import ListOrdersUseCase
from src.service.box_office.domain.order import Order
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import MAX_PAGE


class ExportOrdersUseCase:
    """A page at a time: each is read when it is asked for, so that whoever takes them slowly keeps no
    connection."""

    def __init__(self, list_orders: ListOrdersUseCase) -> None:
        self._list_orders = list_orders

    async def execute(
        self, caller: Caller, event_id: EventId, *, status: str | None, text: str | None
    ) -> AsyncGenerator[tuple[Order, ...], None]:
        """Yields at least one page, which may be empty. Raises what ListOrdersUseCase does."""
        cursor: str | None = None
        while True:
            page = await self._list_orders.execute(
                caller, event_id, status=status, text=text, limit=MAX_PAGE, cursor=cursor
            )
            yield page.items
            cursor = page.next_cursor
            if cursor is None:
                return

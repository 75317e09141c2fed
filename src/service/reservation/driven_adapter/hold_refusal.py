"""Why PostgreSQL has not recorded a hold."""

from src.platform.database import Database, Statement
from src.platform.seat_rows import seat_columns, seat_of
from src.service.reservation.app.interface.reservation_ledger import (
    HoldRefusedError,
    NewReservation,
)
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError
from src.service.shared_kernel.seating import SeatStatus


async def refusal(database: Database, statuses: Statement, new: NewReservation) -> HoldRefusedError:
    """The error to raise, with what `statuses` reads of the seats: `status`, and whether they are `on_sale`.

    Raises OutcomeUnknownError when they cannot be read: somebody else may have the seats, so that nobody
    but the reconciler can say what Kvrocks should show.
    """
    try:
        rows = await database.read(statuses, event_id=new.event_id, **seat_columns(new.seats))
    except StoreUnavailableError as error:
        raise OutcomeUnknownError(error.store) from error
    return HoldRefusedError(
        {seat_of(row): SeatStatus(row["status"]) for row in rows},
        on_sale=bool(rows) and rows[0]["on_sale"],
    )

"""Statements about an event that others are told of."""

from sqlalchemy import text

from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.message_type import MessageType
from src.service.shared_kernel.outbox_sql import tell_of_event, tell_of_status
from src.service.ticketing.driven_adapter.model.event_model import EventRow

# From here on there is the event; before, it may still come to nothing.
MARK_AVAILABLE = text(
    f"""
    WITH made AS (
        UPDATE event SET status = '{EventStatus.AVAILABLE}', updated_at = now()
        WHERE id = :event_id AND status = '{EventStatus.DRAFT}'
        RETURNING *
    ), told AS (
        {tell_of_event(MessageType.EVENT_CREATED, "SELECT * FROM made")}
    )
    SELECT * FROM made
    """  # noqa: S608 - made of constants  # nosec
).columns(*EventRow.__table__.c)

_THIS = "SELECT * FROM event WHERE id = :event_id"
TELL_OF_UPDATE = text(tell_of_event(MessageType.EVENT_UPDATED, _THIS))
TELL_OF_CLOSING = text(tell_of_status(_THIS))

"""What a statement that changes something adds to itself, so that other programs hear of the change.

Each function returns a statement to be one of the `WITH` queries of the changing one: both happen, or
neither does, and no round trip is added. Nothing is written where nobody listens.

The id of a message is taken when the rows that it is about are locked. Of two messages about one seat,
reservation or event the one that happened later has the larger id, and is not seen before the other.
"""

from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.message_type import Listener, MessageType

# The setting of a connection that says whether Kafka listens: "on" where it does.
KAFKA_SETTING = "ticketing.kafka"


def tell_of_reservations(kind: MessageType, rows: str) -> str:
    """Tell of the reservations in `rows`: `event_id`, `reservation_id`, and `ticket_ids`, the seats that
    the message is about."""
    return _tell(
        f"""
        SELECT '{kind}' AS type, event_id, reservation_id, ticket_ids, CAST(NULL AS jsonb) AS data
        FROM ({rows}) AS changed
        """  # noqa: S608 - made of constants  # nosec
    )


def tell_of_event(kind: MessageType, rows: str) -> str:
    """Tell of the events in `rows`, which have all columns of `event`, as they are now."""
    return _tell(
        f"""
        SELECT '{kind}' AS type, id AS event_id, {_NO_SEATS}, {_EVENT} AS data
        FROM ({rows}) AS event
        """  # noqa: S608 - made of constants  # nosec
    )


def tell_of_status(rows: str) -> str:
    """Tell that the events in `rows`, `id` and `status`, have been closed, sold out or opened again."""
    kinds = " ".join(f"WHEN '{status}' THEN '{kind}'" for status, kind in _KIND_OF_STATUS.items())
    return _tell(
        f"""
        SELECT CASE status {kinds} END AS type, id AS event_id, {_NO_SEATS},
               jsonb_build_object('status', status) AS data
        FROM ({rows}) AS event
        """  # noqa: S608 - made of constants  # nosec
    )


_KIND_OF_STATUS = {
    EventStatus.AVAILABLE: MessageType.EVENT_REOPENED,
    EventStatus.SOLD_OUT: MessageType.EVENT_SOLD_OUT,
    EventStatus.COMPLETED: MessageType.EVENT_CLOSED,
    EventStatus.ENDED: MessageType.EVENT_CLOSED,
}
_NO_SEATS = "CAST(NULL AS uuid) AS reservation_id, CAST(NULL AS bigint[]) AS ticket_ids"

# As the API shows an event: what does not apply to it is not there.
_EVENT = """
    jsonb_strip_nulls(jsonb_build_object(
        'name', name, 'description', description, 'venue_name', venue_name, 'seller_id', seller_id,
        'status', status, 'is_active', is_active, 'seating_config', seating_config,
        'starts_at', starts_at, 'timezone', timezone,
        'sale_opens_at', sale_opens_at, 'sale_closes_at', sale_closes_at,
        'admission', CASE WHEN admission_per_minute IS NOT NULL THEN jsonb_build_object(
            'per_minute', admission_per_minute, 'max_active', admission_max_active,
            'pass_seconds', admission_pass_seconds) END
    ))
"""


def _tell(messages: str) -> str:
    return f"""
        INSERT INTO outbox (
            type, event_id, reservation_id, ticket_ids, data, {Listener.KAFKA}, {Listener.WEBHOOKS}
        )
        SELECT m.type, m.event_id, m.reservation_id, m.ticket_ids, m.data, l.kafka, l.webhooks
        FROM ({messages}) AS m CROSS JOIN LATERAL (
            SELECT coalesce(current_setting('{KAFKA_SETTING}', true), '') = 'on' AS kafka,
                   EXISTS (
                       SELECT FROM webhook_endpoint w JOIN event e ON e.seller_id = w.seller_id
                       WHERE e.id = m.event_id AND w.status = 'active' AND m.type = ANY(w.types)
                   ) AS webhooks
        ) AS l
        WHERE l.kafka OR l.webhooks
    """  # noqa: S608 - made of constants  # nosec

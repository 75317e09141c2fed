"""What the ledger of house seats says to PostgreSQL."""

from src.platform.database import Statement
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.message_type import MessageType
from src.service.shared_kernel.outbox_sql import tell_of_reservations

_WANTED = """
    unnest(
        CAST(:sections AS text[]), CAST(:subsections AS int[]),
        CAST(:rows AS int[]), CAST(:seats AS int[])
    ) AS w(section, subsection, "row", seat)
"""
_IS_WANTED = '(section, subsection, "row", seat) = (w.section, w.subsection, w."row", w.seat)'
_NAMED = f"""
    {_WANTED} CROSS JOIN LATERAL (
        SELECT * FROM ticket WHERE event_id = :event_id AND {_IS_WANTED} OFFSET 0
    ) t
"""  # noqa: S608 - made of constants  # nosec

# As RECORD of the reservations, but for one request: the share lock on the event waits for a seller who
# is closing it, the row locks keep the count true until the update.
HOLD = Statement(
    "take house seats",
    f"""
    WITH open AS (
        SELECT id, seller_id FROM event WHERE id = :event_id AND {sql_rules.is_open()} FOR SHARE
    ), free AS (
        SELECT t.id, open.seller_id FROM open CROSS JOIN {_WANTED} CROSS JOIN LATERAL (
            SELECT id FROM ticket
            WHERE event_id = open.id AND {_IS_WANTED} AND status = 'available'
            FOR UPDATE
        ) t
    ), made AS (
        INSERT INTO reservation (id, event_id, buyer_id, status, house, ticket_ids)
        SELECT CAST(:id AS uuid), :event_id, seller_id, 'reserved', true, array_agg(id ORDER BY id)
        FROM free GROUP BY seller_id HAVING count(*) = :seat_count
        RETURNING id, event_id, buyer_id, ticket_ids
    ), told AS (
        {
        tell_of_reservations(
            MessageType.RESERVATION_RESERVED,
            "SELECT event_id, id AS reservation_id, ticket_ids FROM made",
        )
    }
    ), taken AS (
        UPDATE ticket
        SET status = 'reserved', buyer_id = made.buyer_id, reservation_id = made.id
        FROM made, free WHERE ticket.id = free.id
    )
    SELECT id FROM made
    """,  # noqa: S608 - made of constants  # nosec
)

STATUSES = Statement(
    "read house seat statuses",
    f"""
    SELECT w.section, w.subsection, w."row", w.seat, t.status,
           EXISTS (SELECT FROM event WHERE id = :event_id AND {sql_rules.is_open()}) AS on_sale
    FROM {_NAMED}
    """,  # noqa: S608 - made of constants  # nosec
)


_FREED = """
    SELECT event_id, reservation_id, array_agg(id ORDER BY id) AS ticket_ids
    FROM freed GROUP BY event_id, reservation_id
"""


def _freeing(name: str, which: str) -> Statement:
    """A statement that frees the house seats that `which` selects. Those that are left stay, and with
    the last one a hold ends, and keeps it. What it has is read when its row is locked, because another
    request may have freed some of it meanwhile."""
    return Statement(
        name,
        f"""
        WITH wanted AS (
            {which}
        ), locked AS (
            SELECT id FROM reservation WHERE id IN (SELECT reservation_id FROM wanted)
            ORDER BY id FOR UPDATE
        ), going AS (
            SELECT locked.id, array_agg(wanted.id) AS ticket_ids
            FROM locked JOIN wanted ON wanted.reservation_id = locked.id GROUP BY locked.id
        ), less AS (
            UPDATE reservation r
            SET (status, ticket_ids, released_ticket_ids, updated_at) = (
                SELECT CASE kept WHEN '{{}}' THEN 'released' ELSE r.status END,
                       CASE kept WHEN '{{}}' THEN r.ticket_ids ELSE kept END,
                       CASE kept WHEN '{{}}' THEN r.released_ticket_ids
                                 ELSE r.released_ticket_ids || gone END,
                       now()
                FROM (
                    SELECT ARRAY(SELECT unnest(r.ticket_ids) EXCEPT
                                 SELECT unnest(going.ticket_ids) ORDER BY 1) AS kept,
                           ARRAY(SELECT unnest(r.ticket_ids) INTERSECT
                                 SELECT unnest(going.ticket_ids) ORDER BY 1) AS gone
                ) AS parts
            )
            FROM going WHERE r.id = going.id AND r.house AND r.status = 'reserved'
            RETURNING r.id, r.event_id
        ), freed AS (
            UPDATE ticket SET status = 'available', buyer_id = NULL, reservation_id = NULL
            FROM wanted JOIN less ON less.id = wanted.reservation_id
            WHERE ticket.id = wanted.id AND ticket.reservation_id = wanted.reservation_id
            RETURNING less.event_id, less.id AS reservation_id, ticket.id,
                      ticket.section, ticket.subsection, ticket."row", ticket.seat
        ), told AS (
            {tell_of_reservations(MessageType.RESERVATION_RELEASED, _FREED)}
        )
        SELECT id, section, subsection, "row", seat FROM freed
        """,  # noqa: S608 - made of constants  # nosec
    )


_HOUSE = f"JOIN event ON event.id = t.event_id AND {sql_rules.is_house_seat('t', 'event')}"
FREE = _freeing("free house seats", f"SELECT t.id, t.reservation_id FROM {_NAMED} {_HOUSE}")  # noqa: S608  # nosec
FREE_IN = _freeing(
    "free house seats",
    f"""
    SELECT t.id, t.reservation_id FROM ticket t {_HOUSE}
    WHERE t.event_id = :event_id AND t.section = :section AND t.subsection = :subsection
    ORDER BY t.id LIMIT :most
    """,  # noqa: S608 - made of constants  # nosec
)

PLACES = Statement(
    "list house seats",
    f"""
    SELECT t.section, t.subsection,
           array_agg((t."row" - 1) * CAST(:cols AS int) + t.seat - 1 ORDER BY t.id) AS places
    FROM ticket t {_HOUSE}
    WHERE t.event_id = :event_id
    GROUP BY t.section, t.subsection ORDER BY min(t.id)
    """,  # noqa: S608 - made of constants  # nosec
)

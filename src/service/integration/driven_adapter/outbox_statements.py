"""What the outbox says to PostgreSQL. Each statement is a transaction of its own."""

from src.platform.database import Statement
from src.service.shared_kernel.message_type import Listener


def next_for(listener: Listener) -> Statement:
    """The oldest messages of which no more than `:seats` seats are to be told, but always one, if it is
    the turn of `:holder`. The turn is taken only when there is something to do: it is asked for
    five times a second."""
    return Statement(
        "read the outbox",
        f"""
        WITH turn AS (
            INSERT INTO outbox_turn (listener, holder, until)
            SELECT '{listener}', CAST(:holder AS uuid), now() + CAST(:lasts AS interval)
            WHERE EXISTS (SELECT FROM outbox WHERE {listener})
            ON CONFLICT (listener) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE outbox_turn.holder = excluded.holder OR outbox_turn.until < now()
            RETURNING listener
        ), oldest AS (
            SELECT o.*, sum(coalesce(cardinality(o.ticket_ids), 0)) OVER (ORDER BY o.id)
                        - coalesce(cardinality(o.ticket_ids), 0) AS seats_before
            FROM (SELECT * FROM outbox WHERE {listener} ORDER BY id LIMIT :most) AS o
        )
        SELECT o.id, o.type, o.event_id, e.seller_id, o.occurred_at, o.data, o.reservation_id,
               r.buyer_id, r.house, r.expires_at, r.cancel_reason
        FROM turn CROSS JOIN oldest o
        JOIN event e ON e.id = o.event_id LEFT JOIN reservation r ON r.id = o.reservation_id
        WHERE o.seats_before < :seats
        ORDER BY o.id
        """,  # noqa: S608 - made of constants  # nosec
    )


LEAVE = Statement(
    "leave the outbox", "DELETE FROM outbox_turn WHERE holder = CAST(:holder AS uuid)"
)


def backlog_for(listener: Listener) -> Statement:
    """Counted up to a limit: it is asked for again and again, and most of all when there are many."""
    return Statement(
        "measure the outbox",
        f"""
        SELECT count(*) AS messages, coalesce(now() - min(occurred_at), interval '0') AS age
        FROM (SELECT occurred_at FROM outbox WHERE {listener} ORDER BY id LIMIT 100000) AS o
        """,  # noqa: S608 - made of constants  # nosec
    )


SEATS = Statement(
    "read seats of messages",
    """
    SELECT o.id, t.section, t.subsection, t."row", t.seat, t.price
    FROM outbox o CROSS JOIN LATERAL unnest(o.ticket_ids) AS about(ticket_id)
    JOIN ticket t ON t.id = about.ticket_id
    WHERE o.id = ANY(:ids)
    ORDER BY o.id, t.id
    """,
)


def forget_for(listener: Listener) -> Statement:
    """These messages are no more for this listener; where the other has them too, they go."""
    [other] = (one for one in Listener if one is not listener)
    return Statement(
        "empty the outbox",
        f"""
        WITH gone AS (DELETE FROM outbox WHERE id = ANY(:ids) AND NOT {other})
        UPDATE outbox SET {listener} = false WHERE id = ANY(:ids) AND {other}
        """,  # noqa: S608 - made of constants  # nosec
    )

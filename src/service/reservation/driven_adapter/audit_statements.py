"""What the audit of the ledger says to PostgreSQL."""

from sqlalchemy import ARRAY, BigInteger, bindparam, text

from src.platform.database import Statement
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.outbox_sql import tell_of_status

# Of several who ask at the same time one writes the row, and the others see that it has. What they read of it
# is from before that, so they are told to come again soon.
TAKE_TURN = Statement(
    "take the turn to reconcile",
    """
    WITH taken AS (
        INSERT INTO reconcile_turn (began_at) VALUES (now())
        ON CONFLICT (only_one) DO UPDATE SET began_at = excluded.began_at
        WHERE reconcile_turn.began_at <= now() - CAST(:every AS interval)
        RETURNING began_at
    )
    SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN interval '0' ELSE greatest(
        (SELECT began_at FROM reconcile_turn) + CAST(:every AS interval) - now(),
        CAST(:every AS interval) / 10
    ) END AS due_in
    """,
)
GIVE_TURN_BACK = Statement(
    "give back the turn to reconcile", "UPDATE reconcile_turn SET began_at = '-infinity'"
)
SEATS = text(
    f"""
    SELECT event_id, string_agg({sql_rules.seat_code("status")}, '' ORDER BY id) AS codes
    FROM ticket WHERE event_id = ANY(:event_ids) GROUP BY event_id
    """  # noqa: S608 - made of constants  # nosec
).bindparams(bindparam("event_ids", type_=ARRAY(BigInteger)))
CHANGED_WITHIN = text(
    """
    SELECT t.section, t.subsection, t."row", t.seat
    FROM reservation r JOIN ticket t ON t.id = ANY(r.ticket_ids || r.released_ticket_ids)
    WHERE r.event_id = :event_id AND r.updated_at > now() - CAST(:period AS interval)
    """
)
NEXT_EPOCH = text(
    "UPDATE event SET state_epoch = state_epoch + 1 WHERE id = :event_id RETURNING state_epoch"
)
CORRECT_STATUSES = text(
    f"""
    WITH corrected AS (
        UPDATE event
        SET status = CASE status WHEN 'available' THEN 'sold_out' ELSE 'available' END,
            updated_at = now()
        WHERE {sql_rules.contradicts_seats()} RETURNING id, status
    ), told AS (
        {tell_of_status("SELECT id, status FROM corrected")}
    )
    SELECT id FROM corrected
    """  # noqa: S608 - made of constants  # nosec
)
CLOSED_WITH_HOLDS = text(
    f"""
    SELECT DISTINCT r.event_id FROM reservation r JOIN event e ON e.id = r.event_id
    WHERE r.status = 'reserved' AND {sql_rules.is_final("e")}
    """  # noqa: S608 - made of constants  # nosec
)
OLD_DRAFTS = """
    SELECT id FROM event
    WHERE status = 'draft' AND created_at < now() - CAST(:age AS interval) ORDER BY id
"""
PURGE_KEYS = text("DELETE FROM idempotency_key WHERE created_at < now() - CAST(:age AS interval)")

# Each query answers with lines that name what is wrong; none of them has any on a sound ledger.
CONTRADICTIONS = (
    """
    SELECT 'ticket ' || t.id || ' (event ' || t.event_id || ', ' || t.status
           || '): its reservation is ' || coalesce(r.status, 'missing')
    FROM ticket t
    LEFT JOIN (reservation r CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id))
      ON held.ticket_id = t.id AND r.id = t.reservation_id AND r.buyer_id = t.buyer_id
    WHERE t.status <> 'available' AND r.status IS DISTINCT FROM
          CASE t.status WHEN 'reserved' THEN 'reserved' ELSE 'confirmed' END
    """,
    """
    SELECT 'ticket ' || held.ticket_id || ': wanted by ' || count(*) || ' reservations, '
           || string_agg(r.id::text, ' and ' ORDER BY r.id)
    FROM reservation r CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id)
    WHERE r.status IN ('reserved', 'confirmed')
    GROUP BY held.ticket_id HAVING count(*) > 1
    """,
    f"""
    SELECT 'event ' || e.id || ': ' || e.status || ', but reservation ' || r.id || ' is live'
    FROM event e JOIN reservation r ON r.event_id = e.id
    WHERE {sql_rules.is_final("e")} AND r.status = 'reserved'
    """,  # noqa: S608 - made of constants  # nosec
    """
    SELECT 'ticket ' || t.id || ' (event ' || t.event_id || '): no seat of the event'
    FROM ticket t JOIN event e ON e.id = t.event_id
    WHERE e.status <> 'draft' AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(e.seating_config->'sections') AS part
        WHERE part.value->>'name' = t.section
          AND t.subsection BETWEEN 1 AND (part.value->>'subsections')::int
          AND t."row" BETWEEN 1 AND (e.seating_config->>'rows')::int
          AND t.seat BETWEEN 1 AND (e.seating_config->>'cols')::int
    )
    """,
    """
    SELECT 'reservation ' || r.id || ' (' || r.status || '): ticket ' || held.ticket_id
           || ' belongs to ' || coalesce(t.reservation_id::text, 'nobody')
    FROM reservation r CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id)
    LEFT JOIN ticket t ON t.id = held.ticket_id
    WHERE r.status IN ('reserved', 'confirmed') AND t.reservation_id IS DISTINCT FROM r.id
    """,
    """
    SELECT 'reservation ' || id || ': has seats that were given back'
    FROM reservation WHERE ticket_ids && released_ticket_ids
    """,
    """
    SELECT 'reservation ' || r.id || ': ' || CASE WHEN r.house THEN 'house seats, but not of'
           ELSE 'no house seats, but of' END || ' the seller of event ' || e.id
    FROM reservation r JOIN event e ON e.id = r.event_id
    WHERE r.house IS DISTINCT FROM (r.buyer_id = e.seller_id)
    """,
    f"""
    SELECT 'event ' || id || ': ' || status || ', but '
           || CASE status WHEN 'sold_out' THEN 'a seat is' ELSE 'no seat is' END || ' available'
    FROM event WHERE {sql_rules.contradicts_seats()}
    """,  # noqa: S608 - made of constants  # nosec
    """
    SELECT 'event ' || e.id || ': ' || count(t.id) || ' tickets, '
           || ((e.seating_config->>'rows')::bigint * (e.seating_config->>'cols')::bigint * s.subsections)
           || ' seats'
    FROM event e
    CROSS JOIN LATERAL (
        SELECT sum((section->>'subsections')::bigint) AS subsections
        FROM jsonb_array_elements(e.seating_config->'sections') AS section
    ) s
    LEFT JOIN ticket t ON t.event_id = e.id
    WHERE e.status <> 'draft'
    GROUP BY e.id, s.subsections
    HAVING count(t.id) <>
           (e.seating_config->>'rows')::bigint * (e.seating_config->>'cols')::bigint * s.subsections
    """,
)

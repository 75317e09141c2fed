"""What the box office says to PostgreSQL."""

from src.platform.database import Statement
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.message_type import MessageType
from src.service.shared_kernel.outbox_sql import tell_of_reservations
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatStatus

_CONFIRMED = f"status = '{ReservationStatus.CONFIRMED}'"
_SOLD = f"t.status = '{SeatStatus.SOLD}'"
_RESERVED = f"t.status = '{SeatStatus.RESERVED}'"

# A name or an email has the text in it where `strpos` says so: there are no wildcards to be escaped.
PAGE = Statement(
    "list orders",
    f"""
    SELECT r.id, r.buyer_id, r.name, r.email, r.status, r.created_at, r.expires_at,
           {sql_rules.confirmed_at("r")} AS confirmed_at, r.cancelled_at, r.cancel_reason,
           t.id AS ticket_id, t.section, t.subsection, t."row", t.seat, t.price, c.checked_in_at
    FROM (
        SELECT o.*, u.name, u.email
        FROM reservation o JOIN "user" u ON u.id = o.buyer_id
        WHERE o.event_id = :event_id AND NOT o.house
          AND (CAST(:before AS timestamptz) IS NULL
               OR (o.created_at, o.id) < (CAST(:before AS timestamptz), CAST(:before_id AS uuid)))
          AND (CAST(:status AS text) IS NULL OR o.status = :status)
          AND (CAST(:text AS text) IS NULL
               OR strpos(lower(u.name), lower(CAST(:text AS text))) > 0
               OR strpos(lower(u.email), lower(CAST(:text AS text))) > 0
               OR o.id BETWEEN CAST(:first_id AS uuid) AND CAST(:last_id AS uuid)
               OR o.ticket_ids && ARRAY(
                   SELECT w.id FROM unnest(
                       CAST(:sections AS text[]), CAST(:subsections AS int[]),
                       CAST(:rows AS int[]), CAST(:seats AS int[])
                   ) AS s(section, subsection, "row", seat)
                   JOIN ticket w ON w.event_id = :event_id AND
                       (w.section, w.subsection, w."row", w.seat)
                       = (s.section, s.subsection, s."row", s.seat)
               ))
        ORDER BY o.created_at DESC, o.id DESC LIMIT :limit
    ) r
    CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id)
    JOIN ticket t ON t.id = held.ticket_id
    LEFT JOIN check_in c ON c.reservation_id = r.id AND c.ticket_id = t.id
    ORDER BY r.created_at DESC, r.id DESC, t.id
    """,  # noqa: S608 - made of constants  # nosec
)

# One statement, so that all of it was so at one moment. Rows of three kinds: a section's seats, an hour's
# sales, and what was cancelled.
REPORT = Statement(
    "report sales",
    f"""
    WITH seat AS MATERIALIZED (
        SELECT t.section, t.price, t.status, r.id AS order_id, coalesce(r.house, false) AS house,
               date_trunc('hour', {sql_rules.confirmed_at("r")}, 'UTC') AS hour
        FROM ticket t LEFT JOIN reservation r ON r.id = t.reservation_id
        WHERE t.event_id = :event_id
    ), cancelled AS (
        SELECT count(DISTINCT r.id) AS orders, count(*) AS seats, coalesce(sum(t.price), 0) AS amount
        FROM reservation r CROSS JOIN LATERAL unnest(r.ticket_ids) AS had(ticket_id)
        JOIN ticket t ON t.id = had.ticket_id
        WHERE r.event_id = :event_id AND NOT r.house AND r.status = '{ReservationStatus.CANCELLED}'
    )
    SELECT 'section' AS kind, t.section, CAST(NULL AS timestamptz) AS hour,
           count(*) FILTER (WHERE t.status = '{SeatStatus.AVAILABLE}') AS available,
           count(*) FILTER (WHERE {_RESERVED} AND NOT t.house) AS reserved,
           count(*) FILTER (WHERE {_RESERVED} AND t.house) AS house,
           count(*) FILTER (WHERE {_SOLD}) AS seats,
           coalesce(sum(t.price) FILTER (WHERE {_SOLD}), 0) AS amount,
           0 AS orders
    FROM seat t GROUP BY t.section
    UNION ALL
    SELECT 'hour', NULL, t.hour, 0, 0, 0, count(*), sum(t.price), count(DISTINCT t.order_id)
    FROM seat t WHERE {_SOLD} GROUP BY t.hour
    UNION ALL
    SELECT 'cancelled', NULL, NULL, 0, 0, 0, seats, amount, orders FROM cancelled
    ORDER BY hour
    """,  # noqa: S608 - made of constants  # nosec
)

PURCHASE = Statement(
    "get a purchase",
    """
    SELECT r.event_id, r.status, e.name, e.venue_name, e.starts_at, e.timezone, e.updated_at,
           t.section, t.subsection, t."row", t.seat, t.price, c.checked_in_at
    FROM reservation r JOIN event e ON e.id = r.event_id
    CROSS JOIN LATERAL unnest(r.ticket_ids) AS held(ticket_id)
    JOIN ticket t ON t.id = held.ticket_id
    LEFT JOIN check_in c ON c.reservation_id = r.id AND c.ticket_id = t.id
    WHERE r.id = :id AND r.buyer_id = :buyer_id AND NOT r.house
    ORDER BY t.id
    """,
)

KEY = Statement("get a ticket key", "SELECT secret FROM ticket_key WHERE event_id = :event_id")

# Of several instances that make the key at the same time the first one has made it.
MAKE_KEY = Statement(
    "make a ticket key",
    "INSERT INTO ticket_key (event_id, secret) VALUES (:event_id, :secret) ON CONFLICT DO NOTHING",
)

SOLD_SEAT = Statement(
    "find a sold seat",
    f"""
    SELECT t.id AS ticket_id, t.reservation_id, t.price, u.name, k.secret
    FROM ticket t JOIN reservation r ON r.id = t.reservation_id AND r.{_CONFIRMED}
    JOIN "user" u ON u.id = r.buyer_id
    JOIN ticket_key k ON k.event_id = t.event_id
    WHERE t.event_id = :event_id AND {_SOLD}
      AND (t.section, t.subsection, t."row", t.seat) = (:section, :subsection, :row, :seat)
    """,  # noqa: S608 - made of constants  # nosec
)

_ENTERED = """
    SELECT sold.event_id, reservation_id, ARRAY[ticket_id] AS ticket_ids
    FROM entered JOIN sold ON sold.id = reservation_id
"""
# The reservation's row is where doors and a cancellation meet: whoever locks it first goes first, and the
# others see what has become of it. `checked_in` is in that row, because what another statement has written
# to another table meanwhile would not be seen by one that has waited for a lock.
CHECK_IN = Statement(
    "check in",
    f"""
    WITH sold AS MATERIALIZED (
        SELECT id, event_id FROM reservation
        WHERE id = :reservation_id AND {_CONFIRMED} AND ticket_ids @> ARRAY[CAST(:ticket_id AS bigint)]
        FOR NO KEY UPDATE
    ), entered AS (
        INSERT INTO check_in (reservation_id, ticket_id)
        SELECT id, CAST(:ticket_id AS bigint) FROM sold
        ON CONFLICT DO NOTHING
        RETURNING reservation_id, ticket_id, checked_in_at
    ), told AS (
        {tell_of_reservations(MessageType.TICKET_CHECKED_IN, _ENTERED)}
    ), counted AS (
        UPDATE reservation r SET checked_in = r.checked_in + 1
        FROM entered WHERE r.id = entered.reservation_id
    )
    SELECT entered.checked_in_at FROM sold LEFT JOIN entered ON entered.reservation_id = sold.id
    """,  # noqa: S608 - made of constants  # nosec
)

USED_AT = Statement(
    "find a check-in",
    """
    SELECT checked_in_at FROM check_in
    WHERE reservation_id = :reservation_id AND ticket_id = :ticket_id
    """,
)

COUNTS = Statement(
    "count check-ins",
    f"""
    SELECT coalesce(sum(checked_in), 0) AS checked_in,
           coalesce(sum(cardinality(ticket_ids)), 0) AS sold
    FROM reservation WHERE event_id = :event_id AND {_CONFIRMED}
    """,  # noqa: S608 - made of constants  # nosec
)

CONTRADICTIONS = Statement(
    "verify tickets",
    f"""
    SELECT 'reservation ' || r.id || ' is ' || r.status || ', but a ticket of it was used at '
           || to_char(c.checked_in_at, 'YYYY-MM-DD HH24:MI:SS') || ' UTC' AS contradiction
    FROM check_in c JOIN reservation r ON r.id = c.reservation_id WHERE NOT r.{_CONFIRMED}
    UNION ALL
    SELECT 'reservation ' || r.id || ' has not the ticket ' || c.ticket_id || ', which was used with it'
    FROM check_in c JOIN reservation r ON r.id = c.reservation_id
    WHERE NOT r.ticket_ids @> ARRAY[c.ticket_id]
    UNION ALL
    SELECT 'reservation ' || r.id || ' counts ' || r.checked_in || ' used tickets, but '
           || count(c.ticket_id) || ' were'
    FROM reservation r LEFT JOIN check_in c ON c.reservation_id = r.id
    WHERE r.checked_in > 0 OR c.ticket_id IS NOT NULL
    GROUP BY r.id HAVING count(c.ticket_id) <> r.checked_in
    ORDER BY contradiction
    """,  # noqa: S608 - made of constants  # nosec
)

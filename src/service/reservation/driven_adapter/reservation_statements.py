"""What the ledger says to PostgreSQL. Each statement that changes something is a transaction of its
own."""

from src.platform.database import Statement
from src.service.shared_kernel import sql_rules
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.message_type import MessageType
from src.service.shared_kernel.outbox_sql import tell_of_reservations, tell_of_status
from src.service.shared_kernel.reservation_status import ReservationStatus

CHECK = Statement(
    "check before reserving",
    "SELECT *, opens_at - now() AS opens_in FROM before_reserving(:buyer_ids, :event_ids, :keys)",
)


def _of(changed: str) -> str:
    """The reservations that changed, for those who are told of it."""
    return f"SELECT event_id, id AS reservation_id, ticket_ids FROM {changed}"  # noqa: S608  # nosec


# Each request of a batch gets all of its seats or none: the row locks keep the count true until the
# update. The share lock on the event waits for a seller who is closing it, and sees the outcome.
# Whether seats are left is read from the tickets: the event's status follows them a moment later.
#
# Each seat is looked up by itself, and locked after its event (`LATERAL` with a lock, or with `OFFSET 0` where
# nothing is locked): a planner that knows of few tickets would rather read all of an event.
#
# `held_seats` locks the buyers before anything else is locked, since all the rest reads `allowed`.
# Of one buyer's requests for an event the earlier ones in the batch count as if they succeed.
RECORD = Statement(
    "reserve",
    f"""
    WITH request AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:event_ids AS bigint[]), CAST(:buyer_ids AS bigint[]),
            CAST(:counts AS int[]), CAST(:holds AS interval[]), CAST(:limits AS int[]),
            CAST(:keys AS text[]), CAST(:digests AS bytea[])
        ) WITH ORDINALITY
          AS q(id, event_id, buyer_id, seat_count, hold_for, seat_limit, key, digest, place)
    ), wanted AS (
        SELECT * FROM unnest(
            CAST(:request_ids AS uuid[]), CAST(:sections AS text[]), CAST(:subsections AS int[]),
            CAST(:rows AS int[]), CAST(:seats AS int[])
        ) AS w(request_id, section, subsection, "row", seat)
    ), counted AS MATERIALIZED (
        SELECT q.*, h.seats AS held, h.first_ends - now() AS first_ends_in,
               sum(q.seat_count) OVER (PARTITION BY q.buyer_id, q.event_id ORDER BY q.place)
               - q.seat_count AS in_batch
        FROM request q JOIN held_seats(:buyer_ids, :event_ids) h USING (buyer_id, event_id)
    ), allowed AS MATERIALIZED (
        SELECT * FROM counted WHERE held + in_batch + seat_count <= seat_limit
    ), sale AS (
        SELECT id FROM event
        WHERE id IN (SELECT event_id FROM allowed)
          AND {sql_rules.on_sale()}
        ORDER BY id FOR SHARE
    ), free AS (
        SELECT q.id AS request_id, t.id, t.section, t.subsection, t."row", t.seat, t.price
        FROM wanted w JOIN allowed q ON q.id = w.request_id JOIN sale ON sale.id = q.event_id
        CROSS JOIN LATERAL (
            SELECT * FROM ticket
            WHERE event_id = sale.id AND (section, subsection, "row", seat)
                = (w.section, w.subsection, w."row", w.seat)
              AND status = 'available'
            FOR UPDATE
        ) t
    ), made AS (
        INSERT INTO reservation (id, event_id, buyer_id, status, ticket_ids, expires_at)
        SELECT q.id, q.event_id, q.buyer_id, 'reserved', array_agg(free.id ORDER BY free.id),
               now() + q.hold_for
        FROM allowed q JOIN free ON free.request_id = q.id
        GROUP BY q.id, q.event_id, q.buyer_id, q.seat_count, q.hold_for
        HAVING count(*) = q.seat_count
        RETURNING id, event_id, buyer_id, status, ticket_ids, created_at, expires_at
    ), taken AS (
        UPDATE ticket
        SET status = 'reserved', buyer_id = made.buyer_id, reservation_id = made.id
        FROM made WHERE ticket.id = ANY(made.ticket_ids)
    ), keyed AS (
        INSERT INTO idempotency_key (user_id, operation, key, request_digest, reservation_id)
        SELECT q.buyer_id, 'reserve', q.key, q.digest, made.id
        FROM made JOIN request q ON q.id = made.id WHERE q.key IS NOT NULL
    ), told AS (
        {tell_of_reservations(MessageType.RESERVATION_RESERVED, _of("made"))}
    )
    SELECT q.id AS request_id, q.held, q.in_batch, q.first_ends_in,
           made.*, free.id AS ticket_id,
           free.section, free.subsection, free."row", free.seat, free.price
    FROM counted q LEFT JOIN made ON made.id = q.id LEFT JOIN free ON free.request_id = made.id
    """,  # noqa: S608 - made of constants  # nosec
)

STATUSES = Statement(
    "read seat statuses",
    f"""
    SELECT w.section, w.subsection, w."row", w.seat, t.status,
           EXISTS (SELECT FROM event WHERE id = :event_id AND {sql_rules.on_sale()}) AS on_sale
    FROM unnest(
        CAST(:sections AS text[]), CAST(:subsections AS int[]),
        CAST(:rows AS int[]), CAST(:seats AS int[])
    ) AS w(section, subsection, "row", seat)
    CROSS JOIN LATERAL (
        SELECT status FROM ticket WHERE event_id = :event_id AND
            (section, subsection, "row", seat) = (w.section, w.subsection, w."row", w.seat)
        OFFSET 0
    ) t
    """,  # noqa: S608 - made of constants  # nosec
)

# One row for each seat of the reservations in `ended`.
_ENDED_SEATS = """
    ended.id, ended.event_id, ended.buyer_id, ended.status, ended.created_at, ended.expires_at,
    ticket.id AS ticket_id,
    ticket.section, ticket.subsection, ticket."row", ticket.seat, ticket.price
"""

CONFIRM = Statement(
    "confirm",
    f"""
    WITH request AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:buyer_ids AS bigint[]))
            AS a(id, buyer_id)
    ), ended AS (
        UPDATE reservation r SET status = 'confirmed', confirmed_at = now(), updated_at = now()
        FROM request a JOIN event e ON {sql_rules.is_open("e")}
        WHERE r.id = a.id AND r.buyer_id = a.buyer_id AND e.id = r.event_id
          AND r.status = 'reserved' AND r.expires_at > now() AND NOT r.house
        RETURNING r.id, r.event_id, r.buyer_id, r.status, r.ticket_ids,
                  r.created_at, r.expires_at
    ), told AS (
        {tell_of_reservations(MessageType.RESERVATION_CONFIRMED, _of("ended"))}
    )
    UPDATE ticket SET status = 'sold'
    FROM ended WHERE ticket.id = ANY(ended.ticket_ids) AND ticket.reservation_id = ended.id
    RETURNING {_ENDED_SEATS}
    """,  # noqa: S608 - made of constants  # nosec
)


_MESSAGE_OF_END = {
    ReservationStatus.RELEASED: MessageType.RESERVATION_RELEASED,
    ReservationStatus.EXPIRED: MessageType.RESERVATION_EXPIRED,
}


def _freeing(name: str, status: ReservationStatus, which: str) -> Statement:
    """A statement that ends the live reservations that `which` selects and frees their seats."""
    return Statement(
        name,
        f"""
        WITH chosen AS (
            {which}
        ), ended AS (
            UPDATE reservation r SET status = '{status.value}', updated_at = now()
            FROM chosen WHERE r.id = chosen.id AND r.status = 'reserved'
            RETURNING r.id, r.event_id, r.buyer_id, r.status, r.ticket_ids,
                      r.created_at, r.expires_at
        ), told AS (
            {tell_of_reservations(_MESSAGE_OF_END[status], _of("ended"))}
        )
        UPDATE ticket SET status = 'available', buyer_id = NULL, reservation_id = NULL
        FROM ended WHERE ticket.id = ANY(ended.ticket_ids) AND ticket.reservation_id = ended.id
        RETURNING {_ENDED_SEATS}
        """,  # noqa: S608 - made of constants  # nosec
    )


RELEASE = _freeing(
    "release",
    ReservationStatus.RELEASED,
    "SELECT id FROM reservation WHERE id = :id AND buyer_id = :buyer_id AND NOT house FOR UPDATE",
)
# The last seat stays in `ticket_ids`, since a reservation has one; the others move to those given back.
_IS_LAST = "cardinality(r.ticket_ids) = 1"
RELEASE_SEAT = Statement(
    "release a seat",
    f"""
    WITH less AS (
        UPDATE reservation r
        SET status = CASE WHEN {_IS_LAST} THEN 'released' ELSE r.status END,
            ticket_ids = CASE WHEN {
        _IS_LAST
    } THEN r.ticket_ids ELSE array_remove(r.ticket_ids, t.id) END,
            released_ticket_ids = CASE WHEN {_IS_LAST} THEN r.released_ticket_ids
                                       ELSE array_append(r.released_ticket_ids, t.id) END,
            updated_at = now()
        FROM ticket t
        WHERE r.id = :id AND r.buyer_id = :buyer_id AND r.status = 'reserved' AND NOT r.house
          AND t.event_id = r.event_id AND t.id = ANY(r.ticket_ids)
          AND (t.section, t.subsection, t."row", t.seat) = (:section, :subsection, :row, :seat)
        RETURNING r.id, r.event_id, t.id AS ticket_id
    ), told AS (
        {
        tell_of_reservations(
            MessageType.RESERVATION_RELEASED,
            "SELECT event_id, id AS reservation_id, ARRAY[ticket_id] AS ticket_ids FROM less",
        )
    }
    )
    UPDATE ticket SET status = 'available', buyer_id = NULL, reservation_id = NULL
    FROM less WHERE ticket.id = less.ticket_id AND ticket.reservation_id = less.id
    RETURNING less.event_id
    """,  # noqa: S608 - made of constants  # nosec
)
RELEASE_EVENT = _freeing(
    "release holds of an event",
    ReservationStatus.RELEASED,
    """
    SELECT id FROM reservation WHERE status = 'reserved' AND id IN (
        SELECT id FROM (
            SELECT id, sum(cardinality(ticket_ids)) OVER (ORDER BY id) - cardinality(ticket_ids)
                       AS seats_before
            FROM reservation WHERE event_id = :event_id AND status = 'reserved'
        ) AS held WHERE seats_before < :seats
    ) FOR UPDATE
    """,
)
EXPIRE = _freeing(
    "expire",
    ReservationStatus.EXPIRED,
    """
    SELECT id FROM reservation WHERE status = 'reserved' AND expires_at <= now()
    ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
    """,
)

# The share lock on the event waits for a seller who is closing it, and sees the outcome; the lock on the
# reservation for a door that is letting somebody in by it.
CANCEL = Statement(
    "cancel a sale",
    f"""
    WITH open AS (
        SELECT event.id FROM event JOIN reservation r ON r.event_id = event.id
        WHERE r.id = :id AND event.seller_id = :seller_id AND {sql_rules.is_open()}
        FOR SHARE OF event
    ), ended AS (
        UPDATE reservation r
        SET status = 'cancelled', cancelled_at = now(), cancel_reason = :reason,
            confirmed_at = {sql_rules.confirmed_at("r")}, updated_at = now()
        FROM open
        WHERE r.id = :id AND r.event_id = open.id AND NOT r.house
          AND r.status = 'confirmed' AND r.checked_in = 0
        RETURNING r.id, r.event_id, r.buyer_id, r.status, r.ticket_ids,
                  r.created_at, r.expires_at, r.cancelled_at, r.cancel_reason
    ), told AS (
        {tell_of_reservations(MessageType.RESERVATION_CANCELLED, _of("ended"))}
    )
    UPDATE ticket SET status = 'available', buyer_id = NULL, reservation_id = NULL
    FROM ended WHERE ticket.id = ANY(ended.ticket_ids) AND ticket.reservation_id = ended.id
    RETURNING {_ENDED_SEATS}, ended.cancelled_at, ended.cancel_reason
    """,  # noqa: S608 - made of constants  # nosec
)


def _set_status(name: str, status: EventStatus, which: str) -> Statement:
    """A statement that sets the status of the events that `which` selects, and says which those were."""
    return Statement(
        name,
        f"""
        WITH changed AS (
            UPDATE event SET status = '{status}', updated_at = now()
            WHERE {which} RETURNING id, status
        ), told AS (
            {tell_of_status("SELECT id, status FROM changed")}
        )
        SELECT id FROM changed
        """,  # noqa: S608 - made of constants  # nosec
    )


MARK_SOLD_OUT = _set_status(
    "mark as sold out",
    EventStatus.SOLD_OUT,
    f"id = :event_id AND status = 'available' AND NOT {sql_rules.seats_left()}",
)
REOPEN = _set_status(
    "reopen",
    EventStatus.AVAILABLE,
    f"id = ANY(:event_ids) AND status = 'sold_out' AND {sql_rules.seats_left()}",
)

_SEATS_OF = """
    SELECT r.id, r.event_id, r.buyer_id, r.status, r.created_at, r.expires_at,
           r.cancelled_at, r.cancel_reason,
           t.id AS ticket_id, t.section, t.subsection, t."row", t.seat, t.price {more}
    FROM {source} CROSS JOIN LATERAL unnest({tickets}) AS held(ticket_id)
    JOIN ticket t ON t.id = held.ticket_id
    ORDER BY r.created_at DESC, r.id DESC, t.id
"""
_OWN = "(SELECT * FROM reservation WHERE id = :id AND buyer_id = :buyer_id AND NOT house) r"
_HAS = "r.ticket_ids"
_EVER_HAD = "r.ticket_ids || r.released_ticket_ids"
GET = Statement("get a reservation", _SEATS_OF.format(more="", source=_OWN, tickets=_HAS))
GET_WITH_GIVEN_BACK = Statement(
    "get a past reservation",
    _SEATS_OF.format(
        more=", coalesce(t.id = ANY(r.released_ticket_ids), false) AS given_back",
        source=_OWN,
        tickets=_EVER_HAD,
    ),
)
HAS_SEATS = Statement(
    "find seats of a buyer",
    """
    SELECT id FROM reservation WHERE buyer_id = :buyer_id AND event_id = :event_id
        AND (status = 'confirmed' OR (status = 'reserved' AND expires_at > now()))
    LIMIT 1
    """,
)
GET_FOR_SELLER = Statement(
    "get a sale",
    _SEATS_OF.format(
        more=", r.event_is_open, r.checked_in > 0 AS used",
        source=f"""(
            SELECT r.*, {sql_rules.is_open()} AS event_is_open
            FROM reservation r JOIN event ON event.id = r.event_id
            WHERE r.id = :id AND event.seller_id = :seller_id AND NOT r.house
        ) r""",  # noqa: S608 - made of constants  # nosec
        tickets=_HAS,
    ),
)
FIND_BY_KEY = Statement(
    "find a reservation by key",
    _SEATS_OF.format(
        more=", r.request_digest",
        tickets=_EVER_HAD,
        source="""(
            SELECT reservation.*, request_digest
            FROM idempotency_key k JOIN reservation ON reservation.id = k.reservation_id
            WHERE k.user_id = :buyer_id AND k.operation = 'reserve' AND k.key = :key
        ) r""",
    ),
)
LIST = Statement(
    "list reservations",
    _SEATS_OF.format(
        more="",
        tickets=_HAS,
        source="""(
            SELECT * FROM reservation
            WHERE buyer_id = :buyer_id AND NOT house AND (
                CAST(:before AS timestamptz) IS NULL
                OR (created_at, id) < (CAST(:before AS timestamptz), CAST(:before_id AS uuid))
            )
            ORDER BY created_at DESC, id DESC LIMIT :limit
        ) r""",
    ),
)

"""let events have a waiting line"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TERMS = {
    "admission_per_minute": 60_000,
    "admission_max_active": 1_000_000,
    "admission_pass_seconds": 86_400,
}

# Joining, for many at once. The lines are locked before anything of theirs is read, in the order of
# their ids, so that entries are given out one after the other and none twice. Whoever is in line keeps
# their entry; so does whoever left before being served. Nothing is written for a line that is over.
_JOIN_LINE = """
    CREATE FUNCTION join_line(event_ids bigint[], buyer_ids bigint[])
    RETURNS SETOF line_place LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off SET enable_seqscan = off
    AS $$
    #variable_conflict use_column
    BEGIN
        INSERT INTO waiting_line (event_id)
        SELECT id FROM event WHERE id = ANY(event_ids) ORDER BY id
        ON CONFLICT DO NOTHING;

        PERFORM FROM waiting_line WHERE event_id = ANY(event_ids) ORDER BY event_id FOR UPDATE;

        PERFORM open_lines(event_ids);

        UPDATE line_entry x SET left_at = NULL
        FROM unnest(event_ids, buyer_ids) AS q(event_id, buyer_id)
        WHERE x.event_id = q.event_id AND x.buyer_id = q.buyer_id
          AND x.left_at IS NOT NULL AND x.served_at IS NULL;

        WITH request AS (
            SELECT event_id, buyer_id, min(place) AS place
            FROM unnest(event_ids, buyer_ids) WITH ORDINALITY AS q(event_id, buyer_id, place)
            GROUP BY event_id, buyer_id
        ), newcomer AS (
            SELECT q.event_id, q.buyer_id,
                   l.joined + row_number() OVER (PARTITION BY q.event_id ORDER BY q.place) AS entry
            FROM request q
            JOIN waiting_line l ON l.event_id = q.event_id
            JOIN event e ON e.id = q.event_id
            JOIN "user" u ON u.id = q.buyer_id
            LEFT JOIN line_entry x ON x.event_id = q.event_id AND x.buyer_id = q.buyer_id
            WHERE (x.buyer_id IS NULL OR x.left_at IS NOT NULL)
              AND e.admission_per_minute IS NOT NULL AND e.status IN ('available', 'sold_out')
              AND NOT coalesce(e.sale_closes_at <= now(), false)
        ), entered AS (
            INSERT INTO line_entry (event_id, buyer_id, entry)
            SELECT event_id, buyer_id, entry FROM newcomer
            ON CONFLICT (event_id, buyer_id) DO UPDATE
            SET entry = excluded.entry, joined_at = now(),
                left_at = NULL, served_at = NULL, pass_until = NULL
            RETURNING event_id
        ), counted AS (
            SELECT event_id, count(*) AS entries FROM entered GROUP BY event_id
        )
        UPDATE waiting_line l
        SET joined = l.joined + counted.entries,
            ended = false,
            -- Nobody waited, so that nothing was owed to anybody but the next one.
            credited_until = CASE
                WHEN l.gathered IS NULL OR l.serving < l.joined THEN l.credited_until
                ELSE greatest(l.credited_until,
                              now() - interval '1 minute' / e.admission_per_minute)
            END
        FROM counted JOIN event e ON e.id = counted.event_id
        WHERE l.event_id = counted.event_id;

        RETURN QUERY SELECT * FROM line_places(event_ids, buyer_ids);
    END
    $$
"""

# Each buyer's place in each line, in no order; without an entry for those who are not in line.
_LINE_PLACE = """
    CREATE TYPE line_place AS (
        place bigint, entry bigint, served boolean, pass_until timestamptz, admitted boolean,
        seed bytea, gathered bigint, serving bigint, is_over boolean
    )
"""
_LINE_PLACES = """
    CREATE FUNCTION line_places(event_ids bigint[], buyer_ids bigint[])
    RETURNS SETOF line_place LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off SET enable_seqscan = off
    AS $$
    BEGIN
        RETURN QUERY
        SELECT q.place, x.entry, x.served_at IS NOT NULL, x.pass_until,
               coalesce(x.pass_until > now(), false), l.seed, l.gathered, l.serving,
               e.status IN ('completed', 'ended') OR coalesce(e.sale_closes_at <= now(), false)
        FROM unnest(event_ids, buyer_ids) WITH ORDINALITY AS q(event_id, buyer_id, place)
        JOIN event e ON e.id = q.event_id
        LEFT JOIN waiting_line l ON l.event_id = q.event_id
        LEFT JOIN line_entry x
               ON x.event_id = q.event_id AND x.buyer_id = q.buyer_id AND x.left_at IS NULL;
    END
    $$
"""

# Those whose time has come: who has joined until now was there before the opening.
_OPEN_LINES = """
    CREATE FUNCTION open_lines(event_ids bigint[]) RETURNS void
    LANGUAGE sql VOLATILE
    AS $$
        UPDATE waiting_line l
        SET gathered = l.joined,
            credited_until = coalesce(e.sale_opens_at, now())
                - interval '1 minute' / e.admission_per_minute
        FROM event e
        WHERE l.event_id = ANY(event_ids) AND l.gathered IS NULL AND e.id = l.event_id
          AND e.admission_per_minute IS NOT NULL
          AND NOT coalesce(now() < e.sale_opens_at, false)
    $$
"""

# The function of 0005; with a waiting line it also says whether the buyer has a pass, where one is
# needed.
_BEFORE_RESERVING = """
    CREATE FUNCTION before_reserving(buyer_ids bigint[], event_ids bigint[], keys text[])
    RETURNS TABLE (place bigint, account_exists boolean, on_sale boolean, key_used boolean,
                   held bigint, first_ends_in interval, opens_at timestamptz%(columns)s)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off SET enable_seqscan = off
    AS $$
    #variable_conflict use_column
    DECLARE
        held_status CONSTANT text := 'reserved';
    BEGIN
        RETURN QUERY
        SELECT q.place,
               (SELECT true FROM "user" u WHERE u.id = q.buyer_id),
               (SELECT e.is_active AND e.status IN ('available', 'sold_out')
                       AND NOT coalesce(now() < e.sale_opens_at, false)
                       AND NOT coalesce(e.sale_closes_at <= now(), false)
                FROM event e WHERE e.id = q.event_id),
               (SELECT true FROM idempotency_key k
                WHERE k.user_id = q.buyer_id AND k.operation = 'reserve' AND k.key = q.key),
               holds.seats, holds.first_ends - now(),
               (SELECT e.sale_opens_at FROM event e
                WHERE e.id = q.event_id AND now() < e.sale_opens_at)%(values)s
        FROM unnest(buyer_ids, event_ids, keys) WITH ORDINALITY
             AS q(buyer_id, event_id, key, place)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(cardinality(r.ticket_ids)) FILTER (WHERE live), 0) AS seats,
                   min(r.expires_at) FILTER (WHERE live) AS first_ends
            FROM reservation r CROSS JOIN LATERAL (SELECT r.expires_at > now() AS live) AS l
            WHERE r.buyer_id = q.buyer_id AND r.event_id = q.event_id
              AND r.status = held_status
        ) AS holds;
    END
    $$
"""
_WITHOUT_LINE = {"columns": "", "values": ""}
_WITH_LINE = {
    "columns": ", admitted boolean",
    "values": """,
               (SELECT e.admission_per_minute IS NULL OR EXISTS (
                    SELECT FROM line_entry x
                    WHERE x.event_id = e.id AND x.buyer_id = q.buyer_id AND x.pass_until > now())
                FROM event e WHERE e.id = q.event_id)""",
}


def upgrade() -> None:
    for name in _TERMS:
        op.add_column("event", sa.Column(name, sa.Integer))
    op.create_check_constraint(
        "event_admission_complete",
        "event",
        "(admission_per_minute IS NULL) = (admission_pass_seconds IS NULL)"
        " AND (admission_per_minute IS NOT NULL OR admission_max_active IS NULL)",
    )
    for name, most in _TERMS.items():
        op.create_check_constraint(f"event_{name}", "event", f"{name} BETWEEN 1 AND {most}")
    op.create_table(
        "waiting_line",
        sa.Column(
            "event_id",
            sa.BigInteger,
            sa.ForeignKey("event.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        # 244 bits that nobody knows.
        sa.Column(
            "seed",
            sa.LargeBinary,
            nullable=False,
            server_default=sa.text(
                "sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))"
            ),
        ),
        sa.Column("joined", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("gathered", sa.BigInteger),
        sa.Column("serving", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("credited_until", sa.DateTime(timezone=True)),
        sa.Column("ended", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.CheckConstraint("octet_length(seed) = 32", name="waiting_line_seed"),
        sa.CheckConstraint("serving BETWEEN 0 AND joined", name="waiting_line_serving"),
        sa.CheckConstraint("gathered BETWEEN 0 AND joined", name="waiting_line_gathered"),
        sa.CheckConstraint(
            "(gathered IS NULL) = (credited_until IS NULL) AND (gathered IS NOT NULL OR serving = 0)",
            name="waiting_line_opened",
        ),
    )
    op.create_index(
        "waiting_line_moving",
        "waiting_line",
        ["event_id"],
        postgresql_where=sa.text("serving < joined AND NOT ended"),
    )
    op.create_table(
        "line_entry",
        sa.Column(
            "event_id",
            sa.BigInteger,
            sa.ForeignKey("waiting_line.event_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("buyer_id", sa.BigInteger, sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column(
            "joined_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        ),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        sa.Column("served_at", sa.DateTime(timezone=True)),
        sa.Column("pass_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint("entry >= 1", name="line_entry_from_one"),
        sa.CheckConstraint(
            "pass_until IS NULL OR served_at IS NOT NULL", name="line_entry_pass_is_served"
        ),
        sa.UniqueConstraint("event_id", "entry", name="line_entry_once"),
    )
    op.create_index(
        "line_entry_pass",
        "line_entry",
        ["event_id", "pass_until"],
        postgresql_where=sa.text("pass_until IS NOT NULL"),
    )
    op.execute(_LINE_PLACE)
    op.execute(_LINE_PLACES)
    op.execute(_OPEN_LINES)
    op.execute(_JOIN_LINE)
    _replace_check(_WITH_LINE)


def downgrade() -> None:
    _replace_check(_WITHOUT_LINE)
    op.execute("DROP FUNCTION join_line(bigint[], bigint[])")
    op.execute("DROP FUNCTION open_lines(bigint[])")
    op.execute("DROP FUNCTION line_places(bigint[], bigint[])")
    op.execute("DROP TYPE line_place")
    op.drop_table("line_entry")
    op.drop_table("waiting_line")
    op.drop_constraint("event_admission_complete", "event")
    for name in _TERMS:
        op.drop_column("event", name)


def _replace_check(parts: dict[str, str]) -> None:
    op.execute("DROP FUNCTION before_reserving(bigint[], bigint[], text[])")
    op.execute(_BEFORE_RESERVING % parts)

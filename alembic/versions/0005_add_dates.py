"""let events have dates and a sale window"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The function of 0004; with the sale window it also says when a sale opens that has not opened yet.
_BEFORE_RESERVING = """
    CREATE FUNCTION before_reserving(buyer_ids bigint[], event_ids bigint[], keys text[])
    RETURNS TABLE (place bigint, account_exists boolean, on_sale boolean, key_used boolean,
                   held bigint, first_ends_in interval%(columns)s)
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
               (SELECT e.is_active AND e.status IN ('available', 'sold_out')%(window)s
                FROM event e WHERE e.id = q.event_id),
               (SELECT true FROM idempotency_key k
                WHERE k.user_id = q.buyer_id AND k.operation = 'reserve' AND k.key = q.key),
               holds.seats, holds.first_ends - now()%(values)s
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
_WITHOUT_WINDOW = {"columns": "", "window": "", "values": ""}
_WITH_WINDOW = {
    "columns": ", opens_at timestamptz",
    "window": """
                       AND NOT coalesce(now() < e.sale_opens_at, false)
                       AND NOT coalesce(e.sale_closes_at <= now(), false)""",
    "values": """,
               (SELECT e.sale_opens_at FROM event e
                WHERE e.id = q.event_id AND now() < e.sale_opens_at)""",
}
_DATES = ("starts_at", "sale_opens_at", "sale_closes_at")


def upgrade() -> None:
    for name in _DATES:
        op.add_column("event", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("event", sa.Column("timezone", sa.Text))
    op.create_check_constraint("event_sale_window", "event", "sale_opens_at < sale_closes_at")
    _replace_function(_WITH_WINDOW)


def downgrade() -> None:
    _replace_function(_WITHOUT_WINDOW)
    op.drop_constraint("event_sale_window", "event")
    for name in (*_DATES, "timezone"):
        op.drop_column("event", name)


def _replace_function(parts: dict[str, str]) -> None:
    op.execute("DROP FUNCTION before_reserving(bigint[], bigint[], text[])")
    op.execute(_BEFORE_RESERVING % parts)

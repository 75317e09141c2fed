"""check before reserving"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What could have these requests refused, read without a lock and before any seat is touched: one row
# for each, in no order. `held_seats` is the exact check; this one counts in the same way. Whatever
# is found here is found by an index, with the one plan that was made when the tables were empty: as
# there, a status that the planner does not know keeps it from reading all that is held by anybody.
_BEFORE_RESERVING = """
    CREATE FUNCTION before_reserving(buyer_ids bigint[], event_ids bigint[], keys text[])
    RETURNS TABLE (place bigint, account_exists boolean, on_sale boolean, key_used boolean,
                   held bigint, first_ends_in interval)
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
                FROM event e WHERE e.id = q.event_id),
               (SELECT true FROM idempotency_key k
                WHERE k.user_id = q.buyer_id AND k.operation = 'reserve' AND k.key = q.key),
               holds.seats, holds.first_ends - now()
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


def upgrade() -> None:
    op.execute(_BEFORE_RESERVING)


def downgrade() -> None:
    op.execute("DROP FUNCTION before_reserving(bigint[], bigint[], text[])")

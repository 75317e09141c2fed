"""count held seats"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What these buyers hold of these events (pairs, as in two columns); nobody can add to it before the
# transaction ends. The buyers are locked first, in an order that everybody keeps to; advisory locks
# on a single number are theirs alone. Then the count has a snapshot of its own, because the function
# is volatile: that of the statement that calls it is older than the wait for the locks.
#
# One plan for all calls spares planning each of them. It must not be one for the few holds that the
# planner last heard of: a status that it does not know and a time that is no condition on the rows
# keep it from reading all that is held by anybody, by the index of what is due. A plain index scan
# remembers which of the entries that it met are dead.
_HELD_SEATS = """
    CREATE FUNCTION held_seats(buyer_ids bigint[], event_ids bigint[])
    RETURNS TABLE (buyer_id bigint, event_id bigint, seats bigint, first_ends timestamptz)
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off SET enable_seqscan = off
    AS $$
    #variable_conflict use_column
    DECLARE
        held_status CONSTANT text := 'reserved';
    BEGIN
        PERFORM pg_advisory_xact_lock(buyer.id)
        FROM (SELECT DISTINCT id FROM unnest(buyer_ids) AS b(id) ORDER BY id) AS buyer;

        RETURN QUERY
        SELECT pair.buyer_id, pair.event_id, held.seats, held.first_ends
        FROM (SELECT DISTINCT * FROM unnest(buyer_ids, event_ids) AS p(buyer_id, event_id)) AS pair
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(cardinality(r.ticket_ids)) FILTER (WHERE live), 0) AS seats,
                   min(r.expires_at) FILTER (WHERE live) AS first_ends
            FROM reservation r CROSS JOIN LATERAL (SELECT r.expires_at > now() AS live) AS l
            WHERE r.buyer_id = pair.buyer_id AND r.event_id = pair.event_id
              AND r.status = held_status
        ) AS held;
    END
    $$
"""


def upgrade() -> None:
    op.create_index(
        "reservation_held", "reservation", ["buyer_id", "event_id", "status"], unique=False
    )
    op.execute(_HELD_SEATS)


def downgrade() -> None:
    op.execute("DROP FUNCTION held_seats(bigint[], bigint[])")
    op.drop_index("reservation_held", table_name="reservation")

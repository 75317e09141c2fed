"""What the waiting lines say to PostgreSQL. Each statement is a transaction of its own."""

from src.platform.database import Statement
from src.service.shared_kernel import sql_rules

JOIN = Statement("join a line", "SELECT * FROM join_line(:event_ids, :buyer_ids)")

FIND = Statement("find places in line", "SELECT * FROM line_places(:event_ids, :buyer_ids)")

LEAVE = Statement(
    "leave a line",
    """
    UPDATE line_entry
    SET left_at = now(),
        pass_until = CASE WHEN pass_until > now() THEN now() ELSE pass_until END
    WHERE event_id = :event_id AND buyer_id = :buyer_id AND left_at IS NULL
    """,
)

MAKE = Statement(
    "make lines",
    """
    INSERT INTO waiting_line (event_id)
    SELECT id FROM event WHERE id = ANY(:event_ids) AND admission_per_minute IS NOT NULL ORDER BY id
    ON CONFLICT DO NOTHING
    """,
)

_IS_OVER = f"({sql_rules.is_final('e')} OR {sql_rules.sale_is_over('e')})"

# Each line and its event are found by their id: `OFFSET 0` keeps the planner, which takes a third of all
# lines for moving, from reading all events instead.
READ = Statement(
    "read lines",
    f"""
    WITH line AS (
        SELECT event_id FROM waiting_line WHERE serving < joined AND NOT ended
        UNION
        SELECT unnest(CAST(:also AS bigint[]))
    )
    SELECT l.event_id, l.seed, l.joined, l.gathered, l.serving, l.credited_until, l.ended,
           e.admission_per_minute, e.admission_max_active, e.admission_pass_seconds,
           e.sale_opens_at, e.is_active, {sql_rules.on_sale("e")} AS on_sale,
           {_IS_OVER} AS is_over, now() AS now,
           CASE WHEN e.admission_max_active IS NULL THEN 0 ELSE (
               SELECT count(*) FROM line_entry x
               WHERE x.event_id = l.event_id AND x.pass_until > now()
           ) END AS live_passes
    FROM line
    CROSS JOIN LATERAL (SELECT * FROM event WHERE id = line.event_id OFFSET 0) AS e
    CROSS JOIN LATERAL (
        SELECT * FROM waiting_line WHERE event_id = line.event_id OFFSET 0
    ) AS l
    WHERE e.admission_per_minute IS NOT NULL
    """,  # noqa: S608 - made of constants  # nosec
)

# In the order of their ids, as whoever joins or serves several locks them: others could wait for each other.
NOTE_ENDS = Statement(
    "note the ends of lines",
    f"""
    WITH line AS MATERIALIZED (
        SELECT event_id FROM waiting_line WHERE event_id = ANY(:event_ids)
        ORDER BY event_id FOR UPDATE
    )
    UPDATE waiting_line l SET ended = {_IS_OVER}
    FROM line JOIN event e ON e.id = line.event_id
    WHERE l.event_id = line.event_id AND l.ended <> {_IS_OVER}
    """,  # noqa: S608 - made of constants  # nosec
)

OPEN = Statement("open lines", "SELECT open_lines(:event_ids)")

# Nothing is locked while an instance thinks: of several that want to serve the same numbers one is the
# first, and the others change nothing. The lines are locked in the order of their ids. An entry given up
# meanwhile is served as well, so that it is known to be used, but without a pass.
ADVANCE = Statement(
    "advance lines",
    """
    WITH due AS (
        SELECT * FROM unnest(
            CAST(:event_ids AS bigint[]), CAST(:serving AS bigint[]), CAST(:to AS bigint[]),
            CAST(:credited_from AS timestamptz[]), CAST(:credited_until AS timestamptz[])
        ) AS a(event_id, serving, "to", credited_from, credited_until)
    ), still_due AS MATERIALIZED (
        SELECT l.event_id, due."to", due.credited_until
        FROM waiting_line l JOIN due USING (event_id, serving)
        WHERE l.credited_until = due.credited_from
        ORDER BY l.event_id FOR UPDATE OF l
    ), moved AS (
        UPDATE waiting_line l
        SET serving = still_due."to", credited_until = still_due.credited_until
        FROM still_due WHERE l.event_id = still_due.event_id
        RETURNING l.event_id
    ), served AS (
        UPDATE line_entry x
        SET served_at = now(),
            pass_until = CASE WHEN x.left_at IS NULL
                THEN now() + e.admission_pass_seconds * interval '1 second' END
        FROM unnest(CAST(:entry_event_ids AS bigint[]), CAST(:entries AS bigint[]))
             AS s(event_id, entry)
        JOIN moved USING (event_id) JOIN event e ON e.id = s.event_id
        WHERE x.event_id = s.event_id AND x.entry = s.entry
    )
    SELECT event_id FROM moved
    """,
)

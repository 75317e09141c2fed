"""What the webhooks say to PostgreSQL. Each statement is a transaction of its own, and a short one."""

from sqlalchemy import text

from src.platform.database import Statement
from src.service.integration.domain.delivery import DeliveryStatus
from src.service.integration.domain.webhook import WebhookStatus

_ACTIVE = f"status = '{WebhookStatus.ACTIVE}'"
_WAITING = f"status = '{DeliveryStatus.WAITING}'"
_WEBHOOK = "id, seller_id, url, types, description, status, paused_reason, created_at, secret"
_OWN = "id = :id AND seller_id = :seller_id"
_DELIVERY = """d.message_id, m.type, d.event_id, d.status, d.attempts, d.next_attempt_at, d.answer_status,
       d.answer_body, d.error, d.created_at, d.finished_at"""
# What was put into a lane is due, and whoever works on the lane sees that there is more.
_ARRIVAL = "due_at = now(), arrivals = arrivals + 1"

# Whoever adds one waits here for others who add one of the same seller's: they are counted after that.
LOCK_SELLER = text('SELECT id FROM "user" WHERE id = :seller_id FOR NO KEY UPDATE')

ADD = text(
    f"""
    WITH added AS (
        INSERT INTO webhook_endpoint (id, seller_id, url, types, description, secret)
        SELECT CAST(:id AS uuid), CAST(:seller_id AS bigint), :url, CAST(:types AS text[]),
               :description, :secret
        WHERE (SELECT count(*) FROM webhook_endpoint WHERE seller_id = :seller_id) < :most
        RETURNING {_WEBHOOK}
    ), lane AS (
        INSERT INTO webhook_lane (endpoint_id) SELECT id FROM added
    )
    SELECT {_WEBHOOK} FROM added
    """  # noqa: S608 - made of constants  # nosec
)

LIST = Statement(
    "list webhooks",
    f"SELECT {_WEBHOOK} FROM webhook_endpoint WHERE seller_id = :seller_id ORDER BY created_at, id",  # noqa: S608 - made of constants  # nosec
)

FIND = Statement("find a webhook", f"SELECT {_WEBHOOK} FROM webhook_endpoint WHERE {_OWN}")  # noqa: S608 - made of constants  # nosec

# A fresh start: another address, or one that is active again. What waits for its next attempt is due now.
CHANGE = Statement(
    "change a webhook",
    f"""
    WITH changed AS (
        UPDATE webhook_endpoint SET
            url = coalesce(:url, url),
            types = coalesce(CAST(:types AS text[]), types),
            description = CASE WHEN CAST(:description AS text) IS NULL THEN description
                               ELSE nullif(:description, '') END,
            status = coalesce(:status, status),
            paused_reason = CASE WHEN CAST(:status AS text) IS NULL THEN paused_reason END,
            updated_at = now()
        WHERE {_OWN}
        RETURNING {_WEBHOOK}
    ), fresh AS (
        SELECT id FROM changed
        WHERE CAST(:url AS text) IS NOT NULL OR CAST(:status AS text) = '{WebhookStatus.ACTIVE}'
    ), lane AS (
        UPDATE webhook_lane SET {_ARRIVAL}, failing_since = NULL, slow = false, rests_until = NULL
        FROM fresh WHERE endpoint_id = fresh.id
    ), waiting AS (
        UPDATE webhook_delivery d SET next_attempt_at = now(), failing_since = NULL
        FROM fresh
        WHERE d.endpoint_id = fresh.id AND d.{_WAITING}
          AND (d.next_attempt_at > now() OR d.failing_since IS NOT NULL)
    )
    SELECT {_WEBHOOK} FROM changed
    """,  # noqa: S608 - made of constants  # nosec
)

ROTATE_SECRET = Statement(
    "rotate a webhook's secret",
    f"""
    UPDATE webhook_endpoint
    SET old_secret = secret, old_secret_until = now() + CAST(:signs_for AS interval),
        secret = :secret, updated_at = now()
    WHERE {_OWN}
    RETURNING {_WEBHOOK}
    """,  # noqa: S608 - made of constants  # nosec
)

# Its deliveries go with their messages, in the purge: there may be very many.
REMOVE = Statement(
    "remove a webhook",
    f"DELETE FROM webhook_endpoint WHERE {_OWN} RETURNING id",  # noqa: S608 - made of constants  # nosec
)

PAGE = Statement(
    "list deliveries",
    f"""
    SELECT {_DELIVERY}
    FROM webhook_delivery d JOIN webhook_message m ON m.id = d.message_id
    WHERE d.endpoint_id = :id
      AND (CAST(:before AS bigint) IS NULL OR d.message_id < :before)
      AND (CAST(:status AS text) IS NULL OR d.status = :status)
    ORDER BY d.message_id DESC LIMIT :limit
    """,  # noqa: S608 - made of constants  # nosec
)

# A trial that waits already is as good as another.
WAITING_TRIAL = Statement(
    "find a webhook's trial",
    f"""
    SELECT {_DELIVERY}
    FROM webhook_delivery d JOIN webhook_message m ON m.id = d.message_id
    WHERE d.endpoint_id = :id AND d.event_id IS NULL AND d.{_WAITING}
    ORDER BY d.message_id LIMIT 1
    """,  # noqa: S608 - made of constants  # nosec
)

# Its id is one of the outbox's, as those of all other messages are.
NEXT_MESSAGE_ID = Statement(
    "take a message's id",
    "SELECT nextval(pg_get_serial_sequence('outbox', 'id')) AS id, now() AS now",
)

ADD_TRIAL = Statement(
    "add a webhook's trial",
    f"""
    WITH lane AS (
        UPDATE webhook_lane SET {_ARRIVAL} WHERE endpoint_id = :id RETURNING endpoint_id
    ), m AS (
        INSERT INTO webhook_message (id, type, body)
        SELECT CAST(:message_id AS bigint), :type, :body FROM lane RETURNING id, type
    ), d AS (
        INSERT INTO webhook_delivery (endpoint_id, message_id)
        SELECT lane.endpoint_id, m.id FROM lane, m RETURNING *
    )
    SELECT {_DELIVERY} FROM d JOIN m ON m.id = d.message_id
    """,  # noqa: S608 - made of constants  # nosec
)

# One that is being sent at this moment is not sent once more: it has just been.
SEND_AGAIN = Statement(
    "send a delivery again",
    f"""
    WITH d AS (
        UPDATE webhook_delivery
        SET {_WAITING}, next_attempt_at = now(), failing_since = NULL, finished_at = NULL
        WHERE endpoint_id = :id AND message_id = :message_id
        RETURNING *
    ), lane AS (
        UPDATE webhook_lane SET {_ARRIVAL}, rests_until = NULL
        FROM d WHERE webhook_lane.endpoint_id = d.endpoint_id
    )
    SELECT {_DELIVERY} FROM d JOIN webhook_message m ON m.id = d.message_id
    """,  # noqa: S608 - made of constants  # nosec
)

QUEUE = Statement(
    "queue deliveries",
    f"""
    WITH wanted AS MATERIALIZED (
        SELECT m.*, e.id AS endpoint_id
        FROM unnest(
            CAST(:ids AS bigint[]), CAST(:types AS text[]), CAST(:event_ids AS bigint[]),
            CAST(:seller_ids AS bigint[]), CAST(:bodies AS text[])
        ) AS m(id, type, event_id, seller_id, body)
        JOIN webhook_endpoint e ON e.seller_id = m.seller_id
        WHERE e.{_ACTIVE} AND m.type = ANY(e.types)
    ), message AS (
        INSERT INTO webhook_message (id, type, event_id, body)
        SELECT DISTINCT ON (id) id, type, event_id, body FROM wanted
        ON CONFLICT DO NOTHING
    ), delivery AS (
        INSERT INTO webhook_delivery (endpoint_id, message_id, event_id)
        SELECT endpoint_id, id, event_id FROM wanted
        ON CONFLICT DO NOTHING
        RETURNING endpoint_id
    )
    UPDATE webhook_lane SET {_ARRIVAL}
    WHERE endpoint_id IN (SELECT endpoint_id FROM delivery)
    RETURNING endpoint_id
    """,  # noqa: S608 - made of constants  # nosec
)


def _free_lanes(slow: bool) -> str:
    kind, most = ("slow", ":slow") if slow else ("NOT slow", ":quick")
    return f"""
        SELECT endpoint_id FROM webhook_lane
        WHERE due_at <= now() AND (leased_until IS NULL OR leased_until < now()) AND {kind}
        ORDER BY due_at LIMIT {most}
        FOR UPDATE SKIP LOCKED
    """  # noqa: S608 - made of constants  # nosec


LEASE = Statement(
    "lease lanes",
    f"""
    WITH quick AS ({_free_lanes(slow=False)}), slow AS ({_free_lanes(slow=True)})
    UPDATE webhook_lane SET lease = gen_random_uuid(), leased_until = now() + CAST(:lasts AS interval)
    WHERE endpoint_id IN (SELECT endpoint_id FROM quick UNION ALL SELECT endpoint_id FROM slow)
      AND (leased_until IS NULL OR leased_until < now())
    RETURNING endpoint_id, lease, slow
    """,  # noqa: S608 - made of constants  # nosec
)

# The first that waits of each event, found without reading those behind it. A trial is of event 0; where the
# webhook is paused there are only trials.
_FIRST = f"""
    SELECT d.message_id, d.event_id, d.next_attempt_at, d.failing_since
    FROM webhook_delivery d
    WHERE d.endpoint_id = :endpoint_id AND d.{_WAITING}
"""  # noqa: S608 - made of constants  # nosec
_EVENT = "coalesce(d.event_id, 0)"
_HEADS = f"""
    head AS (
        ({_FIRST} ORDER BY {_EVENT}, d.message_id LIMIT 1)
        UNION ALL
        SELECT next.* FROM head CROSS JOIN LATERAL (
            {_FIRST} AND {_EVENT} > coalesce(head.event_id, 0)
            ORDER BY {_EVENT}, d.message_id LIMIT 1
        ) next
    )
"""  # noqa: S608 - made of constants  # nosec
_MAY_GO = f"(head.event_id IS NULL OR e.{_ACTIVE})"


def _rest(lane: str) -> str:
    """Until when the message waits for its receiver to have had its rest. A trial does not."""
    return f"CASE WHEN head.event_id IS NOT NULL THEN {lane}.rests_until END"


# One row that tells of the lane, beside each delivery that is due or alone.
LOOK = Statement(
    "look into a lane",
    f"""
    WITH RECURSIVE {_HEADS}
    SELECT l.arrivals, l.failing_since IS NOT NULL AS failing, now() AS now, e.url, e.secret,
           CASE WHEN e.old_secret_until > now() THEN e.old_secret END AS old_secret,
           now() - l.failing_since AS webhook_failing_for,
           due.message_id, due.event_id, m.body,
           now() - due.failing_since AS delivery_failing_for
    FROM webhook_lane l JOIN webhook_endpoint e ON e.id = l.endpoint_id
    LEFT JOIN LATERAL (
        SELECT * FROM head
        WHERE greatest(head.next_attempt_at, {_rest("l")}) <= now() AND {_MAY_GO}
          AND coalesce(head.event_id, 0) <> ALL(CAST(:busy AS bigint[]))
        ORDER BY head.next_attempt_at, head.message_id LIMIT :most
    ) due ON true
    LEFT JOIN webhook_message m ON m.id = due.message_id
    WHERE l.endpoint_id = :endpoint_id AND l.lease = :lease
    ORDER BY due.next_attempt_at, due.message_id
    """,  # noqa: S608 - made of constants  # nosec
)

# All or nothing of it, by the lease.
RECORD = Statement(
    "record an attempt",
    f"""
    WITH lane AS (
        UPDATE webhook_lane
        SET leased_until = now() + CAST(:lasts AS interval), slow = :slow,
            rests_until = greatest(rests_until, now() + CAST(:rest AS interval)),
            failing_since = CASE WHEN CAST(:is_trial AS boolean) THEN failing_since
                                 WHEN NOT CAST(:delivered AS boolean)
                                 THEN coalesce(failing_since, now()) END
        WHERE endpoint_id = :endpoint_id AND lease = :lease
        RETURNING endpoint_id
    ), paused AS (
        UPDATE webhook_endpoint
        SET status = '{WebhookStatus.PAUSED}', paused_reason = :paused_reason, updated_at = now()
        FROM lane
        WHERE id = lane.endpoint_id AND {_ACTIVE} AND CAST(:paused_reason AS text) IS NOT NULL
    ), delivery AS (
        UPDATE webhook_delivery d
        SET status = :status, attempts = attempts + 1,
            next_attempt_at = now() + coalesce(CAST(:retry_after AS interval), interval '0'),
            failing_since = CASE WHEN NOT :delivered THEN coalesce(failing_since, now()) END,
            answer_status = :answer_status, answer_body = :answer_body, error = :error,
            finished_at = CASE WHEN CAST(:status AS text) <> '{DeliveryStatus.WAITING}' THEN now() END
        FROM lane
        WHERE d.endpoint_id = lane.endpoint_id AND d.message_id = :message_id
    )
    SELECT endpoint_id FROM lane
    """,  # noqa: S608 - made of constants  # nosec
)

LEAVE = Statement(
    "leave a lane",
    f"""
    WITH RECURSIVE {_HEADS}
    UPDATE webhook_lane
    SET lease = NULL, leased_until = NULL, due_at = (
        SELECT min(greatest(head.next_attempt_at, {_rest("webhook_lane")})) FROM head JOIN webhook_endpoint e ON e.id = :endpoint_id
        WHERE {_MAY_GO}
    )
    WHERE endpoint_id = :endpoint_id AND lease = :lease AND arrivals = :arrivals
    RETURNING endpoint_id
    """,  # noqa: S608 - made of constants  # nosec
)

HAND_OVER = Statement(
    "hand a lane over",
    """
    UPDATE webhook_lane SET lease = NULL, leased_until = NULL, due_at = now()
    WHERE endpoint_id = :endpoint_id AND lease = :lease
    """,
)

PURGE = Statement(
    "purge webhook messages",
    """
    WITH old AS (
        DELETE FROM webhook_message WHERE id IN (
            SELECT id FROM (SELECT id, created_at FROM webhook_message ORDER BY id LIMIT :most) m
            WHERE created_at < now() - CAST(:age AS interval)
        )
        RETURNING id
    ), deliveries AS (
        DELETE FROM webhook_delivery WHERE message_id IN (SELECT id FROM old)
    )
    SELECT count(*) AS count FROM old
    """,
)

"""let events be found by words and by their start"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("event", sa.Column("search_text", sa.Text, nullable=False, server_default=""))
    _fill()
    op.create_index(
        "event_by_start",
        "event",
        [sa.text("coalesce(starts_at, 'infinity'::timestamptz)"), sa.text("(-id)")],
        postgresql_where=sa.text("is_active AND status = 'available'"),
    )


def downgrade() -> None:
    op.drop_index("event_by_start", "event")
    op.drop_column("event", "search_text")


def _fill() -> None:
    # Here and not in SQL: what PostgreSQL knows of upper and lower case depends on its locale.
    connection, last = op.get_bind(), 0
    while rows := connection.execute(
        sa.text("SELECT id, name, venue_name FROM event WHERE id > :last ORDER BY id LIMIT :most"),
        {"last": last, "most": _AT_ONCE},
    ).all():
        connection.execute(
            sa.text("UPDATE event SET search_text = :found WHERE id = :id"),
            [{"id": r.id, "found": f"{_folded(r.name)}\n{_folded(r.venue_name)}"} for r in rows],
        )
        last = rows[-1].id


def _folded(text: str) -> str:
    compatible = unicodedata.normalize("NFKC", text)
    return unicodedata.normalize("NFKC", compatible.casefold()).replace("臺", "台")

"""create schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("role IN ('seller', 'buyer')", name="user_role_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("venue_name", sa.Text(), nullable=False),
        sa.Column("seating_config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("state_epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("description <> ''", name="event_description_not_empty"),
        sa.CheckConstraint("name <> ''", name="event_name_not_empty"),
        sa.CheckConstraint(
            "status IN ('draft', 'available', 'sold_out', 'completed', 'ended')",
            name="event_status_known",
        ),
        sa.CheckConstraint("venue_name <> ''", name="event_venue_name_not_empty"),
        sa.ForeignKeyConstraint(
            ["seller_id"],
            ["user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_by_seller", "event", ["seller_id", "id"], unique=False)
    op.create_index(
        "event_purchasable",
        "event",
        ["id"],
        unique=False,
        postgresql_where=sa.text("is_active AND status = 'available'"),
    )
    op.create_table(
        "reservation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("ticket_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('reserved', 'confirmed', 'released', 'expired')",
            name="reservation_status_known",
        ),
        sa.CheckConstraint("cardinality(ticket_ids) BETWEEN 1 AND 10", name="reservation_size"),
        sa.ForeignKeyConstraint(
            ["buyer_id"],
            ["user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "reservation_by_buyer", "reservation", ["buyer_id", "created_at", "id"], unique=False
    )
    op.create_index("reservation_by_event", "reservation", ["event_id", "updated_at"], unique=False)
    op.create_index(
        "reservation_due",
        "reservation",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'reserved'"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "operation IN ('create_event', 'reserve')", name="idempotency_operation"
        ),
        sa.CheckConstraint(
            "num_nonnulls(event_id, reservation_id) = 1", name="idempotency_guards_one_thing"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
        ),
        sa.PrimaryKeyConstraint("user_id", "operation", "key"),
    )
    op.create_index(
        op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("subsection", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=True),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(status = 'available') = (reservation_id IS NULL) AND (reservation_id IS NULL) = (buyer_id IS NULL)",
            name="ticket_owner_matches_status",
        ),
        sa.CheckConstraint(
            "status IN ('available', 'reserved', 'sold')", name="ticket_status_known"
        ),
        sa.CheckConstraint("price >= 0", name="ticket_price_not_negative"),
        sa.ForeignKeyConstraint(
            ["buyer_id"],
            ["user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"],
            ["reservation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "event_id", "section", "subsection", "row", "seat", name="ticket_seat_once"
        ),
        postgresql_with={"fillfactor": 90},
    )


def downgrade() -> None:
    op.drop_table("ticket")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(
        "reservation_due", table_name="reservation", postgresql_where=sa.text("status = 'reserved'")
    )
    op.drop_index("reservation_by_event", table_name="reservation")
    op.drop_index("reservation_by_buyer", table_name="reservation")
    op.drop_table("reservation")
    op.drop_index(
        "event_purchasable",
        table_name="event",
        postgresql_where=sa.text("is_active AND status = 'available'"),
    )
    op.drop_index("event_by_seller", table_name="event")
    op.drop_table("event")
    op.drop_table("user")

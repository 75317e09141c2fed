"""The `event` table."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base
from src.service.shared_kernel.admission_terms import (
    MAX_ACTIVE,
    MAX_PASS_SECONDS,
    MAX_PER_MINUTE,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.sql_rules import one_of

# But for the sale's end, which passes by itself.
_MAYBE_PURCHASABLE = f"is_active AND status = '{EventStatus.AVAILABLE}'"


class EventRow(Base):
    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint(one_of("status", EventStatus), name="event_status_known"),
        CheckConstraint("name <> ''", name="event_name_not_empty"),
        CheckConstraint("description <> ''", name="event_description_not_empty"),
        CheckConstraint("venue_name <> ''", name="event_venue_name_not_empty"),
        CheckConstraint("sale_opens_at < sale_closes_at", name="event_sale_window"),
        CheckConstraint(
            "(admission_per_minute IS NULL) = (admission_pass_seconds IS NULL)"
            " AND (admission_per_minute IS NOT NULL OR admission_max_active IS NULL)",
            name="event_admission_complete",
        ),
        *(
            CheckConstraint(f"{name} BETWEEN 1 AND {most}", name=f"event_{name}")
            for name, most in (
                ("admission_per_minute", MAX_PER_MINUTE),
                ("admission_max_active", MAX_ACTIVE),
                ("admission_pass_seconds", MAX_PASS_SECONDS),
            )
        ),
        Index("event_by_seller", "seller_id", "id"),
        # What the public list reads, soonest first.
        Index(
            "event_by_start",
            text("coalesce(starts_at, 'infinity'::timestamptz)"),
            text("(-id)"),
            postgresql_where=text(_MAYBE_PURCHASABLE),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    seller_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user.id"))
    venue_name: Mapped[str] = mapped_column(Text)
    seating_config: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    status: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sale_opens_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sale_closes_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Name and venue in the form that searches compare: `search_text` in the shared kernel.
    search_text: Mapped[str] = mapped_column(Text, server_default="")
    timezone: Mapped[str | None] = mapped_column(Text)
    admission_per_minute: Mapped[int | None] = mapped_column(Integer)
    admission_max_active: Mapped[int | None] = mapped_column(Integer)
    admission_pass_seconds: Mapped[int | None] = mapped_column(Integer)
    # Grows each time the seat state in Kvrocks is rebuilt, so that versions never go back.
    state_epoch: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


# What the public list reads, newest first.
Index(
    "event_purchasable",
    EventRow.id,
    postgresql_where=text(_MAYBE_PURCHASABLE),
)

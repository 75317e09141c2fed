"""The tables of the waiting lines."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base


class WaitingLineRow(Base):
    """A line. `gathered` and `credited_until` are null before its opening. `ended` says that it was seen
    to be over, and need not be looked at again for those who still wait in it."""

    __tablename__ = "waiting_line"
    __table_args__ = (
        CheckConstraint("octet_length(seed) = 32", name="waiting_line_seed"),
        CheckConstraint("serving BETWEEN 0 AND joined", name="waiting_line_serving"),
        CheckConstraint("gathered BETWEEN 0 AND joined", name="waiting_line_gathered"),
        CheckConstraint(
            "(gathered IS NULL) = (credited_until IS NULL)"
            " AND (gathered IS NOT NULL OR serving = 0)",
            name="waiting_line_opened",
        ),
        Index(
            "waiting_line_moving",
            "event_id",
            postgresql_where=text("serving < joined AND NOT ended"),
        ),
    )

    event_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("event.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    seed: Mapped[bytes] = mapped_column(
        LargeBinary,
        server_default=text(
            "sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))"
        ),
    )
    joined: Mapped[int] = mapped_column(BigInteger, server_default="0")
    gathered: Mapped[int | None] = mapped_column(BigInteger)
    serving: Mapped[int] = mapped_column(BigInteger, server_default="0")
    credited_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended: Mapped[bool] = mapped_column(server_default=false())


class LineEntryRow(Base):
    """A buyer in a line, once. `served_at` is set when the number is served, also of who had left."""

    __tablename__ = "line_entry"
    __table_args__ = (
        CheckConstraint("entry >= 1", name="line_entry_from_one"),
        CheckConstraint(
            "pass_until IS NULL OR served_at IS NOT NULL", name="line_entry_pass_is_served"
        ),
        UniqueConstraint("event_id", "entry", name="line_entry_once"),
        Index(
            "line_entry_pass",
            "event_id",
            "pass_until",
            postgresql_where=text("pass_until IS NOT NULL"),
        ),
    )

    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("waiting_line.event_id", ondelete="CASCADE"), primary_key=True
    )
    buyer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("user.id"), primary_key=True)
    entry: Mapped[int] = mapped_column(BigInteger)
    joined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    served_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    pass_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

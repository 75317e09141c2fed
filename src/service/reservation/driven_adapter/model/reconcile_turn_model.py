"""The `reconcile_turn` table."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, DateTime, text, true
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base


class ReconcileTurnRow(Base):
    """When an instance last began to go through all events. There is one row, or none before the first."""

    __tablename__ = "reconcile_turn"
    __table_args__ = (CheckConstraint(text("only_one"), name="reconcile_turn_only_one"),)

    only_one: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=true())
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

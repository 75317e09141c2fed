"""The table of access tokens that a logout revoked before their time."""

import uuid
from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base


class RevokedTokenRow(Base):
    """Kept until the token would be refused for its age anyway."""

    # Not renamed with the class: during an upgrade instances of the version before still use it.
    __tablename__ = "ended_token"

    jti: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)

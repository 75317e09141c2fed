"""The `ended_token` table: access tokens that a logout ended before their time."""

import uuid
from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from src.platform.database import Base


class RevokedTokenRow(Base):
    """Kept until the token would be refused for its age anyway."""

    __tablename__ = "ended_token"

    jti: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)

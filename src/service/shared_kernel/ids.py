"""Identities that both contexts speak of."""

from typing import NewType
from uuid import UUID

EventId = NewType("EventId", int)
UserId = NewType("UserId", int)
ReservationId = NewType("ReservationId", UUID)

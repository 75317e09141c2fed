"""A reservation's id in a path."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from src.service.shared_kernel.errors import ReservationNotFoundError
from src.service.shared_kernel.ids import ReservationId

# A text to the framework: what is no UUID is nobody's reservation, and no mistake in the request.
PathReservation = Annotated[
    str,
    Path(description="The reservation's `id`.", json_schema_extra={"format": "uuid"}),
]


def reservation_id_of(text: str) -> ReservationId:
    """Return the id that a path names, or raise ReservationNotFoundError."""
    try:
        known = UUID(text)
    except ValueError:
        known = None
    # Python would take it without hyphens, in braces and as a URN too.
    if known is None or str(known) != text.lower():
        raise ReservationNotFoundError("You have no such reservation.")
    return ReservationId(known)

"""A hold that PostgreSQL refuses, and that cannot be explained any more."""

import uuid
from typing import Any, cast

import pytest

from src.platform.database import Database
from src.service.reservation.app.interface.reservation_ledger import NewReservation
from src.service.reservation.driven_adapter.hold_refusal import refusal
from src.service.reservation.driven_adapter.reservation_statements import STATUSES
from src.service.shared_kernel.errors import OutcomeUnknownError, StoreUnavailableError
from src.service.shared_kernel.ids import EventId, ReservationId
from test.fake.people import BUYER, seats


class _GoneDatabase:
    async def read(self, *_: object, **__: Any) -> None:
        raise StoreUnavailableError("PostgreSQL")


async def test_leaves_the_seats_to_the_reconciler_when_their_owner_cannot_be_read() -> None:
    new = NewReservation(ReservationId(uuid.uuid4()), EventId(1), BUYER.id, seats("A-1-1-1"))

    with pytest.raises(OutcomeUnknownError, match="PostgreSQL"):
        await refusal(cast("Database", _GoneDatabase()), STATUSES, new)

"""The schema: alembic's migrations, and the models they are compared with."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from src.platform.database import Base, connection_errors
from src.platform.idempotency_model import IdempotencyKeyRow
from src.service.admission.driven_adapter.model.line_model import LineEntryRow, WaitingLineRow
from src.service.box_office.driven_adapter.model.ticket_code_model import (
    CheckInRow,
    TicketKeyRow,
)
from src.service.integration.driven_adapter.model.outbox_model import OutboxRow, OutboxTurnRow
from src.service.integration.driven_adapter.model.webhook_model import (
    WebhookDeliveryRow,
    WebhookEndpointRow,
    WebhookLaneRow,
    WebhookMessageRow,
)
from src.service.reservation.driven_adapter.model.reconcile_turn_model import ReconcileTurnRow
from src.service.reservation.driven_adapter.model.reservation_model import ReservationRow
from src.service.ticketing.driven_adapter.model.event_model import EventRow
from src.service.ticketing.driven_adapter.model.ticket_model import TicketRow
from src.service.user.driven_adapter.revoked_token_model import RevokedTokenRow
from src.service.user.driven_adapter.user_model import UserRow

_MODELS = (
    UserRow,
    EventRow,
    TicketRow,
    ReservationRow,
    ReconcileTurnRow,
    IdempotencyKeyRow,
    RevokedTokenRow,
    WaitingLineRow,
    LineEntryRow,
    TicketKeyRow,
    CheckInRow,
    OutboxRow,
    OutboxTurnRow,
    WebhookEndpointRow,
    WebhookLaneRow,
    WebhookMessageRow,
    WebhookDeliveryRow,
)

# Importing the models is what fills the metadata.
ALL_MODELS = Base.metadata

_SCRIPTS = Path(__file__).resolve().parents[2] / "alembic"


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database up to a revision. Must not be called from a running event loop.

    Raises StoreUnavailableError.
    """
    with connection_errors():
        command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str = "base") -> None:
    """Take the database down to a revision, by default to nothing."""
    command.downgrade(_config(database_url), revision)


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["database_url"] = database_url
    return config

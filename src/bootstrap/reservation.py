"""The reservation context: its ports in, its use cases out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from src.service.reservation.app.command.begin_epoch_use_case import BeginEpochUseCase
from src.service.reservation.app.command.cancel_reservation_use_case import (
    CancelReservationUseCase,
)
from src.service.reservation.app.command.confirm_reservation_use_case import (
    ConfirmReservationUseCase,
)
from src.service.reservation.app.command.expire_reservations_use_case import (
    ExpireReservationsUseCase,
)
from src.service.reservation.app.command.free_house_seats_use_case import FreeHouseSeatsUseCase
from src.service.reservation.app.command.reconcile_seat_state_use_case import (
    ReconcileSeatStateUseCase,
)
from src.service.reservation.app.command.release_event_holds_use_case import (
    ReleaseEventHoldsUseCase,
)
from src.service.reservation.app.command.release_reservation_use_case import (
    ReleaseReservationUseCase,
)
from src.service.reservation.app.command.release_seat_use_case import ReleaseSeatUseCase
from src.service.reservation.app.command.reserve_seats_use_case import ReserveSeatsUseCase
from src.service.reservation.app.command.take_house_seats_use_case import TakeHouseSeatsUseCase
from src.service.reservation.app.hold_recorder import HoldRecorder
from src.service.reservation.app.interface.event_state_broadcaster import EventStateBroadcaster
from src.service.reservation.app.interface.house_seat_ledger import HouseSeatLedger
from src.service.reservation.app.interface.ledger_audit import LedgerAudit
from src.service.reservation.app.interface.reconcile_requests import ReconcileRequests
from src.service.reservation.app.interface.reservation_ledger import ReservationLedger
from src.service.reservation.app.interface.seat_inventory import SeatInventory
from src.service.reservation.app.interface.seat_state_store import (
    SeatStateStore,
)
from src.service.reservation.app.query.get_reservation_use_case import GetReservationUseCase
from src.service.reservation.app.query.list_all_subsection_status_use_case import (
    ListAllSubsectionStatusUseCase,
)
from src.service.reservation.app.query.list_house_seats_use_case import ListHouseSeatsUseCase
from src.service.reservation.app.query.list_reservations_use_case import ListReservationsUseCase
from src.service.reservation.app.query.list_section_seats_detail_use_case import (
    ListSectionSeatsDetailUseCase,
)
from src.service.reservation.app.query.verify_seat_state_use_case import VerifySeatStateUseCase
from src.service.reservation.app.seat_comparison import SeatComparer
from src.service.reservation.app.seat_picker import SeatPicker
from src.service.reservation.app.seat_state_sync import SeatStateSync
from src.service.reservation.domain.hold_terms import HoldTerms
from src.service.reservation.driving_adapter.http_controller.house_seats_controller import (
    HouseSeatUseCases,
)
from src.service.reservation.driving_adapter.http_controller.reservation_controller import (
    ReservationUseCases,
)
from src.service.shared_kernel.event_directory import EventDirectory
from src.service.shared_kernel.ids import ReservationId
from src.service.shared_kernel.seat_state import SeatStateQuery


@dataclass(frozen=True, slots=True)
class ReservationPorts:
    """What the context needs of the world. `pick_state` is the seat state that picks read, by
    connections of their own."""

    directory: EventDirectory
    ledger: ReservationLedger
    house_seat_ledger: HouseSeatLedger
    audit: LedgerAudit
    inventory: SeatInventory
    seat_state: SeatStateQuery
    pick_state: SeatStateQuery
    state_store: SeatStateStore
    broadcaster: EventStateBroadcaster
    reconcile_requests: ReconcileRequests
    new_id: Callable[[], ReservationId]


@dataclass(frozen=True, slots=True)
class ReservationPolicy:
    """The operator's choices. `pick_timeout` is in seconds.

    Seats that changed less than `pending_ttl` ago may still be on their way from Postgres to Kvrocks.
    """

    terms: HoldTerms
    pick_timeout: float
    pending_ttl: timedelta
    draft_ttl: timedelta


@dataclass(frozen=True, slots=True)
class ReservationContext:
    """The use cases: those of the endpoints, those that the event endpoints call, and those of
    background work and commands."""

    endpoints: ReservationUseCases
    house_seats: HouseSeatUseCases
    list_all_subsection_status: ListAllSubsectionStatusUseCase
    list_section_seats: ListSectionSeatsDetailUseCase
    release_event_holds: ReleaseEventHoldsUseCase
    expire: ExpireReservationsUseCase
    reconcile: ReconcileSeatStateUseCase
    verify: VerifySeatStateUseCase
    begin_epoch: BeginEpochUseCase


def build_reservation(ports: ReservationPorts, policy: ReservationPolicy) -> ReservationContext:
    sync = SeatStateSync(
        ports.directory, ports.inventory, ports.broadcaster, ports.reconcile_requests
    )
    recorder = HoldRecorder(
        ports.inventory, ports.ledger, ports.broadcaster, ports.reconcile_requests
    )
    comparer = SeatComparer(
        ports.directory, ports.audit, ports.state_store, grace=policy.pending_ttl
    )
    release_event_holds = ReleaseEventHoldsUseCase(
        ports.ledger, sync, comparer, ports.reconcile_requests
    )
    return ReservationContext(
        endpoints=ReservationUseCases(
            reserve=ReserveSeatsUseCase(
                ports.directory,
                SeatPicker(ports.pick_state, ports.inventory, timeout=policy.pick_timeout),
                ports.inventory,
                ports.ledger,
                recorder,
                ports.reconcile_requests,
                ports.new_id,
                policy.terms,
            ),
            confirm=ConfirmReservationUseCase(ports.ledger, sync),
            release=ReleaseReservationUseCase(ports.ledger, sync),
            release_seat=ReleaseSeatUseCase(ports.ledger, sync),
            cancel=CancelReservationUseCase(ports.ledger, sync),
            get=GetReservationUseCase(ports.ledger),
            list=ListReservationsUseCase(ports.ledger),
        ),
        house_seats=HouseSeatUseCases(
            take=TakeHouseSeatsUseCase(
                ports.directory,
                ports.inventory,
                ports.house_seat_ledger,
                recorder,
                ports.reconcile_requests,
                ports.new_id,
            ),
            free=FreeHouseSeatsUseCase(ports.directory, ports.house_seat_ledger, sync),
            list=ListHouseSeatsUseCase(ports.directory, ports.house_seat_ledger),
        ),
        list_all_subsection_status=ListAllSubsectionStatusUseCase(
            ports.directory, ports.seat_state
        ),
        list_section_seats=ListSectionSeatsDetailUseCase(ports.directory, ports.seat_state),
        release_event_holds=release_event_holds,
        expire=ExpireReservationsUseCase(ports.ledger, sync),
        reconcile=ReconcileSeatStateUseCase(
            ports.audit,
            ports.state_store,
            ports.inventory,
            ports.broadcaster,
            comparer,
            release_event_holds,
        ),
        verify=VerifySeatStateUseCase(
            ports.audit, ports.state_store, comparer, draft_ttl=policy.draft_ttl
        ),
        begin_epoch=BeginEpochUseCase(ports.audit, ports.state_store, ports.broadcaster),
    )

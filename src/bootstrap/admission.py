"""The admission context: its ports in, its use cases out."""

from dataclasses import dataclass

from src.platform.http.live_stream import StreamTiming
from src.service.admission.app.command.advance_lines_use_case import AdvanceLinesUseCase
from src.service.admission.app.command.join_line_use_case import JoinLineUseCase
from src.service.admission.app.command.leave_line_use_case import LeaveLineUseCase
from src.service.admission.app.interface.line_audit import LineAudit
from src.service.admission.app.interface.waiting_lines import WaitingLines
from src.service.admission.app.live.line_hub import LineHub
from src.service.admission.app.query.get_place_use_case import GetPlaceUseCase
from src.service.admission.app.query.verify_lines_use_case import VerifyLinesUseCase
from src.service.admission.app.query.watch_line_use_case import WatchLineUseCase
from src.service.admission.driving_adapter.http_controller.line_controller import LineUseCases
from src.service.admission.driving_adapter.schema.line_json import line_message
from src.service.shared_kernel.event_directory import EventDirectory
from src.service.shared_kernel.subscriber import SubscriberLimit


@dataclass(frozen=True, slots=True)
class AdmissionPorts:
    """What the context needs of the world."""

    directory: EventDirectory
    lines: WaitingLines
    audit: LineAudit
    subscriber_limit: SubscriberLimit


@dataclass(frozen=True, slots=True)
class AdmissionContext:
    """The use cases: those of the endpoints, that of background work, that of a command, and the hub of
    all streams."""

    endpoints: LineUseCases
    hub: LineHub
    advance: AdvanceLinesUseCase
    verify: VerifyLinesUseCase


def build_admission(ports: AdmissionPorts, stream_timing: StreamTiming) -> AdmissionContext:
    hub = LineHub(line_message, ports.subscriber_limit)
    return AdmissionContext(
        endpoints=LineUseCases(
            join=JoinLineUseCase(ports.directory, ports.lines, hub.wanted.set),
            leave=LeaveLineUseCase(ports.directory, ports.lines, hub.wanted.set),
            get_place=GetPlaceUseCase(ports.directory, ports.lines),
            watch=WatchLineUseCase(ports.directory, hub),
            stream_timing=stream_timing,
        ),
        hub=hub,
        advance=AdvanceLinesUseCase(ports.lines, hub),
        verify=VerifyLinesUseCase(ports.audit),
    )

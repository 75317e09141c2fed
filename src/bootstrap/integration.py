"""The integration context: its ports in, its use cases out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from src.service.integration.app.command.pass_on_messages_use_case import PassOnMessagesUseCase
from src.service.integration.app.interface.message_sink import MessageSink
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.domain.backlog import Backlog
from src.service.shared_kernel.message_type import Listener


@dataclass(frozen=True, slots=True)
class IntegrationPorts:
    """What the context needs of the world. `sinks` has the listeners that there are."""

    outbox: Outbox
    sinks: Mapping[Listener, MessageSink]


@dataclass(frozen=True, slots=True)
class IntegrationContext:
    """The use cases of background work: one for each listener. `backlog` is for the metrics."""

    pass_on: Sequence[PassOnMessagesUseCase]
    backlog: Callable[[Listener], Awaitable[Backlog]]


def build_integration(ports: IntegrationPorts) -> IntegrationContext:
    return IntegrationContext(
        pass_on=[
            PassOnMessagesUseCase(ports.outbox, listener, sink)
            for listener, sink in ports.sinks.items()
        ],
        backlog=ports.outbox.backlog,
    )

"""The integration context: its ports in, its use cases out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from src.service.integration.app.command.change_webhook_use_case import ChangeWebhookUseCase
from src.service.integration.app.command.delete_webhook_use_case import DeleteWebhookUseCase
from src.service.integration.app.command.pass_on_messages_use_case import PassOnMessagesUseCase
from src.service.integration.app.command.purge_webhook_messages_use_case import (
    PurgeWebhookMessagesUseCase,
)
from src.service.integration.app.command.register_webhook_use_case import RegisterWebhookUseCase
from src.service.integration.app.command.rotate_webhook_secret_use_case import (
    RotateWebhookSecretUseCase,
)
from src.service.integration.app.command.send_again_use_case import SendAgainUseCase
from src.service.integration.app.command.try_webhook_use_case import TryWebhookUseCase
from src.service.integration.app.delivery.delivery_dispatcher import DeliveryDispatcher
from src.service.integration.app.interface.message_sink import MessageSink
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.app.interface.webhook_deliveries import WebhookDeliveries
from src.service.integration.app.interface.webhooks import Webhooks
from src.service.integration.app.query.get_webhook_use_case import GetWebhookUseCase
from src.service.integration.app.query.list_deliveries_use_case import ListDeliveriesUseCase
from src.service.integration.app.query.list_webhooks_use_case import ListWebhooksUseCase
from src.service.integration.domain.backlog import Backlog
from src.service.integration.driving_adapter.http_controller.webhook_controller import (
    WebhookUseCases,
)
from src.service.shared_kernel.message_type import Listener


@dataclass(frozen=True, slots=True)
class IntegrationPorts:
    """What the context needs of the world. `sinks` has the listeners that there are."""

    outbox: Outbox
    sinks: Mapping[Listener, MessageSink]
    webhooks: Webhooks
    deliveries: WebhookDeliveries
    dispatcher: DeliveryDispatcher


@dataclass(frozen=True, slots=True)
class IntegrationContext:
    """The use cases: those of the endpoints, and those of background work, of which `pass_on` has one for
    each listener. `backlog` is for the metrics, `leave` for the end."""

    webhooks: WebhookUseCases
    pass_on: Sequence[PassOnMessagesUseCase]
    backlog: Callable[[Listener], Awaitable[Backlog]]
    leave: Callable[[], Awaitable[None]]
    dispatcher: DeliveryDispatcher
    purge: PurgeWebhookMessagesUseCase


def build_integration(ports: IntegrationPorts, *, private_allowed: bool) -> IntegrationContext:
    """`private_allowed` lets webhooks have private addresses, and http."""
    webhooks, deliveries, wake = ports.webhooks, ports.deliveries, ports.dispatcher.wake
    return IntegrationContext(
        webhooks=WebhookUseCases(
            register=RegisterWebhookUseCase(webhooks, private_allowed=private_allowed),
            list=ListWebhooksUseCase(webhooks),
            get=GetWebhookUseCase(webhooks),
            change=ChangeWebhookUseCase(webhooks, wake, private_allowed=private_allowed),
            delete=DeleteWebhookUseCase(webhooks),
            rotate_secret=RotateWebhookSecretUseCase(webhooks),
            test=TryWebhookUseCase(webhooks, deliveries, wake),
            list_deliveries=ListDeliveriesUseCase(webhooks, deliveries),
            send_again=SendAgainUseCase(webhooks, deliveries, wake),
        ),
        pass_on=[
            PassOnMessagesUseCase(ports.outbox, listener, sink)
            for listener, sink in ports.sinks.items()
        ],
        backlog=ports.outbox.backlog,
        leave=ports.outbox.leave,
        dispatcher=ports.dispatcher,
        purge=PurgeWebhookMessagesUseCase(deliveries),
    )

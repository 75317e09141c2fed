"""How those who put something into lanes say so."""

from collections.abc import Callable, Collection

from src.service.integration.domain.webhook import WebhookId

# Told whose lanes have something new. Only this process hears of it; the others look every second.
Wake = Callable[[Collection[WebhookId]], None]

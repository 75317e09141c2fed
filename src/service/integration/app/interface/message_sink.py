"""The port to a listener."""

from collections.abc import Sequence
from typing import Protocol

from src.service.integration.domain.message import Message


class NotPassedOnError(Exception):
    """The listener has not taken all of the messages; some of them it may have. The text says why."""


class MessageSink(Protocol):
    """Takes messages in their order."""

    async def pass_on(self, messages: Sequence[Message]) -> None:
        """Return when the listener has all of them for good. Raises NotPassedOnError,
        StoreUnavailableError."""
        ...

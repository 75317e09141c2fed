"""The port to what is still to be passed on."""

from collections.abc import Sequence
from typing import Protocol

from src.service.integration.domain.message import Message
from src.service.shared_kernel.message_type import Listener


class Outbox(Protocol):
    """Messages are kept for each listener until they are forgotten. Of all instances one at a time passes
    on to a listener; another takes over when nothing was heard of it for some seconds.

    Raises StoreUnavailableError.
    """

    async def next(self, listener: Listener) -> Sequence[Message]:
        """The oldest messages for the listener, in the order of their ids; none while it is another
        instance's turn."""
        ...

    async def forget(self, listener: Listener, messages: Sequence[Message]) -> None:
        """These have been passed on."""
        ...

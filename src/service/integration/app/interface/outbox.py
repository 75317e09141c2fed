"""The port to what is still to be passed on."""

from collections.abc import Sequence
from typing import Protocol

from src.service.integration.domain.backlog import Backlog
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

    async def leave(self) -> None:
        """This instance passes on no more: another one need not wait to take over."""
        ...

    async def backlog(self, listener: Listener) -> Backlog:
        """What is still to be passed on to the listener, whoever's turn it is; 100,000 messages stand for as
        many or more."""
        ...

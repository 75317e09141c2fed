"""Pass on to a listener what has happened."""

from src.service.integration.app.interface.message_sink import MessageSink
from src.service.integration.app.interface.outbox import Outbox
from src.service.shared_kernel.message_type import Listener


class PassOnMessagesUseCase:
    """A message is forgotten after it was passed on. What comes between the two makes it be passed on
    again, with the same id."""

    def __init__(self, outbox: Outbox, listener: Listener, sink: MessageSink) -> None:
        self.listener = listener
        self._outbox = outbox
        self._sink = sink

    async def execute(self) -> int:
        """Pass on the oldest messages; return how many. Raises NotPassedOnError, StoreUnavailableError."""
        messages = await self._outbox.next(self.listener)
        if messages:
            await self._sink.pass_on(messages)
            await self._outbox.forget(self.listener, messages)
        return len(messages)

"""What is to be passed on, and to whom, in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from src.service.integration.app.interface.message_sink import MessageSink, NotPassedOnError
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.domain.backlog import Backlog
from src.service.integration.domain.message import Message
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.message_type import Listener, MessageType

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def a_message(number: int = 1, event_id: int = 7) -> Message:
    return Message(
        number,
        MessageType.EVENT_SOLD_OUT,
        EventId(event_id),
        UserId(3),
        NOON,
        {"status": "sold_out"},
    )


class FakeOutbox(Outbox):
    def __init__(self, *waiting: Message, at_once: int = 2) -> None:
        self.waiting = list(waiting)
        self._at_once = at_once

    async def next(self, listener: Listener) -> Sequence[Message]:
        return self.waiting[: self._at_once]

    async def leave(self) -> None:
        pass

    async def forget(self, listener: Listener, messages: Sequence[Message]) -> None:
        self.waiting = [message for message in self.waiting if message not in messages]

    async def backlog(self, listener: Listener) -> Backlog:
        return Backlog(len(self.waiting), timedelta(seconds=len(self.waiting)))


class FakeSink(MessageSink):
    """Takes the first `takes` messages of each call, and has a problem when there are more."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.takes = 1_000

    async def pass_on(self, messages: Sequence[Message]) -> None:
        self.taken.extend(messages[: self.takes])
        if len(messages) > self.takes:
            raise NotPassedOnError("It is full.")

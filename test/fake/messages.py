"""What is to be passed on, and to whom, in memory."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from src.service.integration.app.interface.message_sink import MessageSink, NotPassedOnError
from src.service.integration.app.interface.outbox import Outbox
from src.service.integration.domain.backlog import Backlog
from src.service.integration.domain.message import Message
from src.service.shared_kernel.ids import EventId, UserId
from src.service.shared_kernel.message_type import Listener, MessageType
from test.fake.postgres import FakePostgres

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)

_TURN = timedelta(seconds=10)
_SEATS_AT_ONCE = 5_000


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
    """The outbox of one instance, with what is written into the tables."""

    def __init__(self, postgres: FakePostgres, instance: uuid.UUID, *, at_once: int = 500) -> None:
        self._db = postgres
        self._instance = instance
        self._at_once = at_once

    async def next(self, listener: Listener) -> Sequence[Message]:
        oldest = self._waiting(listener)[: self._at_once]
        if not oldest:
            return []
        holder, until = self._db.turns.get(listener, (self._instance, self._db.now))
        if holder != self._instance and until >= self._db.now:
            return []
        self._db.turns[listener] = self._instance, self._db.now + _TURN
        messages, seats = [], 0
        for message in oldest:
            if seats >= _SEATS_AT_ONCE:
                break
            messages.append(message)
            seats += len(message.data.get("seats", ()))
        return messages

    async def forget(self, listener: Listener, messages: Sequence[Message]) -> None:
        for message in messages:
            _, listeners = self._db.outbox.get(message.id, (None, {listener}))
            listeners.discard(listener)
            if not listeners:
                self._db.outbox.pop(message.id, None)

    async def leave(self) -> None:
        for listener, (holder, _) in list(self._db.turns.items()):
            if holder == self._instance:
                del self._db.turns[listener]

    async def backlog(self, listener: Listener) -> Backlog:
        waiting = self._waiting(listener)
        age = self._db.now - waiting[0].time if waiting else timedelta()
        return Backlog(len(waiting), age)

    def _waiting(self, listener: Listener) -> list[Message]:
        return [message for message, of in self._db.outbox.values() if listener in of]


class FakeSink(MessageSink):
    """Takes the first `takes` messages of each call, and has a problem when there are more."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.takes = 1_000

    async def pass_on(self, messages: Sequence[Message]) -> None:
        self.taken.extend(messages[: self.takes])
        if len(messages) > self.takes:
            raise NotPassedOnError("It is full.")

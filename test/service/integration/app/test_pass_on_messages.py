"""Messages are forgotten when the listener has them, and not before."""

import uuid

import pytest

from src.service.integration.app.command.pass_on_messages_use_case import PassOnMessagesUseCase
from src.service.integration.app.interface.message_sink import NotPassedOnError
from src.service.shared_kernel.message_type import Listener
from test.fake.messages import FakeOutbox, FakeSink, a_message
from test.fake.postgres import FakePostgres

ONE, TWO, THREE = map(a_message, (1, 2, 3))


@pytest.fixture
def postgres() -> FakePostgres:
    postgres = FakePostgres()
    postgres.outbox = {message.id: (message, set(Listener)) for message in (ONE, TWO, THREE)}
    return postgres


@pytest.fixture
def outbox(postgres: FakePostgres) -> FakeOutbox:
    return FakeOutbox(postgres, uuid.uuid4(), at_once=2)


async def test_passes_on_in_order_until_nothing_is_left(outbox: FakeOutbox) -> None:
    sink = FakeSink()
    pass_on = PassOnMessagesUseCase(outbox, Listener.KAFKA, sink)

    assert [await pass_on.execute() for _ in range(3)] == [2, 1, 0]

    assert sink.taken == [ONE, TWO, THREE]


async def test_keeps_all_of_what_was_not_taken_as_a_whole(
    outbox: FakeOutbox,
) -> None:
    sink = FakeSink()
    sink.takes = 1
    pass_on = PassOnMessagesUseCase(outbox, Listener.WEBHOOKS, sink)

    with pytest.raises(NotPassedOnError):
        await pass_on.execute()
    assert await outbox.next(Listener.WEBHOOKS) == [ONE, TWO]

    sink.takes = 2
    await pass_on.execute()
    assert sink.taken == [ONE, ONE, TWO]
    assert await outbox.next(Listener.WEBHOOKS) == [THREE]
    assert await outbox.next(Listener.KAFKA) == [ONE, TWO]


def test_a_message_is_a_cloud_event() -> None:
    assert ONE.as_cloud_event() == {
        "specversion": "1.0",
        "id": "1",
        "source": "/event-ticketing",
        "type": "event.sold_out",
        "subject": "event/7",
        "time": "2026-12-01T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {"event_id": 7, "status": "sold_out"},
    }

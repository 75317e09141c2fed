"""What is put into lanes in PostgreSQL by others than those who work on them, and removed from them. What the
lanes promise is in `app/interface`."""

from collections.abc import AsyncIterator

import pytest

from src.service.integration.app.command.purge_webhook_messages_use_case import (
    PurgeWebhookMessagesUseCase,
)
from src.service.integration.domain.delivery import Answer, Outcome, Verdict
from src.service.integration.domain.webhook import WebhookStatus
from test.support.delivery_lanes import PostgresLanes, postgres_lanes


@pytest.fixture
async def lanes(database_url: str) -> AsyncIterator[PostgresLanes]:
    async with postgres_lanes(database_url) as lanes:
        yield lanes


async def test_a_message_that_is_passed_on_again_wakes_nobody_again(lanes: PostgresLanes) -> None:
    webhook = await lanes.add_webhook()

    await lanes.tell(7)

    assert lanes.woken == [webhook]


async def test_a_pause_has_its_reason(lanes: PostgresLanes) -> None:
    webhook = await lanes.add_webhook()
    await lanes.tell(7)
    [lease] = await lanes.port.lease(quick=1, slow=0)
    state = await lanes.port.look(lease, busy=[], most=1)
    assert state

    pause = Verdict(Outcome.PAUSE, reason="It is gone.")
    await lanes.port.record(lease, state.due[0], Answer(0.1, 410), pause)

    paused = await lanes.webhooks.find(lanes.seller, webhook)
    assert paused
    assert (paused.status, paused.paused_reason) == (WebhookStatus.PAUSED, "It is gone.")


async def test_one_trial_waits_and_none_of_a_webhook_that_has_gone(lanes: PostgresLanes) -> None:
    webhook = await lanes.add_webhook()
    trial = await lanes.deliveries.add_trial(webhook)
    assert trial
    assert await lanes.deliveries.add_trial(webhook) == trial

    await lanes.remove(gone := await lanes.add_webhook())
    assert await lanes.deliveries.add_trial(gone) is None


async def test_old_messages_go_with_their_deliveries_in_steps(lanes: PostgresLanes) -> None:
    webhook = await lanes.add_webhook()
    await lanes.tell(*[7] * 5)
    await lanes.connection.execute(
        "UPDATE webhook_message SET created_at = now() - interval '8 days' WHERE id < 5"
    )

    assert await lanes.deliveries.purge(most=3) == 3
    assert await PurgeWebhookMessagesUseCase(lanes.deliveries).execute() == 1

    page = await lanes.deliveries.page(webhook, status=None, limit=9, cursor=None)
    assert [delivery.message_id for delivery in page.items] == [5]
    assert await lanes.connection.fetchval("SELECT count(*) FROM webhook_delivery") == 1

"""What the keeper of the webhooks' lanes promises: who works on them, what is due in them, and that nothing is
left behind."""

import asyncio
from datetime import timedelta
from itertools import chain

from src.service.integration.app.interface.delivery_lanes import DueDelivery, LaneState, Lease
from src.service.integration.domain.delivery import Answer, Outcome, Verdict
from src.service.shared_kernel.ids import EventId
from test.support.delivery_lanes import Lanes

OK, SLOW, BROKEN = Answer(0.1, 204), Answer(5.0, 204), Answer(0.1, 500)
DELIVERED, GIVE_UP = Verdict(Outcome.DELIVERED), Verdict(Outcome.GIVE_UP)
HOUR, SECOND, NONE = timedelta(hours=1), timedelta(seconds=1), timedelta()
RETRY, RETRY_NOW = (Verdict(Outcome.RETRY, after) for after in (HOUR, NONE))
PAUSE = Verdict(Outcome.PAUSE, reason="It is gone.")


async def leased(lanes: Lanes) -> Lease:
    [lease] = await lanes.port.lease(quick=9, slow=9)
    return lease


async def nothing_to_lease(lanes: Lanes) -> bool:
    return not await lanes.port.lease(quick=9, slow=9)


async def look(lanes: Lanes, lease: Lease, *busy: int | None, most: int = 9) -> LaneState:
    events = [None if event is None else EventId(event) for event in busy]
    state = await lanes.port.look(lease, busy=events, most=most)
    assert state is not None
    return state


async def due(lanes: Lanes, lease: Lease, *busy: int | None, most: int = 9) -> list[int]:
    """The messages that are due."""
    return [one.message_id for one in (await look(lanes, lease, *busy, most=most)).due]


async def first(lanes: Lanes, lease: Lease, *busy: int | None) -> DueDelivery:
    return (await look(lanes, lease, *busy)).due[0]


async def attempt(
    lanes: Lanes, lease: Lease, verdict: Verdict = DELIVERED, answer: Answer = OK
) -> int:
    """Record this of the first that is due."""
    delivery = await first(lanes, lease)
    assert await lanes.port.record(lease, delivery, answer, verdict)
    return delivery.message_id


async def left(lanes: Lanes, lease: Lease) -> bool:
    return await lanes.port.leave(lease, (await look(lanes, lease)).arrivals)


class TestWhatIsDue:
    async def test_is_the_first_of_each_event_and_the_next_when_it_is_done_with(
        self, lanes: Lanes
    ) -> None:
        await lanes.add_webhook()
        await lanes.tell(7, 7, 8, 7)
        lease = await leased(lanes)

        assert [(d.message_id, d.event_id) for d in (await look(lanes, lease)).due] == [
            (1, 7),
            (3, 8),
        ]
        assert await attempt(lanes, lease) == 1
        assert await due(lanes, lease) == [2, 3]
        assert await attempt(lanes, lease, RETRY) == 2
        assert await due(lanes, lease) == [3], "4 waits for 2"
        await lanes.pass_time(HOUR)
        assert await due(lanes, lease) == [3, 2], "the longest due first"
        assert await attempt(lanes, lease, GIVE_UP) == 3
        assert await attempt(lanes, lease, GIVE_UP) == 2
        assert await due(lanes, lease) == [4]

    async def test_leaves_out_events_that_are_busy_and_what_is_too_much(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7, 8, 9)
        trial = await lanes.add_trial(webhook)
        lease = await leased(lanes)

        assert await due(lanes, lease) == [1, 2, 3, trial]
        assert await due(lanes, lease, 7, None) == [2, 3]
        assert await due(lanes, lease, most=1) == [1]

    async def test_is_sent_to_its_address(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7)
        await lanes.add_trial(webhook)

        message, trial = (await look(lanes, await leased(lanes))).due

        assert {message.url, trial.url} == {"https://a.example/"}
        assert (message.is_trial, trial.is_trial) == (False, True)

    async def test_in_a_paused_one_are_trials_alone(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7)
        lease = await leased(lanes)
        await attempt(lanes, lease, PAUSE)
        assert await due(lanes, lease) == []

        await lanes.tell(8)
        trial = await lanes.add_trial(webhook)
        assert await due(lanes, lease) == [trial]
        await attempt(lanes, lease)
        assert await left(lanes, lease)
        await lanes.pass_time(HOUR)
        assert await nothing_to_lease(lanes)

        await lanes.activate(webhook)
        assert await due(lanes, await leased(lanes)) == [1], "what happened meanwhile is not told"


class TestARest:
    """The receiver wants to be sent nothing for an hour."""

    REST = Verdict(Outcome.RETRY, 2 * HOUR, rest=HOUR)

    async def test_is_from_all_messages_but_a_trial_and_over_when_it_is_over(
        self, lanes: Lanes
    ) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7, 8)
        lease = await leased(lanes)
        eight = await first(lanes, lease, 7)
        await attempt(lanes, lease, self.REST, BROKEN)
        assert await lanes.port.record(lease, eight, BROKEN, RETRY_NOW), "it was on its way"
        await lanes.tell(9)
        trial = await lanes.add_trial(webhook)

        assert await due(lanes, lease) == [trial]
        assert await attempt(lanes, lease) == trial
        assert await left(lanes, lease)
        await lanes.pass_time(HOUR - 10 * SECOND)
        assert await nothing_to_lease(lanes)
        await lanes.pass_time(10 * SECOND)
        assert sorted(await due(lanes, await leased(lanes))) == [2, 3]

    async def test_ends_when_its_seller_wants_a_message_sent_again(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7)
        lease = await leased(lanes)
        await attempt(lanes, lease, self.REST, BROKEN)

        await lanes.send_again(webhook, 1)

        assert await due(lanes, lease) == [1]

    async def test_ends_with_a_fresh_start(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7, 8)
        lease = await leased(lanes)
        await attempt(lanes, lease, self.REST, BROKEN)

        await lanes.activate(webhook)

        assert await due(lanes, lease) == [2, 1]


class TestALease:
    async def test_is_of_one_instance_until_it_says_nothing_for_some_time(
        self, lanes: Lanes
    ) -> None:
        await lanes.add_webhook()
        await lanes.tell(7, 7)
        lease = await leased(lanes)

        await lanes.pass_time(20 * SECOND)
        assert await nothing_to_lease(lanes)
        await attempt(lanes, lease)  # which renews it
        await lanes.pass_time(29 * SECOND)
        assert await nothing_to_lease(lanes)
        await lanes.pass_time(2 * SECOND)
        assert (await leased(lanes)).token != lease.token

    async def test_that_is_lost_is_good_for_nothing(self, lanes: Lanes) -> None:
        await lanes.add_webhook()
        await lanes.tell(7)
        lost = await leased(lanes)
        state = await look(lanes, lost)
        await lanes.pass_time(31 * SECOND)
        lease = await leased(lanes)

        assert not await lanes.port.record(lost, state.due[0], OK, DELIVERED)
        assert await lanes.port.look(lost, busy=[], most=9) is None
        assert not await lanes.port.leave(lost, state.arrivals)
        await lanes.port.hand_over(lost)
        assert await due(lanes, lease) == [1]
        assert await nothing_to_lease(lanes)

    async def test_is_over_with_its_webhook(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7)
        lease = await leased(lanes)
        state = await look(lanes, lease)

        await lanes.remove(webhook)

        assert await lanes.port.look(lease, busy=[], most=9) is None
        assert not await lanes.port.record(lease, state.due[0], OK, DELIVERED)
        assert not await lanes.port.leave(lease, state.arrivals)

    async def test_is_of_one_instance_however_many_ask_at_once(self, lanes: Lanes) -> None:
        webhooks = [await lanes.add_webhook() for _ in range(5)]
        await lanes.tell(7)

        taken = await asyncio.gather(*(lanes.port.lease(quick=2, slow=2) for _ in range(4)))

        ids = [lease.webhook_id for lease in chain(*taken)]
        assert sorted(ids) == sorted(webhooks)

    async def test_is_of_slow_ones_and_quick_ones_apart_the_longest_due_first(
        self, lanes: Lanes
    ) -> None:
        for _ in range(3):
            await lanes.add_webhook()
        await lanes.tell(7)
        slow, quick, waiting = await lanes.port.lease(quick=9, slow=9)
        await attempt(lanes, slow, answer=SLOW)
        for lease in (slow, quick, waiting):
            await lanes.port.hand_over(lease)

        [taken] = await lanes.port.lease(quick=0, slow=9)
        assert (taken.webhook_id, taken.slow) == (slow.webhook_id, True)
        [taken] = await lanes.port.lease(quick=1, slow=0)
        assert (taken.webhook_id, taken.slow) == (quick.webhook_id, False)


class TestGivingBack:
    async def test_leaves_behind_nothing_that_comes_meanwhile(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7)
        lease = await leased(lanes)
        await attempt(lanes, lease)
        state = await look(lanes, lease)
        assert state.due == []

        await lanes.tell(7)
        assert not await lanes.port.leave(lease, state.arrivals)
        assert await attempt(lanes, lease) == 2
        assert await left(lanes, lease)
        assert await nothing_to_lease(lanes)
        await lanes.send_again(webhook, 1)
        assert await attempt(lanes, await leased(lanes)) == 1

    async def test_when_all_waits_for_later_is_until_then(self, lanes: Lanes) -> None:
        await lanes.add_webhook()
        await lanes.tell(7)
        lease = await leased(lanes)
        await attempt(lanes, lease, RETRY, BROKEN)
        assert await left(lanes, lease)

        await lanes.pass_time(HOUR - 10 * SECOND)
        assert await nothing_to_lease(lanes)
        await lanes.pass_time(10 * SECOND)
        assert await due(lanes, await leased(lanes)) == [1]

    async def test_to_the_next_who_comes_is_at_once(self, lanes: Lanes) -> None:
        await lanes.add_webhook()
        await lanes.tell(7)
        lease = await leased(lanes)

        await lanes.port.hand_over(lease)

        assert await lanes.port.look(lease, busy=[], most=9) is None
        assert await due(lanes, await leased(lanes)) == [1]


class TestTrouble:
    async def test_is_counted_from_the_first_failure(self, lanes: Lanes) -> None:
        await lanes.add_webhook()
        await lanes.tell(7, 8)
        lease = await leased(lanes)
        await attempt(lanes, lease, RETRY_NOW, BROKEN)
        await lanes.pass_time(HOUR)
        state = await look(lanes, lease)
        assert state.failing
        trouble = {d.event_id: d.trouble for d in state.due}
        assert HOUR < trouble[EventId(7)].delivery_failing_for < HOUR + 100 * SECOND
        assert trouble[EventId(8)].delivery_failing_for == NONE
        assert trouble[EventId(8)].webhook_failing_for > HOUR

        eight = await first(lanes, lease, 7)
        await lanes.port.record(lease, eight, OK, DELIVERED)
        state = await look(lanes, lease)
        assert not state.failing
        assert state.due[0].trouble.delivery_failing_for > HOUR
        assert state.due[0].trouble.webhook_failing_for == NONE

    async def test_of_a_trial_is_not_the_webhooks(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.add_trial(webhook)
        lease = await leased(lanes)

        await attempt(lanes, lease, GIVE_UP, BROKEN)

        assert not (await look(lanes, lease)).failing

    async def test_is_forgotten_of_what_is_sent_again(self, lanes: Lanes) -> None:
        webhook = await lanes.add_webhook()
        await lanes.tell(7)
        lease = await leased(lanes)
        await attempt(lanes, lease, RETRY, BROKEN)

        await lanes.send_again(webhook, 1)

        assert (await first(lanes, lease)).trouble.delivery_failing_for == NONE

"""What follows from what a receiver answers."""

from datetime import timedelta

import pytest

from src.service.integration.domain.delivery import (
    Answer,
    Outcome,
    Trouble,
    retry_after,
    verdict_on,
)

DAY = timedelta(days=1)
OK, BROKEN, GONE = (Answer(0.1, status) for status in (204, 500, 410))
SILENT = Answer(10.0, error="did not answer within 10 s")


def outcome(answer: Answer, trouble: Trouble = Trouble(), *, is_trial: bool = False) -> Outcome:  # noqa: B008
    return verdict_on(answer, trouble, is_trial=is_trial, spread=0.5).outcome


def test_two_hundred_and_what_follows_is_success_and_nothing_else() -> None:
    assert [outcome(Answer(0.1, status)) for status in (200, 201, 204, 299)] == [
        Outcome.DELIVERED
    ] * 4
    for answer in (Answer(0.1, 199), Answer(0.1, 301), Answer(0.1, 404), BROKEN, SILENT):
        assert outcome(answer) is Outcome.RETRY


def test_gone_pauses_at_once_and_says_so() -> None:
    verdict = verdict_on(GONE, Trouble(), is_trial=False, spread=0.5)

    assert verdict.outcome is Outcome.PAUSE
    assert verdict.reason
    assert "410" in verdict.reason


def test_after_a_day_in_which_nothing_was_taken_the_webhook_is_paused() -> None:
    assert outcome(SILENT, Trouble(DAY - timedelta(seconds=1), 2 * DAY)) is Outcome.RETRY

    verdict = verdict_on(SILENT, Trouble(DAY, DAY), is_trial=False, spread=0.5)

    assert verdict.outcome is Outcome.PAUSE
    assert verdict.reason == (
        "It took nothing for a day. The last attempt: did not answer within 10 s."
    )


def test_a_message_that_alone_is_not_taken_for_a_day_is_given_up() -> None:
    assert outcome(BROKEN, Trouble(DAY, timedelta(hours=23))) is Outcome.GIVE_UP


def test_a_trial_is_sent_once_and_never_pauses() -> None:
    for answer in (BROKEN, SILENT, GONE):
        assert outcome(answer, is_trial=True) is Outcome.GIVE_UP
    assert outcome(OK, is_trial=True) is Outcome.DELIVERED


def test_the_pauses_grow_from_seconds_to_hours() -> None:
    failing, pauses = timedelta(), []
    while failing < DAY:
        pauses.append(retry_after(failing, 0.5))
        failing += pauses[-1]

    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (5, 10, 30, 90)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=2)
    assert 15 <= len(pauses) <= 25


@pytest.mark.parametrize(("spread", "factor"), [(0.0, 0.5), (1.0, 1.5)])
def test_those_who_failed_together_come_back_apart(spread: float, factor: float) -> None:
    assert retry_after(timedelta(hours=9), spread) == factor * timedelta(hours=2)


class TestAReceiverThatWantsToBeAskedLater:
    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize(
        ("asked_for", "heeded"),
        [
            (timedelta(seconds=1), timedelta(seconds=2.5)),
            (timedelta(seconds=60), timedelta(seconds=60)),
            (timedelta(days=-1), timedelta(seconds=2.5)),
            (timedelta(days=90), timedelta(hours=2)),
        ],
    )
    def test_is_not_asked_before_and_not_left_alone_for_ever(
        self, status: int, asked_for: timedelta, heeded: timedelta
    ) -> None:
        answer = Answer(0.1, status, retry_after=asked_for)

        verdict = verdict_on(answer, Trouble(), is_trial=False, spread=0.0)

        assert (verdict.outcome, verdict.retry_after) == (Outcome.RETRY, heeded)
        assert verdict.rest == min(asked_for, heeded), "no other message is sent before that either"

    def test_says_so_with_a_status_that_means_it(self) -> None:
        answer = Answer(0.1, 500, retry_after=timedelta(minutes=5))

        verdict = verdict_on(answer, Trouble(), is_trial=False, spread=0.5)

        assert (verdict.retry_after, verdict.rest) == (timedelta(seconds=5), None)

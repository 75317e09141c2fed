"""A message on its way to a webhook, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from src.service.shared_kernel.ids import EventId

# Of the receiver's answer, what is kept for the seller to see.
MAX_KEPT_ANSWER = 1_024

_GIVE_UP_AFTER = timedelta(days=1)
_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(hours=2)
_GONE = 410
# Those with which a receiver may say when it wants to be asked again.
_COME_LATER = frozenset({429, 503})


class DeliveryStatus(StrEnum):
    """WAITING also for the next attempt. FAILED is one that has been given up."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """As its seller sees it. `type` is a MessageType or `webhook.test`; a trial, of that type, belongs to no event.
    `next_attempt_at` is there while it waits, `answer_status`, `answer_body` and `error` say what came of
    the last attempt."""

    message_id: int
    type: str
    event_id: EventId | None
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    answer_status: int | None
    answer_body: str | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt, in `seconds`: a status with the beginning of the body, or none and in
    `error` why. An error can stand beside a status that is no success. `retry_after` is what the receiver
    asks for, if it does."""

    seconds: float
    status: int | None = None
    body: str | None = None
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.error is None and self.status is not None and 200 <= self.status < 300


class Outcome(StrEnum):
    """What follows from an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GIVE_UP = "give_up"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_after` is there with RETRY, `reason` with PAUSE. A delivery for which its webhook is paused
    goes on waiting. For as long as `rest`, where it is there, the webhook is sent no other message either."""

    outcome: Outcome
    retry_after: timedelta | None = None
    reason: str | None = None
    rest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """How long nothing has succeeded, of this delivery and of any to the same webhook; no time at all where
    there was no failure before."""

    delivery_failing_for: timedelta = timedelta()
    webhook_failing_for: timedelta = timedelta()


def verdict_on(answer: Answer, trouble: Trouble, *, is_trial: bool, spread: float) -> Verdict:
    """What to do after this answer. `spread`, from 0 to 1, keeps those who failed together from trying
    again together.

    A delivery is tried for a day. While the receiver asks for a rest, it is sent nothing. If its webhook took something else meanwhile, the message is what it does
    not take, and is given up, so that those behind it go on. If it took nothing, the webhook is paused.
    A trial is sent once.
    """
    if answer.is_success:
        return Verdict(Outcome.DELIVERED)
    if is_trial:
        return Verdict(Outcome.GIVE_UP)
    if answer.status == _GONE:
        return Verdict(Outcome.PAUSE, reason="It answered 410 Gone: it wants no more messages.")
    if trouble.delivery_failing_for < _GIVE_UP_AFTER:
        usual = retry_after(trouble.delivery_failing_for, spread)
        rest = _asked_for(answer)
        return Verdict(Outcome.RETRY, max(usual, rest or usual), rest=rest)
    if trouble.webhook_failing_for < _GIVE_UP_AFTER:
        return Verdict(Outcome.GIVE_UP)
    last = answer.error or f"answered {answer.status}"
    return Verdict(Outcome.PAUSE, reason=f"It took nothing for a day. The last attempt: {last}.")


def retry_after(failing_for: timedelta, spread: float) -> timedelta:
    """Twice as long as it has been failing, which makes 5 s, then 10, 30, 90 and so on up to two hours; and
    up to half of that more or less."""
    return min(max(2 * failing_for, _FIRST_RETRY), _LONGEST_RETRY) * (0.5 + spread)


def _asked_for(answer: Answer) -> timedelta | None:
    """How long the receiver wants to be left alone, as far as that is heeded."""
    if answer.retry_after is None or answer.status not in _COME_LATER:
        return None
    return min(answer.retry_after, _LONGEST_RETRY)

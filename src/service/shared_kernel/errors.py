"""Errors that every context may meet; the HTTP layer gives them a status, nobody else does.

ServiceError
  InvalidInputError          (each FieldError names one rule that the input breaks)
  NotSignedInError
  ForbiddenError
  EventNotFoundError
  SubsectionNotFoundError
  ReservationNotFoundError
  NotConfirmedError
  IdempotencyMismatchError   (in idempotency.py)
  IdempotencyInFlightError   (in idempotency.py)
  OverloadedError
  TooManySubscribersError
  StoreUnavailableError
    OutcomeUnknownError
    SeatStateMissingError

Each context has a branch of its own in its `domain/errors.py`.
"""

from dataclasses import dataclass
from typing import ClassVar


class ServiceError(Exception):
    """What callers are told of: a request that is refused or cannot be served now.

    Each class has a `type` of its own, except those that are only there to be derived from.
    It is the error's public name: programs go by it, so it never changes.
    """

    type: ClassVar[str]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One rule broken by one field: where (a path of names and indexes) and why."""

    loc: tuple[str | int, ...]
    msg: str


class InvalidInputError(ServiceError):
    """Input that breaks a rule of the domain; `errors` names each field."""

    type = "invalid-input"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, e.loc))}: {e.msg}" for e in errors))
        self.errors = errors


class NotSignedInError(ServiceError):
    """The caller did not show a valid access token."""

    type = "not-signed-in"

    @classmethod
    def no_account(cls) -> "NotSignedInError":
        """The token is valid, but the account has been removed since."""
        return cls("This account no longer exists.")


class ForbiddenError(ServiceError):
    """The caller is known but may not do this."""

    type = "forbidden"


class EventNotFoundError(ServiceError):
    """No such event, or none that this caller may see."""

    type = "event-not-found"

    def __init__(self, event_id: int) -> None:
        super().__init__(f"There is no event {event_id}.")


class SubsectionNotFoundError(ServiceError):
    """The event has no such section or subsection."""

    type = "subsection-not-found"


class ReservationNotFoundError(ServiceError):
    """No such reservation, or none that is the caller's."""

    type = "reservation-not-found"


class NotConfirmedError(ServiceError):
    """The reservation is not bought, or is so no more."""

    type = "not-confirmed"


class StoreUnavailableError(ServiceError):
    """A store did not answer; nothing was done."""

    type = "store-unavailable"

    def __init__(self, store: str) -> None:
        super().__init__(f"{store} does not answer")
        self.store = store

    @property
    def reason(self) -> str:
        """What the store or the system said, in a line for operators; clients are not told."""
        error: BaseException = self
        while error.__cause__ is not None:
            error = error.__cause__
        if error is self or not str(error):
            return "no answer in time"
        return str(error).partition("\n")[0].rstrip(".?")


class OutcomeUnknownError(StoreUnavailableError):
    """A store's answer was lost on the way: what was sent to it may or may not be done."""

    type = "outcome-unknown"

    def __init__(self, store: str) -> None:
        super().__init__(store)
        self.args = (f"{store} did not answer in time; it is not known yet whether this was done",)


def unanswered(store: str, sent: bool) -> StoreUnavailableError:
    """The error of a request without an answer: it was sent, or it never will be."""
    return OutcomeUnknownError(store) if sent else StoreUnavailableError(store)


class SeatStateMissingError(StoreUnavailableError):
    """Kvrocks answers but has lost this event's seat state; the reconciler rebuilds it."""

    type = "seat-state-missing"

    def __init__(self, event_id: int) -> None:
        super().__init__("Kvrocks")
        self.args = (f"The seat state of event {event_id} is being rebuilt",)
        self.event_id = event_id


class OverloadedError(ServiceError):
    """Too many want the same at once; nothing was done. `retry_after` is in seconds."""

    type = "overloaded"

    def __init__(self, purpose: str, retry_after: int) -> None:
        """`purpose` is what they want, for a sentence: "sign in"."""
        super().__init__(
            f"Too many people want to {purpose} at this moment. Try again in a few seconds."
        )
        self.purpose = purpose
        self.retry_after = retry_after


class TooManySubscribersError(ServiceError):
    """This process serves as many live streams as it is allowed to."""

    type = "too-many-watchers"

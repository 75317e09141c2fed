"""Errors that every context may meet; the HTTP layer gives them a status, nobody else does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One rule broken by one field: where (a path of names and indexes) and why."""

    loc: tuple[str | int, ...]
    msg: str


class InvalidInputError(Exception):
    """Input that breaks a rule of the domain; `errors` names each field."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, e.loc))}: {e.msg}" for e in errors))
        self.errors = errors


class NotSignedInError(Exception):
    """The caller did not show a valid access token."""


class ForbiddenError(Exception):
    """The caller is known but may not do this."""


class EventNotFoundError(Exception):
    """No such event, or none that this caller may see."""


class SubsectionNotFoundError(Exception):
    """The event has no such section or subsection."""


class StoreUnavailableError(Exception):
    """A store did not answer; nothing that was asked of it has been done."""

    def __init__(self, store: str) -> None:
        super().__init__(f"{store} does not answer")
        self.store = store


class OutcomeUnknownError(StoreUnavailableError):
    """The store may or may not have done what was asked: its answer was lost on the way."""

    def __init__(self, store: str) -> None:
        super().__init__(store)
        self.args = (f"{store} did not answer in time; it is not known yet whether this was done",)


def unanswered(store: str, asked: bool) -> StoreUnavailableError:
    """The error of a question without an answer: it was asked, or it never will be."""
    return OutcomeUnknownError(store) if asked else StoreUnavailableError(store)


class SeatStateMissingError(StoreUnavailableError):
    """Kvrocks answers but has lost this event's seat state; the reconciler rebuilds it."""

    def __init__(self, event_id: int) -> None:
        super().__init__("Kvrocks")
        self.args = (f"The seat state of event {event_id} is being rebuilt",)
        self.event_id = event_id

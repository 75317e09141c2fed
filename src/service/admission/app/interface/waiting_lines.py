"""The port to where lines are kept. Each call is one transaction."""

from collections.abc import Collection, Sequence
from typing import Protocol

from src.service.admission.domain.line import Advance, Line
from src.service.admission.domain.place import Entry
from src.service.shared_kernel.ids import EventId, UserId


class WaitingLines(Protocol):
    """Raises StoreUnavailableError when nothing was done, OutcomeUnknownError when the answer to a
    commit was lost."""

    async def join(self, event_id: EventId, buyer_id: UserId) -> Entry:
        """Give the buyer an entry in the event's line, the next one; whoever is in line keeps theirs.
        Who left before being served has the same one again.

        Raises LineOverError, NotSignedInError when the account is gone.
        """
        ...

    async def find(self, event_id: EventId, buyer_id: UserId) -> Entry | None: ...

    async def leave(self, event_id: EventId, buyer_id: UserId) -> None:
        """The buyer gives up the place, and the pass with it. Repeating it changes nothing."""
        ...

    async def read(self, also: Collection[EventId]) -> Sequence[Line]:
        """The lines in which somebody waits, but for those noted to have ended, and those of these events
        that have a line; it is made if nobody has asked for it before."""
        ...

    async def open(self, event_ids: Collection[EventId]) -> None:
        """Note who has gathered, in the lines whose time has come. Repeating it changes nothing."""
        ...

    async def note_ends(self, event_ids: Collection[EventId]) -> None:
        """Note of each of these lines whether it is over. Repeating it changes nothing."""
        ...

    async def advance(self, advances: Sequence[Advance]) -> Collection[EventId]:
        """Serve these numbers, and give a pass to each buyer among them who has not left. Returns the
        events of those that were carried out: another instance may have been quicker."""
        ...

"""The port through which check-ins are checked as a whole."""

from collections.abc import Sequence
from typing import Protocol


class TicketAudit(Protocol):
    async def contradictions(self) -> Sequence[str]:
        """A line for each check-in that cannot be. Raises StoreUnavailableError."""
        ...

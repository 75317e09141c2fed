"""The port through which lines are checked as a whole."""

from collections.abc import AsyncIterator
from typing import Protocol

from src.service.admission.domain.line_record import LineRecord


class LineAudit(Protocol):
    def records(self) -> AsyncIterator[LineRecord]:
        """Every line, one after the other, each as it was at one moment. Raises
        StoreUnavailableError."""
        ...

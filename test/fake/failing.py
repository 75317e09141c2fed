"""Failures on demand."""

import contextlib
from collections.abc import Iterator

from src.service.shared_kernel.errors import OutcomeUnknownError


class Failing:
    """An operation named in `fails_with` raises that and does nothing; one in `loses_answer_of`
    does its work and then raises OutcomeUnknownError. `journal` names the operations in order."""

    def __init__(self, journal: list[str] | None = None) -> None:
        self.journal = [] if journal is None else journal
        self.fails_with: dict[str, BaseException] = {}
        self.loses_answer_of: set[str] = set()

    @contextlib.contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.journal.append(name)
        if (error := self.fails_with.get(name)) is not None:
            raise error
        yield
        if name in self.loses_answer_of:
            raise OutcomeUnknownError("the store")

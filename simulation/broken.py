"""A promise that was not kept."""


class BrokenPromiseError(Exception):
    """`promise` names it; the text says what was seen."""

    def __init__(self, promise: str, seen: str) -> None:
        super().__init__(f"{promise}: {seen}")
        self.promise = promise

"""The port that hashes passwords."""

from typing import Protocol


class PasswordHasher(Protocol):
    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether they match; for None the answer is no, and takes as long."""
        ...

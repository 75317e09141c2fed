"""Argon2id password hashes, at the cost that OWASP's password storage cheat sheet recommends."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from src.service.user.app.interface import password_hasher


class Argon2PasswordHasher(password_hasher.PasswordHasher):
    """Hashing costs tens of milliseconds of CPU and 19 MiB, so it runs in a thread. Callers
    limit how many run at once."""

    def __init__(self) -> None:
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._decoy = self._argon2.hash("a password that nobody has")

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._argon2.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        matches = await asyncio.to_thread(self._matches, password, password_hash or self._decoy)
        return matches and password_hash is not None

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False  # the last: half a surrogate pair is in nobody's password

"""The port to the system of record for users."""

from typing import Protocol

from src.service.shared_kernel.ids import UserId
from src.service.user.domain.user import Profile, User


class UserRepository(Protocol):
    async def add(self, profile: Profile, password_hash: str) -> User:
        """Raises EmailInUseError."""
        ...

    async def find_by_email(self, email: str) -> tuple[User, str] | None:
        """Return the user and their password's hash."""
        ...

    async def get(self, user_id: UserId) -> User | None: ...

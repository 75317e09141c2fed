"""Who the caller is."""

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.domain.user import User


class GetUserUseCase:
    def __init__(self, users: UserRepository) -> None:
        self._users = users

    async def execute(self, caller: Caller) -> User:
        """Raise NotSignedInError when the user is gone."""
        user = await self._users.get(caller.id)
        if user is None:
            raise NotSignedInError("This account no longer exists. Sign in again.")
        return user

"""Give a user who knows their password an access token."""

from src.service.shared_kernel.errors import InvalidInputError
from src.service.shared_kernel.identity import Caller
from src.service.user.app.interface.access_tokens import AccessToken, AccessTokens
from src.service.user.app.interface.password_hasher import PasswordHasher
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.domain.user import BadCredentialsError, User, check_email


class LoginUseCase:
    def __init__(self, users: UserRepository, hasher: PasswordHasher, tokens: AccessTokens) -> None:
        self._users = users
        self._hasher = hasher
        self._tokens = tokens

    async def execute(self, email: str, password: str) -> tuple[User, AccessToken]:
        """Raise BadCredentialsError, the same and as slowly for both causes."""
        found = await self._find(email)
        user, password_hash = found if found is not None else (None, None)
        matches = await self._hasher.verify(password, password_hash)
        if user is None or not matches:
            raise BadCredentialsError("The email or the password is wrong.")
        return user, self._tokens.issue(Caller(user.id, user.profile.role))

    async def _find(self, email: str) -> tuple[User, str] | None:
        try:
            address = check_email(email)
        except InvalidInputError:
            return None
        return await self._users.find_by_email(address)

"""Sign up a seller or a buyer."""

from src.service.shared_kernel.identity import Role
from src.service.user.app.interface.password_hasher import PasswordHasher
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.domain.user import Profile, User, check_password


class RegisterUserUseCase:
    def __init__(self, users: UserRepository, hasher: PasswordHasher) -> None:
        self._users = users
        self._hasher = hasher

    async def execute(self, email: str, password: str, name: str, role: Role) -> User:
        """Raise InvalidInputError or EmailInUseError."""
        profile = Profile.checked(email, name, role)
        password_hash = await self._hasher.hash(check_password(password))
        return await self._users.add(profile, password_hash)

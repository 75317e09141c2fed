"""Sign up a seller or a buyer."""

from functools import partial

from src.service.shared_kernel.identity import Role
from src.service.shared_kernel.lane import Lane
from src.service.user.app.interface.failure_limiter import FailureLimiter
from src.service.user.app.interface.password_hasher import PasswordHasher
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.app.login_limits import LoginLimits
from src.service.user.domain.errors import EmailInUseError
from src.service.user.domain.user import Profile, User, check_password


class RegisterUserUseCase:
    """Whether an email is in use can be learnt by trying to register it, but not for many of them.

    Only registrations of emails in use are counted, so any number of people may sign up from one
    address. The lane runs one at a time, so registrations that come together are counted like any
    others.
    """

    def __init__(
        self,
        users: UserRepository,
        hasher: PasswordHasher,
        limiter: FailureLimiter,
        limits: LoginLimits,
        lane: Lane,
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._limiter = limiter
        self._limits = limits
        self._lane = lane

    async def execute(
        self, email: str, password: str, name: str, role: Role, network: str | None = None
    ) -> User:
        """Raise InvalidInputError, EmailInUseError, TooManyAttemptsError, or OverloadedError.

        `network` is where the request comes from; without one nothing is limited.
        """
        profile = Profile.checked(email, name, role)
        password = check_password(password)
        return await self._lane.run(partial(self._add, profile, password, network))

    async def _add(self, profile: Profile, password: str, network: str | None) -> User:
        buckets = () if network is None else self._limits.of_registration(network)
        await self._limiter.check(*buckets)
        # Before it is known whether the email is in use, so that both answers take as long.
        password_hash = await self._hasher.hash(password)
        try:
            return await self._users.add(profile, password_hash)
        except EmailInUseError:
            await self._limiter.count(*buckets)
            raise

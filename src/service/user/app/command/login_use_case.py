"""Give a user who knows their password an access token."""

from dataclasses import dataclass
from functools import partial

from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.lane import Lane
from src.service.user.app.interface.access_tokens import AccessToken, AccessTokens
from src.service.user.app.interface.device_cookies import DeviceCookie, DeviceCookies
from src.service.user.app.interface.failure_limiter import FailureLimiter
from src.service.user.app.interface.password_hasher import PasswordHasher
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.app.login_limits import LoginLimits, Origin
from src.service.user.domain.errors import BadCredentialsError
from src.service.user.domain.user import User, known_emails, known_passwords


@dataclass(frozen=True, slots=True)
class Login:
    """Who has signed in, their token, and the cookie by which their browser is known again."""

    user: User
    token: AccessToken
    device_cookie: DeviceCookie


class LoginUseCase:
    """Only failures are counted, so any number of people may sign in from one address.

    Everything runs in a lane: a slot is acquired before anything is read or counted, and a failure is
    counted before the slot is released, also when the client has hung up by then. So when a limit is
    reached, at most the lane's `at_once` further guesses are under way, however many were sent; and a
    crowd that signs in uses the stores for as many at a time.
    """

    def __init__(
        self,
        users: UserRepository,
        hasher: PasswordHasher,
        tokens: AccessTokens,
        devices: DeviceCookies,
        limiter: FailureLimiter,
        limits: LoginLimits,
        lane: Lane,
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._tokens = tokens
        self._devices = devices
        self._limiter = limiter
        self._limits = limits
        self._lane = lane

    async def execute(self, email: str, password: str, origin: Origin) -> Login:
        """Raise BadCredentialsError, the same and as slowly for both causes, or
        TooManyAttemptsError without checking the password; OverloadedError."""
        return await self._lane.run(partial(self._sign_in, email, password, origin))

    async def _sign_in(self, email: str, password: str, origin: Origin) -> Login:
        address, found = await self._find(email)
        user, password_hash = found if found is not None else (None, None)
        device = self._devices.device_of(origin.device_cookie, user.id) if user else None
        buckets = self._limits.of_login(address, origin.network, device)
        await self._limiter.check(*buckets)
        matches = await self._matches(password, password_hash)
        if user is None or not matches:
            await self._limiter.count(*buckets)
            raise BadCredentialsError("The email or the password is wrong.")
        return Login(
            user,
            self._tokens.issue(Caller(user.id, user.profile.role), user.created_at),
            self._devices.issue(user.id),
        )

    async def _find(self, email: str) -> tuple[str, tuple[User, str] | None]:
        """The address as it is stored, or as it was sent if it is not valid, and the user."""
        forms = known_emails(email)
        found = [await self._users.find_by_email(form) for form in forms]
        return (forms or (email,))[0], next(filter(None, found), None)

    async def _matches(self, password: str, password_hash: str | None) -> bool:
        for form in known_passwords(password):
            if await self._hasher.verify(form, password_hash):
                return True
        return False

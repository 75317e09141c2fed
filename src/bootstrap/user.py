"""The user context: its ports in, its use cases out."""

from dataclasses import dataclass

from src.service.shared_kernel.lane import Lane
from src.service.user.app.command.login_use_case import LoginUseCase
from src.service.user.app.command.logout_use_case import LogoutUseCase
from src.service.user.app.command.purge_revoked_tokens_use_case import PurgeRevokedTokensUseCase
from src.service.user.app.command.register_user_use_case import RegisterUserUseCase
from src.service.user.app.interface.access_tokens import AccessTokens
from src.service.user.app.interface.device_cookies import DeviceCookies
from src.service.user.app.interface.failure_limiter import FailureLimiter
from src.service.user.app.interface.password_hasher import PasswordHasher
from src.service.user.app.interface.revoked_tokens import RevokedTokens
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.app.login_limits import LoginLimits
from src.service.user.app.query.get_user_use_case import GetUserUseCase
from src.service.user.app.query.identify_caller_use_case import IdentifyCallerUseCase
from src.service.user.driving_adapter.http_controller.user_controller import UserUseCases

_LANE_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class UserPorts:
    """What the context needs of the world."""

    users: UserRepository
    hasher: PasswordHasher
    access_tokens: AccessTokens
    device_cookies: DeviceCookies
    revoked_tokens: RevokedTokens
    limiter: FailureLimiter


@dataclass(frozen=True, slots=True)
class UserContext:
    """The use cases: those of the endpoints, the one that every request calls, and that of
    background work."""

    endpoints: UserUseCases
    identify_caller: IdentifyCallerUseCase
    purge_revoked_tokens: PurgeRevokedTokensUseCase


def build_user(ports: UserPorts, login_limits: LoginLimits, *, cookie_secure: bool) -> UserContext:
    return UserContext(
        endpoints=UserUseCases(
            # Hashing passwords is what each slot of these lanes is spent on.
            register=RegisterUserUseCase(
                ports.users,
                ports.hasher,
                ports.limiter,
                login_limits,
                Lane("sign up", at_once=1, timeout=_LANE_TIMEOUT_SECONDS),
            ),
            login=LoginUseCase(
                ports.users,
                ports.hasher,
                ports.access_tokens,
                ports.device_cookies,
                ports.limiter,
                login_limits,
                Lane("sign in", at_once=2, timeout=_LANE_TIMEOUT_SECONDS),
            ),
            logout=LogoutUseCase(ports.access_tokens, ports.revoked_tokens),
            get=GetUserUseCase(ports.users),
            cookie_secure=cookie_secure,
        ),
        identify_caller=IdentifyCallerUseCase(ports.access_tokens, ports.revoked_tokens),
        purge_revoked_tokens=PurgeRevokedTokensUseCase(ports.revoked_tokens),
    )

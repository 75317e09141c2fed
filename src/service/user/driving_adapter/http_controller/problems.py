"""How this context's errors are answered over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.user.domain.attempts import Limit
from src.service.user.domain.errors import (
    BadCredentialsError,
    EmailInUseError,
    TooManyAttemptsError,
)


def _rate_limit(error: TooManyAttemptsError) -> Mapping[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10, and Retry-After."""
    limit = error.limit
    return {
        "Retry-After": str(error.wait),
        "RateLimit-Policy": f'"{limit.name}";q={limit.failures};w={limit.window}',
        "RateLimit": f'"{limit.name}";r=0;t={error.wait}',
    }


USER_PROBLEMS: Problems = {
    EmailInUseError: Problem(
        HTTPStatus.CONFLICT,
        EmailInUseError("This email is registered already. Sign in instead."),
    ),
    BadCredentialsError: Problem(
        HTTPStatus.UNAUTHORIZED,
        BadCredentialsError("The email or the password is wrong."),
        headers={"WWW-Authenticate": "Bearer"},
    ),
    TooManyAttemptsError: Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        TooManyAttemptsError(Limit("login-account", failures=10, window=900), wait=120),
        headers=_rate_limit,
    ),
}

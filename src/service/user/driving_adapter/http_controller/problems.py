"""How this context's errors are answered over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus

from src.platform.http.problems import Problem, Problems
from src.service.user.domain.errors import (
    BadCredentialsError,
    EmailInUseError,
    TooManyAttemptsError,
)


def _rate_limit(error: TooManyAttemptsError) -> Mapping[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10, and the one that everybody knows."""
    limit = error.limit
    return {
        "Retry-After": str(error.wait),
        "RateLimit-Policy": f'"{limit.name}";q={limit.failures};w={limit.window}',
        "RateLimit": f'"{limit.name}";r=0;t={error.wait}',
    }


USER_PROBLEMS: Problems = {
    EmailInUseError: Problem(HTTPStatus.CONFLICT),
    BadCredentialsError: Problem(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}),
    TooManyAttemptsError: Problem(HTTPStatus.TOO_MANY_REQUESTS, headers=_rate_limit),
}

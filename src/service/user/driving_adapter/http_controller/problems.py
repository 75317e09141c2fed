"""How this context's errors are answered over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus

from src.platform.http.problems import Problem
from src.service.user.domain.user import BadCredentialsError, EmailInUseError

USER_PROBLEMS: Mapping[type[Exception], Problem] = {
    EmailInUseError: Problem(HTTPStatus.CONFLICT),
    BadCredentialsError: Problem(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}),
}

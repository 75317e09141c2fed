"""What can go wrong with an account.

ServiceError
  UserError
    EmailInUseError
    BadCredentialsError
    TooManyAttemptsError
"""

from src.service.shared_kernel.errors import ServiceError
from src.service.user.domain.attempts import Limit


class UserError(ServiceError):
    """What can go wrong with an account."""


class EmailInUseError(UserError):
    """Somebody registered with this email before."""

    type = "email-in-use"


class BadCredentialsError(UserError):
    """The email is unknown or the password is wrong; it is not said which."""

    type = "bad-credentials"


class TooManyAttemptsError(UserError):
    """Somebody has failed too often; this attempt was not checked."""

    type = "too-many-attempts"

    def __init__(self, limit: Limit, wait: int) -> None:
        """`wait` is in seconds."""
        super().__init__(f"Too many failed attempts. Try again in {wait} seconds.")
        self.limit = limit
        self.wait = wait

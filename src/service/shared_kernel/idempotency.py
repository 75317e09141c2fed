"""Requests that a client may send twice and must not have done twice."""

import re
from dataclasses import dataclass

from src.service.shared_kernel.errors import FieldError, InvalidInputError, ServiceError

KEY_PATTERN = "[!-~]{1,255}"  # visible ASCII


class IdempotencyMismatchError(ServiceError):
    """The key was used before, for another request."""

    type = "idempotency-mismatch"


class IdempotencyInFlightError(ServiceError):
    """The first request with this key has not been answered yet."""

    type = "idempotency-in-flight"

    def __init__(
        self, detail: str = "The first request with this Idempotency-Key is under way."
    ) -> None:
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's name for one request, with a digest of what it asked."""

    key: str
    request_digest: bytes

    @classmethod
    def checked(cls, key: str, request_digest: bytes) -> "IdempotencyKey":
        if re.fullmatch(KEY_PATTERN, key) is None:
            raise InvalidInputError(
                FieldError(
                    ("header", "Idempotency-Key"),
                    "must be 1 to 255 visible ASCII characters",
                )
            )
        return cls(key, request_digest)

    def require_same_request(self, stored_digest: bytes) -> None:
        """Raise IdempotencyMismatchError when the stored request was another one."""
        if stored_digest != self.request_digest:
            raise IdempotencyMismatchError(
                "This Idempotency-Key was used for a different request. Use a new key."
            )

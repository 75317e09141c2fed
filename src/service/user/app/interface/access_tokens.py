"""The port that makes and reads access tokens."""

from dataclasses import dataclass
from typing import Protocol

from src.service.shared_kernel.identity import Caller


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and its life in seconds."""

    token: str
    expires_in: int


class AccessTokens(Protocol):
    def issue(self, caller: Caller) -> AccessToken: ...

    def read(self, token: str) -> Caller:
        """Return whom the token names. Raises NotSignedInError for one that is not valid now."""
        ...

"""The port that makes and reads access tokens."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType, Protocol
from uuid import UUID

from src.service.shared_kernel.identity import Caller

TokenId = NewType("TokenId", UUID)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and its life in seconds."""

    token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a token says: whom it names, which token it is, and when it expires. `account_since` is when
    the account was made. An id may be given again after a database lost the account that had it."""

    id: TokenId
    caller: Caller
    account_since: datetime
    expires_at: datetime


class AccessTokens(Protocol):
    def issue(self, caller: Caller, account_since: datetime) -> AccessToken: ...

    def read(self, token: str) -> TokenClaims:
        """Return what the token says. Raises NotSignedInError for one that is not valid now.

        Whether it was revoked is not checked here.
        """
        ...

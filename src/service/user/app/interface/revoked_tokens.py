"""The port to the record of tokens that were revoked before their time."""

from typing import Protocol

from src.service.user.app.interface.access_tokens import TokenClaims


class RevokedTokens(Protocol):
    async def add(self, token: TokenClaims) -> None:
        """Revoke a token, for every instance from now on. Repeating it changes nothing."""
        ...

    async def includes(self, token: TokenClaims) -> bool:
        """Say whether the token was revoked before this call, by whichever instance, or its account was
        lost and another one has the id now."""
        ...

    async def remove_expired(self) -> int:
        """Remove those that are refused for their age anyway; return how many there were."""
        ...

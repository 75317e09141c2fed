"""The port to the record of tokens that were ended before their time."""

from typing import Protocol

from src.service.user.app.interface.access_tokens import TokenClaims, TokenId


class RevokedTokens(Protocol):
    async def add(self, token: TokenClaims) -> None:
        """End a token, for every instance from now on. Ending it again changes nothing."""
        ...

    async def includes(self, token_id: TokenId) -> bool:
        """Say whether the token was ended before this was asked, by whichever instance."""
        ...

    async def remove_expired(self) -> int:
        """Forget those that are refused for their age anyway; return how many there were."""
        ...

"""Identify a caller by their access token."""

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller
from src.service.user.app.interface.access_tokens import AccessTokens
from src.service.user.app.interface.revoked_tokens import RevokedTokens


class IdentifyCallerUseCase:
    def __init__(self, tokens: AccessTokens, revoked: RevokedTokens) -> None:
        self._tokens = tokens
        self._revoked = revoked

    async def execute(self, token: str) -> Caller:
        """Raise NotSignedInError for a token that is not valid, that a logout has revoked, or whose account is
        another one now."""
        claims = self._tokens.read(token)
        if await self._revoked.includes(claims):
            raise NotSignedInError("You have signed out. Sign in again.")
        return claims.caller

"""Who calls, by the access token that they show."""

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller
from src.service.user.app.interface.access_tokens import AccessTokens
from src.service.user.app.interface.revoked_tokens import RevokedTokens


class IdentifyCallerUseCase:
    def __init__(self, tokens: AccessTokens, ended: RevokedTokens) -> None:
        self._tokens = tokens
        self._ended = ended

    async def execute(self, token: str) -> Caller:
        """Raise NotSignedInError for a token that is not valid, or that a logout has ended."""
        claims = self._tokens.read(token)
        if await self._ended.includes(claims.id):
            raise NotSignedInError("You have signed out. Sign in again.")
        return claims.caller

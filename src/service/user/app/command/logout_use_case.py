"""Revoke an access token."""

from src.service.shared_kernel.errors import NotSignedInError
from src.service.user.app.interface.access_tokens import AccessTokens
from src.service.user.app.interface.revoked_tokens import RevokedTokens


class LogoutUseCase:
    def __init__(self, tokens: AccessTokens, revoked: RevokedTokens) -> None:
        self._tokens = tokens
        self._revoked = revoked

    async def execute(self, token: str) -> None:
        """Revoke the token for every instance. One that is not valid is over already."""
        try:
            claims = self._tokens.read(token)
        except NotSignedInError:
            return
        await self._revoked.add(claims)

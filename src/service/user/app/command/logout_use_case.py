"""End an access token before its time."""

from src.service.shared_kernel.errors import NotSignedInError
from src.service.user.app.interface.access_tokens import AccessTokens
from src.service.user.app.interface.revoked_tokens import RevokedTokens


class LogoutUseCase:
    def __init__(self, tokens: AccessTokens, ended: RevokedTokens) -> None:
        self._tokens = tokens
        self._ended = ended

    async def execute(self, token: str) -> None:
        """End the token on every instance. One that is not valid is over already."""
        try:
            claims = self._tokens.read(token)
        except NotSignedInError:
            return
        await self._ended.add(claims)

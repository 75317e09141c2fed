"""Keep the record of revoked tokens short."""

from src.service.user.app.interface.revoked_tokens import RevokedTokens


class PurgeRevokedTokensUseCase:
    def __init__(self, revoked: RevokedTokens) -> None:
        self._revoked = revoked

    async def execute(self) -> int:
        """Remove tokens that have expired anyway; return how many."""
        return await self._revoked.remove_expired()

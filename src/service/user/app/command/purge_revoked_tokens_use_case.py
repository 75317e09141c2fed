"""Keep the record of ended tokens short."""

from src.service.user.app.interface.revoked_tokens import RevokedTokens


class PurgeRevokedTokensUseCase:
    def __init__(self, ended: RevokedTokens) -> None:
        self._ended = ended

    async def execute(self) -> int:
        """Return how many tokens no longer need remembering."""
        return await self._ended.remove_expired()

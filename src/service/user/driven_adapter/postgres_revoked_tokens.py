"""Revoked tokens in PostgreSQL, so that every instance knows them at once."""

from collections.abc import Sequence

from sqlalchemy import text

from src.platform.batching import Batcher
from src.platform.database import Database, Statement
from src.service.user.app.interface.access_tokens import TokenClaims
from src.service.user.app.interface.revoked_tokens import RevokedTokens

_LARGEST_BATCH = 256

_ADD = text(
    "INSERT INTO ended_token (jti, expires_at) VALUES (:jti, :expires_at) ON CONFLICT DO NOTHING"
)
# The subquery is an index lookup for each token; a join might read all accounts.
_FIND = Statement(
    "find revoked tokens",
    """
    SELECT jti FROM ended_token WHERE jti = ANY(:jtis)
    UNION ALL
    SELECT t.jti
    FROM unnest(
        CAST(:jtis AS uuid[]), CAST(:user_ids AS bigint[]), CAST(:since AS timestamptz[])
    ) AS t(jti, user_id, since)
    WHERE t.since <> (SELECT created_at FROM "user" WHERE id = t.user_id)
    """,
)
# The day is for instances whose clocks are behind and who still take the token for a good one.
_REMOVE_EXPIRED = text("DELETE FROM ended_token WHERE expires_at < now() - interval '1 day'")


class PostgresRevokedTokens(RevokedTokens):
    """Every authenticated request needs this; those that come while a query is under way share the
    next. So an answer is never older than its request, and a busy instance sends hardly more queries
    than a quiet one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lookups = Batcher(
            self._find,
            largest=_LARGEST_BATCH,
            timeout=database.timeout,
            on_timeout=lambda _sent: database.unanswered(sent=False),
        )

    async def add(self, token: TokenClaims) -> None:
        async with self._database.single_statement("revoke a token") as connection:
            await connection.execute(_ADD, {"jti": token.id, "expires_at": token.expires_at})

    async def includes(self, token: TokenClaims) -> bool:
        return await self._lookups.submit(token)

    async def remove_expired(self) -> int:
        async with self._database.single_statement("purge revoked tokens") as connection:
            return (await connection.execute(_REMOVE_EXPIRED)).rowcount

    async def _find(self, tokens: Sequence[TokenClaims]) -> Sequence[bool]:
        rows = await self._database.read(
            _FIND,
            jtis=[token.id for token in tokens],
            user_ids=[token.caller.id for token in tokens],
            since=[token.account_since for token in tokens],
        )
        revoked = {row["jti"] for row in rows}
        return [token.id in revoked for token in tokens]

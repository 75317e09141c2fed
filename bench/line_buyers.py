"""Thousands of buyers for a line, put into the database: to sign them up would cost a password each."""

from collections.abc import Sequence

import asyncpg

from bench import stores
from bench.server_process import Service
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens

_ADD = """
    INSERT INTO "user" (email, name, role, password_hash)
    SELECT 'buyer-' || gen_random_uuid() || '@example.com', 'Bench', 'buyer', 'none'
    FROM generate_series(1, $1::int)
    RETURNING id, created_at
"""
_TOKEN_SECONDS = 3600


async def add_buyers(service: Service, count: int) -> list[asyncpg.Record]:
    """Their ids, and since when they are."""
    database = await stores.connect(service)
    added = await database.fetch(_ADD, count)
    await database.close()
    return list(added)


def sign_in(service: Service, buyers: Sequence[asyncpg.Record]) -> list[str]:
    """A new token for each of them, as after a login: one that the service has not seen yet."""
    tokens = JwtAccessTokens(service.jwt_secret, _TOKEN_SECONDS)
    return [
        tokens.issue(Caller(UserId(buyer["id"]), Role.BUYER), buyer["created_at"]).token
        for buyer in buyers
    ]

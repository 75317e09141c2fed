"""Accounts that are quick to make and to sign in to, for tests that are about something else.

The password's hash is a cheap one, in place of the service's own, which costs time on purpose.
"""

import uuid

from argon2 import PasswordHasher

from src.platform.settings import Settings
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens
from test.support.stores import query

PASSWORD = "correct horse battery"

_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def add_account(settings: Settings, role: str, name: str) -> dict[str, str]:
    """Put an account into the database; return what signs in to it."""
    email = f"{role}-{uuid.uuid4().hex}@example.com"
    query(
        settings,
        'INSERT INTO "user" (email, name, role, password_hash) VALUES ($1, $2, $3, $4)',
        *(email, name, role, _HASH),
    )
    return {"email": email, "password": PASSWORD}


def add_crowd(settings: Settings, count: int) -> list[str]:
    """Put so many buyers into the database; return a token of each."""
    assert settings.jwt_secret
    tokens = JwtAccessTokens(settings.jwt_secret.get_secret_value(), 3600)
    rows = query(
        settings,
        """INSERT INTO "user" (email, name, role, password_hash)
           SELECT 'buyer-' || gen_random_uuid() || '@example.com', 'A buyer', 'buyer', $2
           FROM generate_series(1, $1) RETURNING id, created_at""",
        count,
        _HASH,
    )
    return [
        tokens.issue(Caller(UserId(row["id"]), Role.BUYER), row["created_at"]).token for row in rows
    ]

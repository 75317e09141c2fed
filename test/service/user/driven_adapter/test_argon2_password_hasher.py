"""Passwords, hashed for good."""

import pytest

from src.service.user.driven_adapter.argon2_password_hasher import Argon2PasswordHasher


@pytest.fixture(scope="module")
def password_hash() -> str:
    return Argon2PasswordHasher()._argon2.hash("correct horse")


@pytest.fixture
def hasher() -> Argon2PasswordHasher:
    return Argon2PasswordHasher()


async def test_a_password_matches_its_hash_alone(
    hasher: Argon2PasswordHasher, password_hash: str
) -> None:
    assert await hasher.verify("correct horse", password_hash)
    assert not await hasher.verify("wrong horse", password_hash)


async def test_the_hash_is_argon2id_and_salted(
    hasher: Argon2PasswordHasher, password_hash: str
) -> None:
    again = await hasher.hash("correct horse")

    assert again.startswith("$argon2id$")
    assert again != password_hash


async def test_for_nobody_every_password_is_wrong(hasher: Argon2PasswordHasher) -> None:
    assert not await hasher.verify("a password that nobody has", None)


async def test_what_is_no_hash_matches_nothing(hasher: Argon2PasswordHasher) -> None:
    assert not await hasher.verify("correct horse", "not a hash")

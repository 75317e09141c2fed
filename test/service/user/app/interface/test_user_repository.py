"""Users are found by email and by id, and an email belongs to one of them."""

import uuid

import pytest

from src.platform.database import Database
from src.service.shared_kernel.identity import Role
from src.service.shared_kernel.ids import UserId
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.domain.errors import EmailInUseError
from src.service.user.domain.user import Profile
from src.service.user.driven_adapter.postgres_user_repository import PostgresUserRepository
from test.fake.users import FakeUserRepository


@pytest.fixture
def users(database: Database | None) -> UserRepository:
    return FakeUserRepository() if database is None else PostgresUserRepository(database)


def somebody(name: str = "Ann", role: Role = Role.BUYER) -> Profile:
    return Profile(f"{uuid.uuid4().hex}@example.com", name, role)


@pytest.mark.parametrize("role", Role)
async def test_a_user_is_found_by_email_and_by_id(users: UserRepository, role: Role) -> None:
    profile = somebody("安", role)

    user = await users.add(profile, "a hash")

    assert user.profile == profile
    assert await users.find_by_email(profile.email) == (user, "a hash")
    assert await users.get(user.id) == user


async def test_each_user_is_another(users: UserRepository) -> None:
    one, other = await users.add(somebody(), "a hash"), await users.add(somebody(), "a hash")

    assert one.id != other.id
    assert await users.get(one.id) == one


async def test_an_email_in_use_is_refused_and_changes_nothing(users: UserRepository) -> None:
    ann = await users.add(somebody("Ann"), "a hash")

    with pytest.raises(EmailInUseError):
        await users.add(Profile(ann.profile.email, "Bob", Role.SELLER), "another hash")

    assert await users.find_by_email(ann.profile.email) == (ann, "a hash")


async def test_nobody_is_found_where_nobody_is(users: UserRepository) -> None:
    ann = await users.add(somebody(), "a hash")

    assert await users.find_by_email(f"x{ann.profile.email}") is None
    assert await users.get(UserId(ann.id + 10**6)) is None

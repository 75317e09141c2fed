"""Users in PostgreSQL."""

from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from src.platform.database import Database
from src.service.shared_kernel.identity import Role
from src.service.shared_kernel.ids import UserId
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.domain.errors import EmailInUseError
from src.service.user.domain.user import Profile, User
from src.service.user.driven_adapter.user_model import UserRow


class PostgresUserRepository(UserRepository):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, profile: Profile, password_hash: str) -> User:
        try:
            async with self._database.single_statement("add a user") as connection:
                added = insert(UserRow).values(
                    email=profile.email,
                    name=profile.name,
                    role=profile.role.value,
                    password_hash=password_hash,
                )
                row = (await connection.execute(added.returning(UserRow.__table__))).one()
        except IntegrityError as error:
            raise EmailInUseError("This email is registered already. Sign in instead.") from error
        return _user(row)

    async def find_by_email(self, email: str) -> tuple[User, str] | None:
        async with self._database.reading("find a user by email") as connection:
            row = (
                await connection.execute(select(UserRow.__table__).where(UserRow.email == email))
            ).one_or_none()
        return (_user(row), row.password_hash) if row is not None else None

    async def get(self, user_id: UserId) -> User | None:
        async with self._database.reading("get a user") as connection:
            row = (
                await connection.execute(select(UserRow.__table__).where(UserRow.id == user_id))
            ).one_or_none()
        return _user(row) if row is not None else None


def _user(row: Row[Any]) -> User:
    return User(UserId(row.id), Profile(row.email, row.name, Role(row.role)), row.created_at)

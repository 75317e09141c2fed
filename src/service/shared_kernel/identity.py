"""Who is calling."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from src.service.shared_kernel.errors import ForbiddenError
from src.service.shared_kernel.ids import UserId


class Role(StrEnum):
    SELLER = "seller"
    BUYER = "buyer"


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user, as the access token names them."""

    id: UserId
    role: Role

    def require(self, role: Role) -> None:
        """Raise ForbiddenError unless the caller has this role."""
        if self.role is not role:
            raise ForbiddenError(f"Only a {role} can do this; you are signed in as a {self.role}.")


# Says who is calling, for whoever has to know: to find out costs a question to PostgreSQL.
Identify = Callable[[], Awaitable[Caller | None]]


async def nobody() -> Caller | None:
    """A visitor who has not signed in."""
    return None

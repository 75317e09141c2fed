"""What the user endpoints take and answer."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, SecretStr, StrictStr

from src.service.shared_kernel.identity import Role
from src.service.user.app.interface.access_tokens import AccessToken
from src.service.user.domain.user import User

# Longer ones are refused by the domain with a sentence; this only bounds the work.
Password = Annotated[SecretStr, Field(max_length=1_000)]


class RegisterRequest(BaseModel):
    email: StrictStr
    password: Password
    name: StrictStr
    role: Role


class LoginRequest(BaseModel):
    email: StrictStr
    password: Password


class UserResponse(BaseModel):
    id: int
    email: str
    name: str
    role: Role

    @classmethod
    def of(cls, user: User) -> Self:
        profile = user.profile
        return cls(id=user.id, email=profile.email, name=profile.name, role=profile.role)


class LoginResponse(UserResponse):
    """The user, and the token that is in the cookie too."""

    access_token: str = Field(repr=False)
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a word of the protocol
    expires_in: int

    @classmethod
    def with_token(cls, user: User, token: AccessToken) -> Self:
        return cls(
            **UserResponse.of(user).model_dump(),
            access_token=token.token,
            expires_in=token.expires_in,
        )

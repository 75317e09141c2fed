"""What the user endpoints take and answer."""

from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, StrictStr

from src.platform.http.request_model import RequestModel
from src.service.shared_kernel.identity import Role
from src.service.user.app.interface.access_tokens import AccessToken
from src.service.user.domain.user import User


class RegisterRequest(RequestModel):
    email: StrictStr
    password: SecretStr
    name: StrictStr
    role: Role


class LoginRequest(RequestModel):
    email: StrictStr
    password: SecretStr


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

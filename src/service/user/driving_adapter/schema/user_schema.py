"""What the user endpoints take and answer."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, SecretStr, StrictStr

from src.platform.http.request_model import RequestModel
from src.platform.http.schema import Id
from src.service.shared_kernel.identity import Role
from src.service.user.app.interface.access_tokens import AccessToken
from src.service.user.domain.user import MAX_EMAIL, MAX_NAME, MAX_PASSWORD, MIN_PASSWORD, User

_ANN = {"email": "ann@example.com", "password": "correct horse"}  # nosec B105 - an example
_BOB = {"email": "bob@example.com", "password": "battery staple"}  # nosec B105 - an example
REGISTER_EXAMPLES: Any = {
    "seller": {"summary": "A seller", "value": {**_ANN, "name": "Ann", "role": "seller"}},
    "buyer": {"summary": "A buyer", "value": {**_BOB, "name": "Bob", "role": "buyer"}},
}
LOGIN_EXAMPLES: Any = {
    "seller": {"summary": "The seller", "value": _ANN},
    "buyer": {"summary": "The buyer", "value": _BOB},
}

Password = Annotated[
    SecretStr,
    Field(json_schema_extra={"minLength": MIN_PASSWORD, "maxLength": MAX_PASSWORD}),
]
Email = Annotated[
    StrictStr,
    Field(json_schema_extra={"format": "email", "minLength": 3, "maxLength": MAX_EMAIL}),
]
Name = Annotated[StrictStr, Field(json_schema_extra={"minLength": 1, "maxLength": MAX_NAME})]


class RegisterRequest(RequestModel):
    email: Email
    password: Password
    name: Name
    role: Role


class LoginRequest(RequestModel):
    email: Annotated[StrictStr, Field(json_schema_extra={"format": "email"})]
    password: SecretStr


class UserResponse(BaseModel):
    """A seller or a buyer."""

    id: Id
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
    expires_in: Annotated[int, Field(ge=1, description="Seconds.")]

    @classmethod
    def with_token(cls, user: User, token: AccessToken) -> Self:
        return cls(
            **UserResponse.of(user).model_dump(),
            access_token=token.token,
            expires_in=token.expires_in,
        )

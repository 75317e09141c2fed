"""Sellers and buyers."""

import re
from dataclasses import dataclass
from typing import Self

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.identity import Role
from src.service.shared_kernel.ids import UserId
from src.service.shared_kernel.text import clean_text

MAX_EMAIL = 254
MAX_NAME = 100
MIN_PASSWORD = 8
MAX_PASSWORD = 128

# Deliberately loose: only a message sent to an address shows whether it works.
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says of themself, trimmed and checked; the email in lower case."""

    email: str
    name: str
    role: Role

    @classmethod
    def checked(cls, email: str, name: str, role: Role) -> Self:
        return cls(check_email(email), clean_text("name", name, limit=MAX_NAME), role)


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    profile: Profile


def check_email(email: str) -> str:
    """Return the address as it is kept, or raise InvalidInputError when it can be nobody's."""
    address = clean_text("email", email, limit=MAX_EMAIL).lower()
    if _EMAIL.fullmatch(address) is None:
        raise InvalidInputError(FieldError(("email",), "must look like name@example.com"))
    return address


def check_password(password: str) -> str:
    """Return the password, or raise InvalidInputError when it is too short or too long."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInputError(
            FieldError(("password",), f"must have {MIN_PASSWORD} to {MAX_PASSWORD} characters")
        )
    if not password.isprintable():
        raise InvalidInputError(FieldError(("password",), "must be printable"))
    return password

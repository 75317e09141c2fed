"""Sellers and buyers."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from email_validator import EmailNotValidError, validate_email
from precis_i18n import get_profile

from src.service.shared_kernel.errors import FieldError, InvalidInputError
from src.service.shared_kernel.identity import Role
from src.service.shared_kernel.ids import UserId
from src.service.shared_kernel.text import clean_name, has_controls, nfc, pictures_as_letters

MAX_EMAIL = 254
MAX_NAME = 100
MIN_PASSWORD = 8
MAX_PASSWORD = 128

_OPAQUE = get_profile("OpaqueString")
# A character of the normal form stands for at most so many that were typed.
_MOST_TYPED = 4

# What an email had to look like before there was a validator.
_FORMER_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says about themself, checked and in the form in which it is stored."""

    email: str
    name: str
    role: Role

    @classmethod
    def checked(cls, email: str, name: str, role: Role) -> Self:
        return cls(check_email(email), clean_name("name", name, limit=MAX_NAME), role)


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    profile: Profile
    created_at: datetime


def check_email(email: str) -> str:
    """Return the address as it is stored, or raise InvalidInputError.

    All spellings of an address have one form: lower case, NFC, and the domain as IDNA reads it.
    """
    address = nfc(email.strip().lower())
    if not address:
        raise _refused("email", "must not be empty")
    if len(address) > MAX_EMAIL:
        raise _refused("email", f"must have at most {MAX_EMAIL} characters")
    if has_controls(address):
        raise _refused("email", "must not contain control characters")
    try:
        # Whether mail arrives is not checked. "test" is a domain like any other.
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise _refused("email", "must look like name@example.com") from error
    return found.normalized


def known_emails(email: str) -> tuple[str, ...]:
    """The forms in which this address may be stored: today's, and that of earlier versions."""
    forms = []
    with suppress(InvalidInputError):
        forms.append(check_email(email))
    former = email.strip().lower()
    if (
        former not in forms
        and len(former) <= MAX_EMAIL
        and _FORMER_EMAIL.fullmatch(former)
        and not has_controls(former)
    ):
        forms.append(former)
    return tuple(forms)


def check_password(password: str) -> str:
    """Return the password as it is hashed (PRECIS OpaqueString, RFC 8265), or raise
    InvalidInputError.

    Emoji are let pass as wholes: the profile knows neither their joiners nor the newer ones.
    """
    length = f"must have {MIN_PASSWORD} to {MAX_PASSWORD} characters"
    if len(password) > _MOST_TYPED * MAX_PASSWORD:
        raise _refused("password", length)
    opaque = _OPAQUE.apply_five_rules(password)
    if not MIN_PASSWORD <= len(opaque) <= MAX_PASSWORD:
        raise _refused("password", length)
    try:
        _OPAQUE.base.enforce(pictures_as_letters(opaque))
    except UnicodeEncodeError:
        # The error would contain the password.
        raise _refused("password", "has a character that no password can have") from None
    return opaque


def known_passwords(password: str) -> tuple[str, ...]:
    """The forms of which a hash may be stored: today's, and as typed, that of earlier versions."""
    try:
        opaque = check_password(password)
    except InvalidInputError:
        return (password,)
    return (opaque,) if opaque == password else (opaque, password)


def _refused(field: str, why: str) -> InvalidInputError:
    return InvalidInputError(FieldError((field,), why))

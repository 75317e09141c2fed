"""Rules for text that people type."""

import unicodedata

from src.service.shared_kernel.errors import FieldError, InvalidInputError

# Control characters and lone surrogates: no person types them and PostgreSQL stores neither.
_UNWRITABLE = frozenset({"Cc", "Cs"})


def clean_text(field: str, value: str, *, limit: int, multiline: bool = False) -> str:
    """Return `value` trimmed; raise InvalidInputError when empty, too long or not writable."""
    text = value.strip()
    if multiline:
        text = text.replace("\r\n", "\n")
    if not text:
        raise InvalidInputError(FieldError((field,), "must not be empty"))
    if len(text) > limit:
        raise InvalidInputError(FieldError((field,), f"must have at most {limit} characters"))
    allowed = "\n" if multiline else ""
    if any(c not in allowed and unicodedata.category(c) in _UNWRITABLE for c in text):
        raise InvalidInputError(FieldError((field,), "must not contain control characters"))
    return text

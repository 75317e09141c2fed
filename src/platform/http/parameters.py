"""Numbers and flags in paths and queries, which have one spelling each."""

import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_DIGITS = re.compile("[0-9]+")
_FLAGS = {"true": True, "false": False}


def _digits(text: object) -> object:
    if isinstance(text, str) and _DIGITS.fullmatch(text) is None:
        raise PydanticCustomError("plain_digits", "must be a whole number in plain digits")
    return text


def _flag(text: object) -> object:
    if isinstance(text, str) and text not in _FLAGS:
        raise PydanticCustomError("plain_flag", "must be true or false")
    return _FLAGS.get(text, text) if isinstance(text, str) else text


# The framework's own would take " 1", "+1", "1_0" and "1.0", and "yes" and "on".
PLAIN_DIGITS = BeforeValidator(_digits)
Number = Annotated[int, PLAIN_DIGITS]
Flag = Annotated[bool, BeforeValidator(_flag)]

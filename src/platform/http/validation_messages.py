"""What is wrong with a field, in our words.

pydantic checks the types of what is sent. Its sentences change with its version, and speak of types
to people who filled in a form.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

# For an error that has no sentence here. A test finds those that can occur.
NEUTRAL = "is not valid"

_Context = Mapping[str, Any]


def _at_least(count: int, what: str) -> str:
    return f"must have at least {count:,} {what}{'' if count == 1 else 's'}"


def _at_most(count: int, what: str) -> str:
    return f"must have at most {count:,} {what}{'' if count == 1 else 's'}"


def _one_of(context: _Context) -> str:
    values = re.findall("'([^']*)'", context["expected"])
    return f"must be one of: {', '.join(values)}"


_WHOLE_NUMBER = "must be a whole number"
_TRUTH = "must be true or false"
_OBJECT = "must be an object"

MESSAGES: Mapping[str, str | Callable[[_Context], str]] = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this request",
    "int_type": _WHOLE_NUMBER,
    "int_parsing_size": "has too many digits",
    "moment": "must be a moment with an offset, such as 2027-05-01T20:00:00+08:00",
    "query_moment": (
        "must be a moment with an offset, such as 2027-05-01T12:00:00Z or"
        " 2027-05-01T20:00:00%2B08:00 (a + in an address is written %2B)"
    ),
    "plain_digits": "must be a whole number in plain digits",
    "string_type": "must be a text",
    "bool_type": _TRUTH,
    "plain_flag": _TRUTH,
    "list_type": "must be a list",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "enum": _one_of,
    "literal_error": _one_of,
    "greater_than_equal": lambda context: f"must be at least {context['ge']:,}",
    "less_than_equal": lambda context: f"must be at most {context['le']:,}",
    "too_short": lambda context: _at_least(context["min_length"], "item"),
    "too_long": lambda context: _at_most(context["max_length"], "item"),
    "string_too_short": lambda context: _at_least(context["min_length"], "character"),
    "string_too_long": lambda context: _at_most(context["max_length"], "character"),
    # A rule of a model, which is ours already.
    "value_error": lambda context: str(context["error"]),
}


def message_of(error: Mapping[str, Any]) -> str:
    """Say what is wrong, of an error as pydantic gives it."""
    message = MESSAGES.get(error["type"], NEUTRAL)
    return message if isinstance(message, str) else message(error.get("ctx", {}))

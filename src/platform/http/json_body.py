"""JSON as it comes in a request, checked where it comes in."""

import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any, NoReturn

from fastapi import Request

from src.platform.http.invalid_input import UnreadableRequestError
from src.service.shared_kernel.errors import FieldError

_PlaceIn = tuple[str | int, ...]

# What only an escape can bring into a text: NUL, and half a surrogate pair.
_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_UNWRITABLE_TEXT = "must not contain NUL or half a surrogate pair"


class JsonRequest(Request):
    """A request whose body the framework, too, reads by our rules."""

    async def json(self) -> Any:
        return read_json(await self.body())


def read_json(body: bytes) -> Any:
    """Return what a body says, or raise UnreadableRequestError.

    It is JSON as in RFC 8259 and I-JSON (RFC 7493): UTF-8 without a byte order mark, in which no
    field is given twice, every number is one, and every text can be written.
    """
    repeating: list[_RepeatingObject] = []

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            fields = _RepeatingObject(pairs)
            repeating.append(fields)
        return fields

    try:
        text = body.decode()
        if text.startswith("\ufeff"):
            raise _unreadable("must not begin with a byte order mark")
        content = json.loads(text, object_pairs_hook=object_of, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise _unreadable("is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise _unreadable(f"is not JSON (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise _unreadable("is nested too deeply") from error
    except ValueError as error:
        raise _unreadable("has a number that is none or has too many digits") from error
    if repeating or _SUSPICIOUS_ESCAPE.search(text):
        errors = list(_errors_in(content))
        if errors:
            raise UnreadableRequestError(*errors)
    return content


class _RepeatingObject(dict[str, Any]):
    """An object that gives a field more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        times = Counter(name for name, _ in pairs)
        self.repeated = {name for name in self if times[name] > 1}


def _errors_in(content: Any) -> Iterator[FieldError]:
    waiting: deque[tuple[_PlaceIn, Any]] = deque([(("body",), content)])
    while waiting:
        place, value = waiting.popleft()
        if isinstance(value, str) and _UNWRITABLE.search(value):
            yield FieldError(place, _UNWRITABLE_TEXT)
        elif isinstance(value, list):
            waiting.extend(((*place, index), item) for index, item in enumerate(value))
        elif isinstance(value, dict):
            repeated = value.repeated if isinstance(value, _RepeatingObject) else ()
            for name, item in value.items():
                field = (*place, _UNWRITABLE.sub("\ufffd", name))
                if _UNWRITABLE.search(name):
                    yield FieldError(field, _UNWRITABLE_TEXT)
                if name in repeated:
                    yield FieldError(field, "is given more than once")
                waiting.append((field, item))


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


def _unreadable(why: str) -> UnreadableRequestError:
    return UnreadableRequestError(FieldError(("body",), why))

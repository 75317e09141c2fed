"""JSON is read strictly, and what is wrong with it is said where it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.platform.http.invalid_input import UnreadableRequestError
from src.platform.http.json_body import read_json

TEXT = "must not contain NUL or half a surrogate pair"
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


def refused(body: bytes) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(UnreadableRequestError) as refusal:
        read_json(body)
    assert refusal.value.status_code == 400
    return {error.loc: error.msg for error in refusal.value.errors}


@given(values, st.booleans())
def test_what_is_written_is_read(value: object, escaped: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=escaped).encode()) == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is not JSON (line 1, column 1)"),
        (b'{\n "a": ,}', "is not JSON (line 2, column 7)"),
        (b"[1] 2", "is not JSON (line 1, column 5)"),
        (b'"a\x00"', "is not JSON (line 1, column 3)"),
        (b"[NaN]", "has a number that is none or has too many digits"),
        (b"-Infinity", "has a number that is none or has too many digits"),
        (b"9" * 5000, "has a number that is none or has too many digits"),
        (b"\xff", "is not UTF-8"),
        (b'"\xed\xa0\x80"', "is not UTF-8"),
        ("{}".encode("utf-16"), "is not UTF-8"),
        (b"\xef\xbb\xbf{}", "must not begin with a byte order mark"),
        (b"[" * 60_000, "is nested too deeply"),
        (b'{"a":' * 12_000, "is nested too deeply"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_is_not_json_is_refused(body: bytes, why: str) -> None:
    assert refused(body) == {("body",): why}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b'"\\ud800"', {("body",): TEXT}),
        (b'{"a": ["b", "\\udc00\\ud800"]}', {("body", "a", 1): TEXT}),
        (b'{"a": {"\\ud800": "\\u0000"}}', {("body", "a", "\ufffd"): TEXT}),
        (b'{"a": "\\ud800", "b": ["\\uDFFF"]}', {("body", "a"): TEXT, ("body", "b", 0): TEXT}),
        (b'{"a": 1, "b": 2, "a": 3}', {("body", "a"): "is given more than once"}),
        (b'[{"a": {"a": 1, "a": 1}}]', {("body", 0, "a", "a"): "is given more than once"}),
        (b'{"a": 1, "\\u0061": 1}', {("body", "a"): "is given more than once"}),
    ],
    ids=ascii,
)
def test_what_means_nothing_is_named(body: bytes, errors: dict[tuple[str | int, ...], str]) -> None:
    assert refused(body) == errors


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert read_json(b'["\\ud83c\\udfb8", "\\\\ud800", "\\\\u0000"]') == [
        "🎸",
        "\\ud800",
        "\\u0000",
    ]

"""CSV for spreadsheets: what is read back is what was written, and nothing of it runs."""

import csv
import io
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from src.platform.http.csv_text import csv_lines, inert

# What matters, often, among all that there is.
TELLING = "=+-@＝＋－＠\u2212\ufe62\ufe63\ufe66\ufe6b \t\r\n;,\"'|%\u3000\u200b\ufeffa1台"
texts = st.text(st.sampled_from(TELLING) | st.characters(exclude_categories=["Cs"]), max_size=12)


def cells_of(text: str, separator: str) -> list[str]:
    """The cells that a spreadsheet makes of a text, at the very least where it splits most."""
    for end in "\r\n":
        text = text.replace(end, separator)
    return text.split(separator)


def runs(cell: str) -> bool:
    """Whether a spreadsheet might, having left out what it does not see."""
    seen = "".join(c for c in cell if unicodedata.category(c)[0] not in "ZCM")
    return unicodedata.normalize("NFKC", seen)[:1] in tuple("=+-@\u2212")


@settings(max_examples=300)
@given(texts)
@example("=1+1")
@example(" \t=1")
@example("\u3000＝cmd|' /C calc'!A0")
@example("a;=1")
@example("a\r\n@SUM(1)")
@example("\t1")
def test_no_text_runs(text: str) -> None:
    written = inert(text)

    assert written.replace("'", "") == text.replace("'", "")
    for separator in ";\t":
        assert not any(map(runs, cells_of(written, separator))), ascii(written)
    assert not written.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "陳大文",
        "Anne-Marie",
        "a@example.com",
        "1-2-3",
        "O'Neil",
        "R2-D2 = robot",
        "x, y",
        'a "b"',
    ],
)
def test_what_cannot_run_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


@settings(max_examples=100)
@given(st.lists(st.lists(texts, min_size=2, max_size=3), min_size=1, max_size=3))
def test_what_is_read_is_what_was_written(rows: list[list[str]]) -> None:
    written = csv_lines(rows).decode()

    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        [inert(cell) for cell in row] for row in rows
    ]


def test_lines_numbers_moments_and_what_is_not_there() -> None:
    moment = datetime(2027, 5, 1, 4, 0, 0, 123, tzinfo=UTC)

    assert csv_lines([("a,b", 5, -1, moment, None), ("c", 0, 0, None, 'd"')]) == (
        b'"a,b",5,-1,2027-05-01T04:00:00Z,\r\nc,0,0,,"d"""\r\n'
    )

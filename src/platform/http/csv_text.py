"""CSV that people open in a spreadsheet: RFC 4180, in UTF-8."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

# Without it Excel takes the bytes for those of another encoding.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# What a spreadsheet may take for the beginning of a formula, in every width, with no letter and no digit
# before it: blanks and what cannot be seen are left out at the start of a cell. A spreadsheet that is set to
# another separator than ours takes what follows that separator for a cell, even within quotes.
_FORMULA = re.compile(
    r"(?:\A|(?<=[;\t\r\n]))(?=[\t\r\n]|[^\w;\t\r\n]*[=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b"
    r"\uff0b\uff0d\uff1d\uff20])"
)

Cell = str | int | datetime | None


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as lines; no text in them is run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _written(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return inert(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds").replace("+00:00", "Z")
    return cell


def inert(text: str) -> str:
    """The text with an apostrophe wherever a formula could begin, which makes it a text."""
    return _FORMULA.sub("'", text)

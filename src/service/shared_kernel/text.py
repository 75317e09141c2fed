"""The rule for text that people type.

A text has one form, Unicode's NFC, so that the same word typed on two keyboards is the same word. A
name also shows all that it consists of: two names that look alike are one name.
"""

import re
import unicodedata

import idna

from src.service.shared_kernel.errors import FieldError, InvalidInputError

# No script stacks more on one letter (UAX #15, stream-safe text). The time to put them in order
# grows with the square of their number: 60,000 marks take ten seconds.
MAX_MARKS_IN_A_ROW = 30

_TOO_MANY_MARKS = re.compile(rb"[^\0]{%d}" % (MAX_MARKS_IN_A_ROW + 1))
_SPACES = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")  # Unicode's Zs
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")

# Controls and halves of surrogate pairs. No person types them, and PostgreSQL stores neither.
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Format characters, and private ones, for which each font has a picture of its own or none.
_UNSEEN = frozenset({"Cf", "Co"})
# Unicode's Default_Ignorable_Code_Point, what is never a character, and the blank Braille pattern.
_UNSEEN_TOO = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)

# Where joiners, variation selectors and tags are seen: in an emoji, a keycap, the flag of a part of
# a country, a variant of an ideograph.
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe"
    "\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
)
_SEEN = re.compile(
    "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f"
    f"|{_PICTURE}(?:\u200d{_PICTURE})*"
    "|[0-9#*]\ufe0f?\u20e3"
    "|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][\ufe00-\ufe02\U000e0100-\U000e01ef]"
)


def nfc(text: str) -> str:
    """The one form of a text. One with too many marks, which no rule lets pass, stays as it is."""
    if text.isascii() or _has_too_many_marks(text):
        return text
    return unicodedata.normalize("NFC", text)


def tidy_name(name: str) -> str:
    """A name as it is kept: trimmed, in the one form, each run of blanks one space."""
    return _SPACES.sub(" ", nfc(name)).strip()


def name_problem(name: str, limit: int) -> str | None:
    """Say what is wrong with a tidy name of at most `limit` characters, or None."""
    if (problem := _text_problem(name, limit)) is not None:
        return problem
    shown = pictures_as_letters(name)
    if _has_unseen(shown):
        return "must not contain characters that cannot be seen"
    if not _shows_something(shown):
        return "must have a letter, a digit or a symbol"
    return None


def clean_name(field: str, name: str, *, limit: int) -> str:
    """Return the name as it is kept, or raise InvalidInputError."""
    tidy = tidy_name(name)
    return _require(field, tidy, name_problem(tidy, limit))


def clean_description(field: str, text: str, *, limit: int) -> str:
    """Return a text of many lines as it is kept, or raise InvalidInputError.

    Lines end in a newline, a tab is a space, and no other control character is in it.
    """
    text = _LINE_ENDS.sub("\n", nfc(text)).replace("\t", " ").strip()
    problem = _text_problem(text, limit, allowed="\n")
    if problem is None and not _shows_something(text):
        problem = "must not be empty"
    return _require(field, text, problem)


def search_text(*names: str) -> str:
    """What a search reads of these names: a line for each, without differences of case and width."""
    return "\n".join(map(_folded, names))


def search_words(text: str) -> tuple[str, ...]:
    """The words to look for in a `search_text`: each has to be in it somewhere."""
    return tuple(dict.fromkeys(_folded(text).split()))


def search_problem(text: str, limit: int) -> str | None:
    """Say what is wrong with a tidy text to search for, or None. Nothing at all is no mistake."""
    return _text_problem(text, limit) if text else None


def looks_of(name: str) -> str:
    """What can be seen of a name. Two names with the same looks cannot be told apart."""
    return _UNSEEN_TOO.sub("", name)


def pictures_as_letters(text: str) -> str:
    """The text with a letter for each emoji, whose joiners and selectors are part of a picture."""
    return text if text.isascii() else _SEEN.sub("x", text)


def has_controls(text: str, allowed: str = "") -> bool:
    """Whether there are control characters, other than those allowed, or lone surrogates."""
    if text.isprintable():
        return False
    return any(c not in allowed and unicodedata.category(c) in _CONTROLS for c in text)


def _folded(text: str) -> str:
    compatible = unicodedata.normalize("NFKC", text)
    folded = unicodedata.normalize("NFKC", compatible.casefold())
    # Two ways to write one character; people type the shorter one of names such as 臺北.
    return folded.replace("臺", "台")


def _text_problem(text: str, limit: int, allowed: str = "") -> str | None:
    if not text:
        return "must not be empty"
    if len(text) > limit:
        return f"must have at most {limit:,} characters"
    if has_controls(text, allowed):
        return "must not contain control characters"
    if _has_too_many_marks(text):
        return f"must not have more than {MAX_MARKS_IN_A_ROW} marks on one character"
    return None


def _require(field: str, text: str, problem: str | None) -> str:
    if problem is not None:
        raise InvalidInputError(FieldError((field,), problem))
    return text


def _has_too_many_marks(text: str) -> bool:
    # A combining class is a byte, and 0 for what stands by itself.
    return bool(_TOO_MANY_MARKS.search(bytes(map(unicodedata.combining, text))))


def _has_unseen(name: str) -> bool:
    if name.isprintable() and not _UNSEEN_TOO.search(name):
        return False
    return any(_is_unseen(name, index) for index in range(len(name)))


def _is_unseen(name: str, index: int) -> bool:
    character = name[index]
    if character in "\u200c\u200d":
        try:
            # Persian and the scripts of India need them, where they shape the letters (RFC 5892, A).
            return not idna.valid_contextj(name, index)
        except ValueError:
            return True
    return unicodedata.category(character) in _UNSEEN or _UNSEEN_TOO.match(character) is not None


def _shows_something(text: str) -> bool:
    """Whether anything in it is more than a blank or a mark. New characters may be unknown here."""
    return any(
        unicodedata.category(c)[0] in "LNPS" or unicodedata.category(c) == "Cn"
        for c in _UNSEEN_TOO.sub("", text)
    )

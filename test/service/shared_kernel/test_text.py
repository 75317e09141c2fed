"""Text that people type has one form, and a name shows all that it consists of."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.service.shared_kernel.errors import InvalidInputError
from src.service.shared_kernel.text import (
    MAX_MARKS_IN_A_ROW,
    clean_description,
    clean_name,
    looks_of,
    nfc,
    search_text,
    search_words,
    tidy_name,
)
from test.support.waiting import quickest_of

NOTHING_TO_SEE = "must not contain characters that cannot be seen"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

# Any text, with much of what is hard: marks, joiners, fillers, blanks, line ends, surrogates.
HARD = "\u0301\u0327\u200b\u200d\u200c\u202e\ufe0f\u3164\u2800\u3000\u00a0\u2028\u0085\r\n\t\ud800"
texts = st.text(st.characters() | st.sampled_from(f"{HARD}eA1 \u2764\U0001f468"), max_size=40)


def name(typed: str) -> str:
    return clean_name("name", typed, limit=40)


def description(typed: str) -> str:
    return clean_description("description", typed, limit=40)


def refused(clean: Callable[[str], str], typed: str) -> str:
    with pytest.raises(InvalidInputError) as refusal:
        clean(typed)
    [error] = refusal.value.errors
    assert error.loc == (clean.__name__,)
    return error.msg


class TestAName:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (" a ", "a"),
            ("\n五月天\t", "五月天"),
            ("五月天\u3000演唱會", "五月天 演唱會"),
            ("a\u00a0 \u2009b", "a b"),
            ("Cafe\u0301", "Caf\u00e9"),
            ("\u1112\u1161\u11ab", "\ud55c"),
            ("\u212b", "\u00c5"),
        ],
        ids=ascii,
    )
    def test_has_one_form(self, typed: str, kept: str) -> None:
        assert name(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "🎸 Rock",
            FAMILY,
            "\U0001f469\U0001f3fd\u200d\U0001f680",
            "\u2764\ufe0f\u200d\U0001f525",
            "\U0001f642\u200d\u2194\ufe0f",
            "1\ufe0f\u20e3",
            f"{ENGLAND} - 台灣",
            "\u845b\U000e0100城",
            "می\u200cخواهم",
            "क्\u200dष",
            "AC·DC ?!",
            "\u0e17\u0e35\u0e48",
        ],
        ids=ascii,
    )
    def test_may_have_what_is_seen_where_it_stands(self, typed: str) -> None:
        assert name(typed) == typed

    @pytest.mark.parametrize(
        "typed",
        [
            *("\u200b", "\u3164", "\u2800", "\u115f", "\u1160", "\uffa0", "\u034f", "\u00ad"),
            *("\ufeff", "\ue000", "\uffff", "\U0001fffe", "\U000e0001", "\u2060", "\u180e"),
            *("a\u202eb", "a\u2066b", "a\u200fb", "a\u061cb", "a\ufff9b", "a\U000e0061b"),
            *("a\u200db", "a\u200cb", "+\u200d+", "سلام\u200c", "\u200d\U0001f468", "a\ufe0f"),
            "Rock\u200b",
        ],
        ids=ascii,
    )
    def test_has_nothing_that_cannot_be_seen(self, typed: str) -> None:
        assert refused(name, typed) == NOTHING_TO_SEE

    @pytest.mark.parametrize("typed", ["", " \t\n", "\u3000\u00a0"], ids=ascii)
    def test_is_not_empty(self, typed: str) -> None:
        assert refused(name, typed) == "must not be empty"

    @pytest.mark.parametrize("typed", ["\u0301", "\u0301 \u20dd"], ids=ascii)
    def test_is_more_than_marks(self, typed: str) -> None:
        assert refused(name, typed) == "must have a letter, a digit or a symbol"

    @pytest.mark.parametrize(
        "typed", ["a\nb", "a\tb", "a\x00b", "a\x7fb", "a\ud800b", "a\u0085b", "a\u2028b"], ids=ascii
    )
    def test_has_no_control_characters(self, typed: str) -> None:
        assert refused(name, typed) == "must not contain control characters"

    def test_is_measured_in_its_one_form(self) -> None:
        assert len(name("e\u0301" * 40)) == 40
        assert refused(name, "\u0958" * 21) == "must have at most 40 characters"

    @given(texts)
    def test_stays_as_it_is_kept_and_shows_something(self, typed: str) -> None:
        try:
            kept = name(typed)
        except InvalidInputError:
            return
        assert name(kept) == kept == nfc(kept)
        assert unicodedata.is_normalized("NFC", kept)
        assert len(kept) <= 40
        assert looks_of(kept).strip()
        assert any(unicodedata.category(c)[0] not in "ZM" for c in looks_of(kept))

    @given(texts)
    def test_is_the_same_in_every_spelling(self, typed: str) -> None:
        try:
            kept = name(typed)
        except InvalidInputError:
            return
        assert {name(unicodedata.normalize(form, typed)) for form in ("NFC", "NFD")} == {kept}


class TestADescription:
    @pytest.mark.parametrize(
        "line_end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\u0085"], ids=ascii
    )
    def test_has_one_kind_of_line_end(self, line_end: str) -> None:
        assert description(f"a{line_end}{line_end}b{line_end}") == "a\n\nb"

    def test_has_spaces_for_tabs(self) -> None:
        assert description("a\t\tb") == "a  b"

    @pytest.mark.parametrize(
        "typed", ["a\u202eb", "a\u200bb", f"a {FAMILY}", "\u2067שלום\u2069", "a\u3000b"], ids=ascii
    )
    def test_may_have_what_cannot_be_seen(self, typed: str) -> None:
        assert description(typed) == typed

    @pytest.mark.parametrize(
        "typed", ["a\x0bb", "a\x0cb", "a\x00b", "a\x1fb", "a\x9bb", "a\udc00b"], ids=ascii
    )
    def test_has_no_other_control_characters(self, typed: str) -> None:
        assert refused(description, typed) == "must not contain control characters"

    @pytest.mark.parametrize("typed", ["", " \r\n\t", "\u200b", "\u3164 \u2800"], ids=ascii)
    def test_is_not_empty(self, typed: str) -> None:
        assert refused(description, typed) == "must not be empty"

    def test_is_measured_in_its_one_form(self) -> None:
        assert len(description("a\r\n" * 20)) == 39
        assert description("e\u0301" * 40) == "\u00e9" * 40

    @given(texts)
    def test_stays_as_it_is_kept(self, typed: str) -> None:
        try:
            kept = description(typed)
        except InvalidInputError:
            return
        assert description(kept) == kept
        assert unicodedata.is_normalized("NFC", kept)
        assert 0 < len(kept) <= 40
        assert not set("\r\t\u0085\u2028\u2029") & set(kept)


class TestSearching:
    @pytest.mark.parametrize(
        ("words", "name"),
        [
            ("straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("ｊａｚｚ", "Jazz"),
            ("臺北", "台北小巨蛋"),
            ("ﬁne", "Fine"),
            ("İ", "i\u0307"),
            ("e\u0301", "CAFÉ"),
        ],
    )
    def test_makes_nothing_of_case_width_and_form(self, words: str, name: str) -> None:
        assert all(word in search_text(name) for word in search_words(words))

    def test_does_not_find_a_word_across_two_names(self) -> None:
        assert search_words("hall rock") == ("hall", "rock")
        assert "rockhall" not in search_text("Rock", "Hall")

    @given(texts, texts)
    def test_finds_a_name_by_itself(self, one: str, two: str) -> None:
        kept = tidy_name(one)
        assert all(word in search_text(kept, two) for word in search_words(kept))


class TestMarks:
    def test_stack_as_high_as_in_any_script(self) -> None:
        assert description("e" + "\u0327" * MAX_MARKS_IN_A_ROW)
        assert "30 marks" in refused(description, "e" + "\u0327" * (MAX_MARKS_IN_A_ROW + 1))

    def test_are_never_so_many_that_their_order_takes_long(self) -> None:
        """What Unicode says takes with the square of their number: for 20,000 more than a second."""
        tower = "e" + "\u0301\u0327" * 5_000
        naive, _ = quickest_of(3, lambda: unicodedata.normalize("NFC", tower))

        def refuse() -> None:
            assert nfc(tower) == tower
            with pytest.raises(InvalidInputError, match="30 marks"):
                clean_description("d", tower, limit=50_000)

        seconds, _ = quickest_of(3, refuse)
        assert seconds < naive / 5

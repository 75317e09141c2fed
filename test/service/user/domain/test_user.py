"""Emails and passwords have one form, however they are typed."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from precis_i18n import get_profile

from src.service.shared_kernel.errors import InvalidInputError
from src.service.user.domain.user import (
    check_email,
    check_password,
    known_emails,
    known_passwords,
)
from test.support.waiting import quickest_of

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def refused(check: Callable[[str], str], typed: str) -> str:
    with pytest.raises(InvalidInputError) as refusal:
        check(typed)
    [error] = refusal.value.errors
    assert error.loc == (check.__name__.removeprefix("check_"),)
    return error.msg


class TestAnEmail:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (" Ann@Example.COM\n", "ann@example.com"),
            ("Re\u0301ne@example.com", "r\u00e9ne@example.com"),
            ("R\u00c9NE@example.com", "r\u00e9ne@example.com"),
            ("a@xn--bcher-kva.example", "a@b\u00fccher.example"),
            ("a@BU\u0308CHER.example", "a@b\u00fccher.example"),
            ("王@例子.台灣", "王@例子.台灣"),
            ("a@load.test", "a@load.test"),
            ("o'neill+tickets@example.com", "o'neill+tickets@example.com"),
        ],
        ids=ascii,
    )
    def test_has_one_form(self, typed: str, kept: str) -> None:
        assert check_email(typed) == kept
        assert check_email(kept) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            *("nobody", "a@b", "a@", "@b.example", "a b@example.com", "a@b@example.com", "a@b..c"),
            *("a@-b.example", "a.@example.com", '"a b"@example.com', "a@[192.0.2.1]", "a@b.local"),
            *("\u202ea@example.com", "a\u200b@example.com", "Ann <ann@example.com>"),
        ],
        ids=ascii,
    )
    def test_that_can_be_nobodys_is_refused(self, typed: str) -> None:
        assert refused(check_email, typed) == "must look like name@example.com"

    def test_is_measured_in_its_one_form(self) -> None:
        """A capital I with a dot above becomes two characters in lower case."""
        domain = ".".join(["d" * 60] * 3) + ".example"

        assert len(check_email(f"{'x' * 61}@{domain}")) == 252
        assert "254" in refused(check_email, "\u0130" * 61 + f"@{domain}")
        assert "254" in refused(check_email, "x" * 60_000)

    @pytest.mark.parametrize("typed", ["a\x00@b.example", "a\ud800@b.example"], ids=ascii)
    def test_has_no_control_characters(self, typed: str) -> None:
        assert refused(check_email, typed) == "must not contain control characters"

    @given(st.emails() | st.builds("{}@example.com".format, st.text(min_size=1, max_size=20)))
    def test_stays_as_it_is_kept(self, typed: str) -> None:
        try:
            kept = check_email(typed)
        except InvalidInputError:
            return
        assert check_email(kept) == kept == kept.lower()
        assert unicodedata.is_normalized("NFC", kept)
        assert known_emails(kept) == (kept,)

    @pytest.mark.parametrize(
        ("typed", "forms"),
        [
            ("Ann@Example.com", ("ann@example.com",)),
            ("e\u0301@example.com", ("\u00e9@example.com", "e\u0301@example.com")),
            ("a@xn--bcher-kva.example", ("a@b\u00fccher.example", "a@xn--bcher-kva.example")),
            ("A@corp.local", ("a@corp.local",)),
            ("nobody", ()),
            ("a\x00@corp.local", ()),
            ("a\ud800@corp.local", ()),
        ],
        ids=ascii,
    )
    def test_is_known_as_it_used_to_be_too(self, typed: str, forms: tuple[str, ...]) -> None:
        assert known_emails(typed) == forms


class TestAPassword:
    @pytest.mark.parametrize(
        ("typed", "hashed"),
        [
            ("correct horse", "correct horse"),
            (" spaces stay ", " spaces stay "),
            ("Pa\u030asswort", "P\u00e5sswort"),
            ("密碼\u3000密碼\u00a0密碼", "密碼 密碼 密碼"),
            ("１２３４５６７８", "１２３４５６７８"),
            (FAMILY * 2, FAMILY * 2),
            (f"{ENGLAND}\u2764\ufe0f", f"{ENGLAND}\u2764\ufe0f"),
            ("\U0001fae8" * 8, "\U0001fae8" * 8),
        ],
        ids=ascii,
    )
    def test_is_an_opaque_string(self, typed: str, hashed: str) -> None:
        assert check_password(typed) == hashed
        assert check_password(hashed) == hashed

    @pytest.mark.parametrize(
        "typed", ["1234567\t", "1234567\x00", "1234567\ud800", "1234567\u200b", "1234567\u202e"]
    )
    def test_has_no_character_that_the_profile_forbids(self, typed: str) -> None:
        why = refused(check_password, typed)

        assert why == "has a character that no password can have"

    @pytest.mark.parametrize("typed", ["", "1234567", "e\u0301" * 7, "x" * 129, "x" * 60_000])
    def test_is_measured_in_its_one_form(self, typed: str) -> None:
        assert refused(check_password, typed) == "must have 8 to 128 characters"
        assert check_password("e\u0301" * 128) == "\u00e9" * 128

    @given(st.text(min_size=8, max_size=40))
    def test_is_what_the_profile_makes_of_it(self, typed: str) -> None:
        try:
            expected = get_profile("OpaqueString").enforce(typed)
        except UnicodeEncodeError:
            return
        if 8 <= len(expected) <= 128:
            assert check_password(typed) == expected

    def test_that_is_far_too_long_costs_nothing(self) -> None:
        typed = "e" + "\u0301\u0327" * 5_000
        naive, _ = quickest_of(3, lambda: unicodedata.normalize("NFC", typed))

        seconds, known = quickest_of(3, lambda: known_passwords(typed))

        assert known
        assert seconds < naive / 5

    def test_is_known_as_it_used_to_be_too(self) -> None:
        assert known_passwords("correct horse") == ("correct horse",)
        assert known_passwords("Pa\u030asswort") == ("P\u00e5sswort", "Pa\u030asswort")
        assert known_passwords("a·b·c·d·e") == ("a·b·c·d·e",)

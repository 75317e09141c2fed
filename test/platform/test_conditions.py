"""If-Match and If-None-Match, as RFC 9110 has them."""

import pytest
from fastapi import Request

from src.platform.http.conditions import not_modified, required_tags


def request_with(name: str, *lines: str) -> Request:
    headers = [(name.encode(), line.encode("latin-1")) for line in lines]
    return Request({"type": "http", "headers": headers})


class TestNotModified:
    @pytest.mark.parametrize(
        "lines",
        [
            ['"1:5"'],
            ['"1:4", "1:5"'],
            ['"1:4","1:5"'],
            ['W/"1:5"'],
            ["*"],
            [' "1:5" '],
            ['"1:4"', '"1:5"'],
            ['"1:4", W/"1:5"', '"1:6"'],
            ['"a,b", "1:5"'],
            [', ,"1:5",'],
            ['"\xe9", "1:5"'],
        ],
        ids=repr,
    )
    def test_when_the_client_has_this_state(self, lines: list[str]) -> None:
        assert not_modified(request_with("if-none-match", *lines), '"1:5"')

    @pytest.mark.parametrize(
        "lines",
        [
            ['"1:4"'],
            ["1:5"],
            ['"1:55"'],
            [""],
            ['"1:4"', '"1:6"'],
            ['"1:4, "1:5""'],
            ['"a", *'],
            ['w/"1:5"'],
            ['"1:5'],
        ],
        ids=repr,
    )
    def test_not_when_it_has_another_or_says_nothing_clear(self, lines: list[str]) -> None:
        assert not not_modified(request_with("if-none-match", *lines), '"1:5"')

    def test_not_when_a_tag_only_looks_like_a_list(self) -> None:
        assert not not_modified(request_with("if-none-match", '"a,b"'), '"a')

    def test_not_when_it_says_nothing(self) -> None:
        assert not not_modified(request_with("x"), '"1:5"')


class TestRequiredTags:
    @pytest.mark.parametrize("lines", [[], ["*"], [" * "]], ids=repr)
    def test_are_any(self, lines: list[str]) -> None:
        assert required_tags(request_with("if-match", *lines)) is None

    @pytest.mark.parametrize(
        ("lines", "tags"),
        [
            (['"a"'], ['"a"']),
            (['"a", "b"'], ['"a"', '"b"']),
            (['"a"', '"b,c"'], ['"a"', '"b,c"']),
            (['W/"a"'], []),
            (['W/"a", "b"'], ['"b"']),
            (["a"], []),
            ([""], []),
        ],
        ids=repr,
    )
    def test_are_the_strong_ones(self, lines: list[str], tags: list[str]) -> None:
        assert required_tags(request_with("if-match", *lines)) == tags

"""Which form of an answer a client gets."""

import pytest
from fastapi import Request

from src.platform.http.accept import wants_csv


def asking(*accepted: str) -> Request:
    headers = [(b"accept", value.encode()) for value in accepted]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    "accepted",
    [
        ("text/csv",),
        ("TEXT/CSV",),
        ("text/csv; charset=utf-8",),
        ("text/*",),
        ("text/csv, application/json;q=0.9",),
        ("application/json;q=0.1, text/csv;q=0.2",),
        ("application/json;q=0.5", "text/csv"),
        ("*/*;q=0.1, text/csv",),
        ("application/json;q=0, */*",),
    ],
)
def test_csv_is_for_who_wants_it_most(accepted: tuple[str, ...]) -> None:
    assert wants_csv(asking(*accepted))


@pytest.mark.parametrize(
    "accepted",
    [
        (),
        ("",),
        ("*/*",),
        ("application/json",),
        ("application/*, text/csv;q=0.9",),
        ("text/csv, application/json",),
        ("text/csv;q=0",),
        ("text/csv;q=0, */*;q=0.1",),
        ("image/png",),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",),
        ("csv",),
        ("text/csv;q=high, application/json",),
        (",,;q=",),
        ("/",),
        ("*",),
    ],
)
def test_all_others_get_json(accepted: tuple[str, ...]) -> None:
    assert not wants_csv(asking(*accepted))

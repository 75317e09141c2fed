"""HEAD of a subsection with very many seats."""

from types import SimpleNamespace

import pytest
from fastapi import Request

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, StateVersion
from src.service.shared_kernel.seating import SeatingConfig, Section
from src.service.ticketing.driving_adapter.http_controller.event_ticketing_controller import (
    list_section_seats,
)

ROWS, COLS = 50, 41


class LargeSubsection:
    async def execute(self, *_: object) -> EventSeatState:
        config = SeatingConfig(ROWS, COLS, (Section("A", 1, 1),))
        seats = {config.subsections[0]: b"0" * (ROWS * COLS)}
        return EventSeatState(EventId(1), config, StateVersion(1, 7), False, seats)


class BodyWantedError(Exception):
    """The body was about to be made."""


class NoLongAnswers:
    async def acquire(self, _: Request) -> None:
        raise BodyWantedError

    def answer(self, *_: object, **__: object) -> None:
        raise BodyWantedError


def request_of(method: str) -> Request:
    events = SimpleNamespace(list_section_seats=LargeSubsection(), long_answers=NoLongAnswers())
    state = {"events": events, "identify_caller": None}  # which nobody without a token needs
    return Request({"type": "http", "method": method, "headers": [], "state": state})


async def test_is_answered_without_making_the_body() -> None:
    answer = await list_section_seats(request_of("HEAD"), 1, "A", 1)

    assert answer.headers["etag"] == '"1:7"'
    assert answer.headers["content-type"] == "application/json"
    assert "content-length" not in answer.headers


async def test_the_body_is_made_for_get() -> None:
    with pytest.raises(BodyWantedError):
        await list_section_seats(request_of("GET"), 1, "A", 1)

"""What the pages make of a buyer's orders: numbers, what belongs together, seats told in a row."""

from typing import Any

import pytest

from test.web.conftest import Library
from test.web.people import seating

NOW = 1_800_000_000_000  # 2027-01-15T08:00Z


def order(name: str, event_id: int = 1, status: str = "confirmed", **fields: Any) -> dict[str, Any]:
    made = {"created_at": "2027-01-01T00:00:00Z", "expires_at": "2027-01-15T08:10:00Z"}
    return {"id": name, "event_id": event_id, "status": status, **made, **fields}


def event(starts_at: str | None = None, status: str = "available") -> dict[str, Any]:
    return {"status": status, **({"starts_at": starts_at} if starts_at else {})}


async def shelves(
    library: Library, orders: list[dict[str, Any]], events: dict[int, Any] | None = None
) -> dict[str, list[str]]:
    """The ids of what is on each shelf that is not empty."""
    found: dict[str, list[dict[str, Any]]] = await library(
        "model/orders", "m.shelvesOf(a, new Map(b), c)", orders, list((events or {}).items()), NOW
    )
    return {name: [one["id"] for one in shelf] for name, shelf in found.items() if shelf}


async def test_a_number_is_the_beginning_of_the_id(library: Library) -> None:
    number = "m.orderNumber(a)"
    assert (
        await library("model/orders", number, "9f3a21c4-5fe8-4ee4-86f1-e9bbc1839603") == "9F3A21C4"
    )


async def test_each_state_has_its_shelf(library: Library) -> None:
    states = ("reserved", "confirmed", "cancelled", "released", "expired")
    orders = [order(state, status=state) for state in states]
    assert await shelves(library, orders, {1: event()}) == {
        "held": ["reserved"],
        "coming": ["confirmed"],
        "cancelled": ["cancelled"],
        "gone": ["released", "expired"],
    }


async def test_what_comes_first_is_first_and_what_has_no_date_last(library: Library) -> None:
    events = {
        1: event(),
        2: event("2027-03-01T19:00:00Z"),
        3: event("2027-02-01T19:00:00Z"),
        4: None,  # hidden by now, or not read yet
    }
    orders = [order(str(event_id), event_id) for event_id in events]
    later = order("1, later", 1, created_at="2027-01-02T00:00:00Z")
    assert await shelves(library, [*orders, later], events) == {
        "coming": ["3", "2", "1, later", "1", "4"]
    }


async def test_a_hold_that_ends_first_is_first(library: Library) -> None:
    holds = [
        order(minute, status="reserved", expires_at=f"2027-01-15T08:{minute}:00Z")
        for minute in ("09", "03", "14")
    ]
    assert await shelves(library, holds) == {"held": ["03", "09", "14"]}


@pytest.mark.parametrize(
    ("show", "shelf"),
    [
        (event("2027-01-15T19:00:00Z"), "coming"),
        (event("2027-01-15T03:00:00Z"), "coming"),  # for the late, five hours after the beginning
        (event("2027-01-15T01:00:00Z"), "past"),
        (event("2027-02-01T19:00:00Z", "completed"), "past"),
        (event("2027-02-01T19:00:00Z", "ended"), "coming"),  # only its sale has
        (event(status="completed"), "past"),
    ],
)
async def test_what_is_past(library: Library, show: dict[str, Any], shelf: str) -> None:
    assert await shelves(library, [order("one")], {1: show}) == {shelf: ["one"]}


async def test_what_was_last_is_first_of_the_past(library: Library) -> None:
    events = {
        1: event("2026-03-01T19:00:00Z"),
        2: event("2026-11-01T19:00:00Z"),
        3: event(status="completed"),
    }
    orders = [order(str(event_id), event_id) for event_id in events]
    assert await shelves(library, orders, events) == {"past": ["3", "2", "1"]}


async def test_seats_of_a_row_are_told_together(library: Library) -> None:
    seats = [
        {"section": "A", "subsection": 1, "row": row, "seat": seat}
        for row, seat in ((3, 10), (3, 11), (3, 9), (3, 2), (4, 1))
    ]
    found = await library(
        "model/orders", "m.rowsOf(a).map((row) => [row.row, row.n, row.seats])", seats
    )
    assert found == [[3, 4, "2, 9–11"], [4, 1, "1"]]


async def test_a_section_of_one_area_is_undivided(library: Library) -> None:
    sections = [
        {"name": "Hall", "subsections": [{"number": 1}]},
        {"name": "Balcony", "subsections": [{"number": 1}, {"number": 2}]},
    ]
    told = "[a, null].map((one) => ['Hall', 'Balcony', 'None'].map((b) => m.isUndivided(one, b)))"
    found = await library("model/venue", told, {"seating_config": {"sections": sections}})
    assert found == [[True, False, False], [False, False, False]]


async def test_a_seat_that_went_elsewhere_is_told_as_on_its_ticket(library: Library) -> None:
    sections = [
        {"name": "Hall", "subsections": [{"number": 1}]},
        {"name": "Balcony", "subsections": [{"number": 1}, {"number": 2}]},
    ]
    told = """["Hall", "Balcony"].map((section) => {
      const seat = { section, subsection: 1, row: 3, seat: 4, seat_identifier: section };
      const now = (status, seats) => ({ status, seats });
      const moves = [
        { after: now("confirmed", [seat]) },
        { before: now("reserved", [seat]), after: now("reserved", []) },
      ];
      const told = moves.map((move) => m.moveSaying(move, a, false).saying.values.seats);
      return told.map(([{ values }]) => values.area);
    })"""
    found = await library("words/saying", told, {"seating_config": {"sections": sections}})
    assert found == [["Hall", "Hall"], ["Balcony-1", "Balcony-1"]]


async def test_an_area_that_is_all_of_its_section_has_its_name_on_the_map(library: Library) -> None:
    house = seating(("Hall", 5, 1), ("Balcony", 5, 2))
    named = await library("model/house", "m.houseOf(a).areas.map(({ name }) => name)", house)
    assert named == ["Hall", "Balcony-1", "Balcony-2"]

"""What editing an event sends: what was changed and nothing else."""

from typing import Any

import pytest

from test.web.conftest import Library

EVENT = {
    "name": "Strings",
    "venue_name": "Arena",
    "description": "A night.",
    "is_active": True,
    "starts_at": "2097-06-01T11:30:00.250Z",
    "timezone": "Asia/Taipei",
    "admission": {"per_minute": 7, "max_active": 40, "pass_seconds": 90},
}
BARE = {name: EVENT[name] for name in ("name", "venue_name", "description", "is_active")}


async def changes(library: Library, event: dict[str, Any], typed: dict[str, Any]) -> Any:
    return await library(
        "model/event_change",
        """(async () => {
          const { detailsOf } = await import("/static/any/app/model/event_form.js");
          const before = detailsOf(a);
          return m.changesOf(before, { ...before, ...b }, a);
        })()""",
        event,
        typed,
    )


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ({}, {}),
        ({"name": "Brass", "is_active": False}, {"name": "Brass", "is_active": False}),
        (
            {"starts_at": {"local": "2097-06-01T20:00", "which": None}},
            {"starts_at": "2097-06-01T12:00:00.000Z"},
        ),
        ({"starts_at": {"local": "", "which": None}}, {"starts_at": None}),
        # The clock's time is what was typed, so in another zone it is another instant.
        (
            {"timezone": "UTC"},
            {"starts_at": "2097-06-01T19:30:00.000Z", "timezone": "UTC"},
        ),
        ({"per_minute": " 7 ", "pass_time": "1:30"}, {}),
        (
            {"max_active": "", "pass_time": "2"},
            {"admission": {"per_minute": 7, "pass_seconds": 120}},
        ),
        ({"line": False}, {"admission": None}),
    ],
)
async def test_only_what_was_changed_is_sent(
    library: Library, typed: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert await changes(library, EVENT, typed) == sent


async def test_an_event_gets_a_time_zone_with_its_first_date(library: Library) -> None:
    opens = {"sale_opens_at": {"local": "2097-06-01T20:00", "which": None}}
    assert await changes(library, BARE, {}) == {}
    assert set(await changes(library, BARE, opens)) == {"sale_opens_at", "timezone"}


@pytest.mark.parametrize(
    ("mine", "theirs", "form", "taken", "both"),
    [
        ({"name": "M"}, {"venue_name": "T"}, {"name": "M", "venue_name": "T"}, ["venue_name"], []),
        ({"name": "M"}, {"name": "T"}, {"name": "M"}, [], ["name"]),
        ({"name": "S"}, {"name": "S"}, {"name": "S"}, [], []),
    ],
)
async def test_what_was_saved_meanwhile_is_taken_in(
    library: Library,
    mine: dict[str, str],
    theirs: dict[str, str],
    form: dict[str, str],
    taken: list[str],
    both: list[str],
) -> None:
    before = {"name": "N", "venue_name": "V"}
    found = await library(
        "model/event_change",
        "m.merged(a, b, c)",
        before,
        {**before, **mine},
        {**before, **theirs},
    )
    assert found == {"form": {**before, **form}, "taken": taken, "both": both}

"""What a page makes of a place and of a line's message."""

from typing import Any

import pytest

from test.web.conftest import Library

SEED = "01b4f6bd5d6a06a7b74a8565ceb4f845afe0ae96a0ac05cf5e86066bf7b538ec"
OPEN = {"phase": "open", "gathered": 33, "seed": SEED, "serving": 0}


async def number_of(library: Library, entry: int, **line: Any) -> int | None:
    found: int | None = await library("model/line", "m.numberOf(a, b)", entry, {**OPEN, **line})
    return found


class TestANumber:
    async def test_is_drawn_for_those_who_were_there_at_the_opening(self, library: Library) -> None:
        assert await number_of(library, 1) == 11  # as in the published vector of 33
        assert await number_of(library, 33) == 26

    async def test_is_the_entry_for_those_who_came_later(self, library: Library) -> None:
        assert await number_of(library, 34) == 34

    async def test_is_the_entry_where_nobody_gathered(self, library: Library) -> None:
        assert await number_of(library, 1, gathered=0) == 1

    async def test_is_not_known_before_the_opening(self, library: Library) -> None:
        assert await number_of(library, 1, phase="gathering", seed=None) is None


@pytest.mark.parametrize(
    ("number", "serving", "ahead"), [(5, 0, 4), (5, 3, 1), (5, 4, 0), (5, 5, 0), (5, 9, 0)]
)
async def test_ahead_are_those_who_come_before_and_are_not_in(
    library: Library, number: int, serving: int, ahead: int
) -> None:
    assert await library("model/line", "m.aheadOf(a, b)", number, serving) == ahead


@pytest.mark.parametrize(
    ("start", "serving", "number", "progress"),
    [
        (0, 0, 10, 0),
        (0, 5, 10, 0.5),
        (6, 8, 10, 0.5),
        (6, 10, 10, 1),
        (10, 12, 10, 1),
        (6, 5, 10, 0),
    ],
)
async def test_progress_is_from_where_the_line_was_first_seen_to_ones_own_number(
    library: Library, start: int, serving: int, number: int, progress: float
) -> None:
    found = await library("model/line", "m.progressOf(a, b, c)", start, serving, number)

    assert found == progress


class TestTheWait:
    async def wait(self, library: Library, *moments: tuple[int, int], **terms: int) -> float:
        """For number 121 of a line that has let in 1, 60 a minute."""
        seconds: float = await library(
            "model/line",
            "m.waitOf(121, 1, a, b.reduce((all, [at, serving]) => m.observe(all, { at, serving }), []))",
            {"per_minute": 60, "pass_seconds": 300, **terms},
            [[1000 * at, serving] for at, serving in moments],
        )
        return seconds

    async def test_is_by_the_lines_rate_at_first(self, library: Library) -> None:
        assert await self.wait(library) == 120
        assert await self.wait(library, (0, 0), (29, 1)) == 120

    async def test_is_as_long_as_passes_last_where_only_so_many_are_given_at_once(
        self, library: Library
    ) -> None:
        assert await self.wait(library, max_active=40) == 3 * 300
        assert await self.wait(library, max_active=400) == 120

    async def test_is_by_what_was_seen_of_late(self, library: Library) -> None:
        assert await self.wait(library, (0, 0), (60, 30), max_active=40) == 240

    async def test_is_never_by_more_than_the_rate(self, library: Library) -> None:
        assert await self.wait(library, (0, 0), (60, 90)) == 120

    async def test_is_not_by_what_was_long_ago(self, library: Library) -> None:
        assert await self.wait(library, (0, 0), (130, 10), (190, 40)) == 240


@pytest.mark.parametrize(
    ("place", "line", "number", "view"),
    [
        (None, {"phase": "gathering"}, None, "outside"),
        ({"state": "gathering"}, {"phase": "gathering"}, None, "gathering"),
        ({"state": "gathering"}, {"phase": "open", "serving": 4}, 5, "waiting"),
        ({"state": "gathering"}, {"phase": "open", "serving": 5}, 5, "turn"),
        ({"state": "waiting"}, {"phase": "open", "serving": 9}, 5, "turn"),
        ({"state": "admitted"}, {"phase": "open", "serving": 4}, 5, "turn"),
        ({"state": "passed"}, {"phase": "open", "serving": 9}, 5, "passed"),
        ({"state": "admitted"}, {"phase": "over", "serving": 9}, 5, "over"),
        ({"state": "over"}, {"phase": "open", "serving": 9}, 5, "over"),
        (None, {"phase": "over"}, None, "over"),
    ],
)
async def test_what_a_buyer_is_shown(
    library: Library,
    place: dict[str, Any] | None,
    line: dict[str, Any],
    number: int | None,
    view: str,
) -> None:
    assert await library("model/line", "m.viewOf(a, b, c)", place, line, number) == view

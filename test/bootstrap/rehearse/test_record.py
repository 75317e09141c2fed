"""What a rehearsal makes of the answers that buyers get."""

from typing import Any

import orjson
import pytest

from src.bootstrap.commands.rehearse.http_client import Answer
from src.bootstrap.commands.rehearse.record import Record, Visit


def refusal(status: int, name: str, **headers: str) -> Answer:
    problem: dict[str, Any] = {"type": f"urn:ticketing:problem:{name}", "status": status}
    return Answer(status, orjson.dumps(problem), headers)


class TestRefusals:
    def test_are_counted_by_kind(self) -> None:
        record = Record(seats=3)
        for _ in range(2):
            assert record.refused("reserve", refusal(409, "seats-taken")) == "seats-taken"
        record.refused("confirm", refusal(503, "overloaded", **{"retry-after": "2"}))

        assert record.refusals == {"409 seats-taken": 2, "503 overloaded": 1}
        assert record.wrong == []

    @pytest.mark.parametrize(
        "answer",
        [
            Answer(500, b"oops"),
            refusal(404, "event-not-found"),
            refusal(503, "overloaded"),  # without a word of when to come again
            Answer(503, b"<html>", {"retry-after": "2"}),
        ],
    )
    def test_that_are_not_specified_are_wrong(self, answer: Answer) -> None:
        record = Record(seats=3)
        record.refused("reserve", answer)
        assert len(record.wrong) == 1

    def test_of_another_request_are_wrong(self) -> None:
        record = Record(seats=3)
        record.refused("confirm", refusal(409, "seats-taken"))
        assert len(record.wrong) == 1

    def test_no_answer_is_counted_by_itself(self) -> None:
        record = Record(seats=3)
        assert record.refused("reserve", None) == ""
        assert (record.unanswered, record.wrong, record.refusals.total()) == (1, [], 0)


class TestSeats:
    def test_that_are_given_twice_are_wrong(self) -> None:
        record, first, second = Record(seats=3), Visit(), Visit()
        record.given(first, frozenset({"A-1-1-1", "A-1-1-2"}), 1.0)
        record.given(second, frozenset({"A-1-1-2"}), 2.0)

        assert record.wrong == ["seat A-1-1-2 was given twice"]
        assert record.seats_given == 2
        assert record.given_at("A-1-1-2") == 1.0
        assert record.given_at("A-1-1-3") is None
        assert not record.sold_out.is_set()

    def test_are_sold_out_when_all_have_been_given(self) -> None:
        record = Record(seats=2)
        record.given(Visit(), frozenset({"A-1-1-1", "A-1-1-2"}), 1.0)
        assert record.sold_out.is_set()

"""What a report makes of what buyers and watchers saw."""

import pytest

from src.bootstrap.commands.rehearse.audience import Audience
from src.bootstrap.commands.rehearse.ending import Ending
from src.bootstrap.commands.rehearse.place_in_line import LineSeen
from src.bootstrap.commands.rehearse.plan import Venue
from src.bootstrap.commands.rehearse.record import Record, Visit
from src.bootstrap.commands.rehearse.report import LineFigures, Report, Spread
from src.bootstrap.commands.rehearse.sale import Sale
from src.bootstrap.commands.rehearse.show import rows_of
from test.fake.clock import in_no_time


def visit(record: Record, place: float, given_at: float | None, *seats: str) -> Visit:
    """A buyer whose turn came at 10, and who bought a second after it was given seats."""
    visit = Visit(place=place, turn_at=10.0, over=True)
    record.visits.append(visit)
    if given_at is not None:
        record.given(visit, frozenset(seats), given_at)
        visit.bought_at = given_at + 1
    return visit


def report_of(record: Record, *, wrong: tuple[str, ...] = ()) -> Report:
    sale = Sale(7, Venue.of(4), opens_at=10.0)
    audience = Audience([], sale, 0, record)
    return Report.of(sale, record, audience, None, Ending(0, wrong))


@in_no_time
async def test_times_are_counted_from_the_opening_and_from_each_turn() -> None:
    record = Record(seats=4)
    visit(record, 2, 11.5, "A-1-1-1", "A-1-1-2")
    visit(record, 1, 12.0, "A-1-1-3", "A-1-1-4")
    visit(record, 3, None)

    report = report_of(record)

    assert (report.bought, report.without_seats, report.unfinished) == (2, 1, 0)
    assert report.sold_out_after == 2.0
    assert report.seats_a_second == 2.0
    assert report.best_second == 4
    assert report.time_to_seats == Spread(1.5, 2.0)
    assert report.time_to_own == Spread(2.5, 3.0)
    assert report.fairness.correlation == pytest.approx(-1)
    assert report.fairness.most_overtaken == 1
    assert report.wrong == ()


@in_no_time
async def test_what_is_wrong_is_all_that_anybody_found() -> None:
    record = Record(seats=4)
    visit(record, 1, 11.0, "A-1-1-1")
    visit(record, 2, 11.0, "A-1-1-1")

    report = report_of(record, wrong=("1 of 2 maps are not exact",))

    assert report.wrong == ("seat A-1-1-1 was given twice", "1 of 2 maps are not exact")
    assert report.sold_out_after is None


@in_no_time
async def test_nothing_to_report_is_a_report_too() -> None:
    rows = dict(rows_of(report_of(Record(seats=4))))
    assert rows["Seats given"] == "0 of 4; 0 a second, 0 in the best second"
    assert rows["From a buyer's turn to its seats"] == "-"
    assert rows["Wrong"] == "nothing"


def test_the_rate_of_a_line_is_that_between_the_first_and_the_last_call() -> None:
    seen = LineSeen([], called=[(10.0, 5), (11.0, 16), (12.0, 25)])
    assert LineFigures.of(seen).called_a_second == 10.0
    assert LineFigures.of(LineSeen([])).called_a_second is None

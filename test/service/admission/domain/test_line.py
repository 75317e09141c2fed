"""How quickly a line moves, and whom it serves."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.service.admission.domain.line import MOST_AT_ONCE, Advance, Line, LinePhase, Order
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.ids import EventId
from test.fake.people import NOW

SEED = bytes(range(32))
TERMS = AdmissionTerms(per_minute=60, pass_seconds=120)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def a_line(**changes: Any) -> Line:
    """It has just opened: 100 gathered, nobody was served, and the first one is due."""
    line = Line(
        EventId(1),
        TERMS,
        SEED,
        joined=100,
        gathered=100,
        serving=0,
        credited_until=NOW - TERMS.interval,
        ended=False,
        live_passes=0,
        opens_at=NOW,
        is_active=True,
        on_sale=True,
        is_over=False,
        now=NOW,
    )
    return replace(line, **changes)


def moved(line: Line) -> Advance:
    advance = line.advance()
    assert advance is not None
    return advance


class TestOrder:
    def test_shuffles_those_who_gathered(self) -> None:
        order = Order(SEED, 100)

        numbers = [order.number_of(entry) for entry in range(1, 101)]

        assert sorted(numbers) == list(range(1, 101))
        assert numbers != sorted(numbers)
        assert [order.entry_of(number) for number in numbers] == list(range(1, 101))

    def test_leaves_the_others_as_they_came(self) -> None:
        assert Order(SEED, 100).number_of(101) == 101
        assert Order(SEED, 100).entry_of(101) == 101

    def test_of_nobody_who_gathered_is_that_of_coming(self) -> None:
        assert [Order(SEED, 0).number_of(entry) for entry in (1, 2, 3)] == [1, 2, 3]


class TestPhase:
    def test_gathers_until_who_was_there_is_noted(self) -> None:
        line = a_line(gathered=None, credited_until=None, now=NOW - seconds(1))

        assert line.phase is LinePhase.GATHERING
        assert not line.must_open
        assert line.opens_in == seconds(1)

    def test_must_open_when_its_time_has_come(self) -> None:
        assert a_line(gathered=None, credited_until=None).must_open

    def test_must_open_at_once_without_an_opening(self) -> None:
        assert a_line(gathered=None, credited_until=None, opens_at=None).must_open

    def test_is_open_when_they_are_known(self) -> None:
        assert a_line().phase is LinePhase.OPEN
        assert not a_line().must_open
        assert a_line().opens_in is None

    def test_is_over_whatever_it_was(self) -> None:
        assert a_line(is_over=True).phase is LinePhase.OVER
        assert not a_line(is_over=True, gathered=None, credited_until=None).must_open

    def test_has_its_end_noted_and_the_noting_taken_back(self) -> None:
        assert a_line(is_over=True).must_note_end
        assert not a_line(is_over=True, ended=True).must_note_end
        assert a_line(ended=True).must_note_end


class TestAdvance:
    def test_serves_the_first_at_the_opening(self) -> None:
        advance = moved(a_line())

        assert (advance.serving, advance.to) == (0, 1)
        assert advance.entries == (Order(SEED, 100).entry_of(1),)

    def test_serves_as_many_as_the_rate_has_earned(self) -> None:
        advance = moved(a_line(now=NOW + seconds(3.5)))

        assert advance.to == 4
        assert advance.credited_until == NOW + seconds(3)

    def test_serves_nobody_before_it_is_due(self) -> None:
        assert a_line(credited_until=NOW - seconds(0.9)).advance() is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"gathered": None, "credited_until": None},
            {"on_sale": False},
        ],
        ids=["before the opening", "while it is not on sale"],
    )
    def test_serves_nobody(self, changes: dict[str, Any]) -> None:
        assert a_line(**changes).advance() is None

    def test_does_not_make_up_for_a_long_standstill(self) -> None:
        advance = moved(a_line(now=NOW + timedelta(hours=1)))

        assert advance.to == 5
        assert moved(a_line(joined=2, now=NOW + timedelta(hours=1))).to == 2

    def test_makes_up_for_one_number_of_a_slow_line(self) -> None:
        slow = AdmissionTerms(per_minute=1, pass_seconds=120)

        assert moved(a_line(terms=slow, now=NOW + timedelta(hours=1))).to == 1

    def test_serves_no_more_than_there_are(self) -> None:
        advance = moved(a_line(joined=2, now=NOW + seconds(4)))

        assert advance.to == 2
        assert advance.credited_until == NOW + seconds(3)

    def test_leaves_room_for_live_passes(self) -> None:
        terms = replace(TERMS, max_active=10)
        line = a_line(terms=terms, live_passes=8, serving=8, now=NOW + seconds(4))

        assert moved(line).to == 10
        assert moved(replace(line, live_passes=9)).to == 9

    @pytest.mark.parametrize("live", [10, 11])
    def test_loses_the_rate_that_live_passes_leave_no_room_for(self, live: int) -> None:
        terms = replace(TERMS, max_active=10)
        advance = moved(a_line(terms=terms, live_passes=live, serving=10, now=NOW + seconds(4)))

        assert (advance.serving, advance.to, advance.entries) == (10, 10, ())
        assert advance.credited_until == NOW + seconds(3)

    def test_notes_a_loss_only_when_it_is_one(self) -> None:
        terms = replace(TERMS, max_active=10)
        line = a_line(terms=terms, live_passes=10, serving=10, now=NOW + seconds(0.5))

        assert line.advance() is None

    def test_serves_so_many_at_once_and_the_others_right_after(self) -> None:
        quick = AdmissionTerms(per_minute=60_000, pass_seconds=120)
        line = a_line(terms=quick, joined=10_000, gathered=0, now=NOW + seconds(1))

        advance = moved(line)
        again = replace(line, serving=advance.to, credited_until=advance.credited_until)

        assert advance.is_cut_short
        assert (advance.to, moved(again).to) == (MOST_AT_ONCE, 2 * MOST_AT_ONCE)

    def test_serves_those_who_came_later_in_the_order_of_coming(self) -> None:
        line = a_line(gathered=2, joined=5, serving=2, now=NOW + seconds(2))

        assert moved(line).entries == (3, 4, 5)


@given(
    per_minute=st.integers(1, 6_000),
    max_active=st.none() | st.integers(1, 50),
    pass_seconds=st.integers(1, 90),
    instances=st.integers(1, 3),
    seed=st.integers(0, 2**32),
)
def test_any_number_of_instances_keep_the_rate_and_the_limit(
    per_minute: int, max_active: int | None, pass_seconds: int, instances: int, seed: int
) -> None:
    """A minute of instances that look now and then, and carry out only what nobody else has."""
    chance = Random(seed)
    terms = AdmissionTerms(per_minute, pass_seconds, max_active)
    line = a_line(terms=terms, joined=10_000, gathered=0, credited_until=NOW - terms.interval)
    passes: list[Any] = []
    looks: list[Advance | None] = [None] * instances
    at = NOW
    while at < NOW + timedelta(minutes=1):
        instance = chance.randrange(instances)
        if looks[instance] is None:
            live = sum(until > at for until in passes)
            looks[instance] = replace(line, now=at, live_passes=live).advance()
        else:
            advance, looks[instance] = looks[instance], None
            assert advance is not None
            if (advance.serving, advance.credited_from) == (line.serving, line.credited_until):
                served = advance.to - advance.serving
                assert advance.entries == tuple(range(advance.serving + 1, advance.to + 1))
                line = replace(line, serving=advance.to, credited_until=advance.credited_until)
                passes += [at + seconds(pass_seconds)] * served
                if max_active is not None:
                    assert sum(until > at for until in passes) <= max_active
        at += seconds(chance.uniform(0, 1) / instances)

    assert line.credited_until is not None
    assert line.serving <= 1 + (at - NOW) / terms.interval
    if max_active is None:
        # Exactly the rate, up to the last look.
        assert line.serving == round(1 + (line.credited_until - NOW) / terms.interval)
        assert at - line.credited_until < max(seconds(8), 2 * terms.interval)

"""What a buyer in line is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from src.service.admission.domain.line import Order
from src.service.admission.domain.place import Entry, Place, PlaceState, place_of
from src.service.shared_kernel.admission_terms import AdmissionTerms
from src.service.shared_kernel.ids import EventId
from test.fake.people import NOW

EVENT = EventId(1)
TERMS = AdmissionTerms(per_minute=60, pass_seconds=120)
SEED = bytes(32)
WAITING = Entry(
    entry=8,
    served=False,
    admitted=False,
    pass_until=None,
    seed=SEED,
    gathered=5,
    serving=2,
    is_over=False,
)
UNTIL = NOW + timedelta(minutes=2)


def place(found: Entry, terms: AdmissionTerms = TERMS) -> Place:
    return place_of(EVENT, terms, found)


def test_gathering_has_no_number_yet() -> None:
    assert place(replace(WAITING, gathered=None)) == Place(EVENT, PlaceState.GATHERING, 8)


def test_waiting_has_a_number_and_those_before_it() -> None:
    assert place(WAITING) == Place(EVENT, PlaceState.WAITING, 8, 8, 5, 6)


def test_who_gathered_has_the_number_of_the_shuffle() -> None:
    found = place(replace(WAITING, entry=3, serving=0))

    assert found.number == Order(SEED, 5).number_of(3)


def test_the_next_one_has_nobody_ahead() -> None:
    assert place(replace(WAITING, serving=7)).ahead == 0


@pytest.mark.parametrize(
    ("max_active", "wait"),
    [(None, 6), (100, 6), (3, 240), (6, 120)],
    ids=["the rate alone", "room enough", "two rounds of passes", "one round"],
)
def test_the_estimate_reckons_with_live_passes(max_active: int | None, wait: int) -> None:
    assert place(WAITING, replace(TERMS, max_active=max_active)).estimated_wait_seconds == wait


def test_admitted_has_a_pass() -> None:
    found = place(replace(WAITING, serving=8, served=True, admitted=True, pass_until=UNTIL))

    assert found == Place(EVENT, PlaceState.ADMITTED, 8, 8, pass_until=UNTIL)


def test_a_pass_that_has_ended_is_passed() -> None:
    found = place(replace(WAITING, serving=8, served=True, pass_until=NOW))

    assert found == Place(EVENT, PlaceState.PASSED, 8, 8)


def test_when_the_sale_is_over_so_is_the_place() -> None:
    found = replace(WAITING, is_over=True, served=True, admitted=True, pass_until=UNTIL)

    assert place(found) == Place(EVENT, PlaceState.OVER, 8)

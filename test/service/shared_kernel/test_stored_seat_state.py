"""A stored seat state is whole or lost, and nothing between."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.service.shared_kernel.seat_state import StateVersion
from src.service.shared_kernel.seat_state_keys import Layout
from src.service.shared_kernel.seating import SubsectionKey
from src.service.shared_kernel.stored_seat_state import StoredSeats, read_version
from test.fake.people import HOUSE

A1, A2, B1 = HOUSE.subsections
LAYOUT = Layout(3, closed=True).to_json(HOUSE).encode()
VALUES = (LAYOUT, b"17", b"000000", b"012012", b"222222")


def test_what_was_written_is_whole() -> None:
    assert StoredSeats.read(HOUSE, HOUSE.subsections, VALUES) == StoredSeats(
        StateVersion(3, 17), True, {A1: b"000000", A2: b"012012", B1: b"222222"}
    )
    assert read_version(*VALUES[:2]) == StateVersion(3, 17)


def test_only_what_was_asked_for_is_judged() -> None:
    stored = StoredSeats.read(HOUSE, (B1,), (*VALUES[:2], VALUES[4]))

    assert stored is not None
    assert stored.seats == {SubsectionKey("B", 1): b"222222"}


@pytest.mark.parametrize("place", range(len(VALUES)))
def test_without_any_part_it_is_lost(place: int) -> None:
    values: list[bytes | None] = list(VALUES)
    values[place] = None

    assert StoredSeats.read(HOUSE, HOUSE.subsections, values) is None


@pytest.mark.parametrize("place", range(2, len(VALUES)))
@given(st.binary(max_size=8).filter(lambda codes: len(codes) != 6 or set(codes) - set(b"012")))
def test_with_other_bytes_than_one_status_for_each_seat_it_is_lost(
    place: int, codes: bytes
) -> None:
    values = [*VALUES[:place], codes, *VALUES[place + 1 :]]

    assert StoredSeats.read(HOUSE, HOUSE.subsections, values) is None


@pytest.mark.parametrize(
    "version",
    [
        b"",
        b"0",
        b"-1",
        b"+1",
        b"1.0",
        b"1_0",
        b" 1",
        b"1\n",
        b"0x1",
        b"many",
        b"9" * 16,
        b"\xd9\xa1",
    ],
)
def test_with_a_version_that_is_no_number_it_is_lost(version: bytes) -> None:
    assert StoredSeats.read(HOUSE, (), (LAYOUT, version)) is None
    assert read_version(LAYOUT, version) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda layout: b"",
        lambda layout: b"null",
        lambda layout: b"{}",
        lambda layout: layout[:-1],
        lambda layout: layout[:40],
        lambda layout: b" " + layout,
        lambda layout: layout.replace(b":", b": "),
        lambda layout: layout.replace(b"3", b'"3"', 1),
        lambda layout: layout.replace(b"3", b"-3", 1),
        lambda layout: layout.replace(b"3", b"9" * 16, 1),
        lambda layout: layout.replace(b"true", b"1", 1),
        lambda layout: layout.replace(b"true", b"trueish", 1),
    ],
)
def test_with_a_layout_that_was_never_written_it_is_lost(spoil: Callable[[bytes], bytes]) -> None:
    layout = spoil(LAYOUT)

    assert StoredSeats.read(HOUSE, (), (layout, b"17")) is None
    assert read_version(layout, b"17") is None


@given(st.binary(), st.binary())
def test_no_bytes_are_more_than_it_can_judge(layout: bytes, version: bytes) -> None:
    assert StoredSeats.read(HOUSE, (), (layout, version)) is None

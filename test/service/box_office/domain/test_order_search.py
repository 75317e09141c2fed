"""What a seller may look for."""

from uuid import UUID

import pytest

from src.service.box_office.domain.order_search import OrderSearch
from src.service.shared_kernel.errors import InvalidInputError
from src.service.shared_kernel.reservation_status import ReservationStatus
from src.service.shared_kernel.seating import SeatingConfig, Section
from test.fake.people import HOUSE, seats


@pytest.mark.parametrize("text", [None, "", "   "])
def test_nothing_finds_everything(text: str | None) -> None:
    assert OrderSearch.checked(None, text, HOUSE) == OrderSearch()


@pytest.mark.parametrize("status", ReservationStatus)
def test_every_status_can_be_looked_for(status: ReservationStatus) -> None:
    assert OrderSearch.checked(str(status), None, HOUSE).status is status


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("17551419", 0x17551419 << 96, (0x17551419 << 96) + (1 << 96) - 1),
        ("1755-1419", 0x17551419 << 96, (0x17551419 << 96) + (1 << 96) - 1),
        ("BEEF", 0xBEEF << 112, (0xBEEF << 112) + (1 << 112) - 1),
        ("0" * 32, 0, 0),
    ],
)
def test_the_first_digits_of_an_id_are_an_id(text: str, first: int, last: int) -> None:
    assert OrderSearch.checked(None, text, HOUSE).ids == (UUID(int=first), UUID(int=last))


@pytest.mark.parametrize("text", ["bee", "hello", "0" * 33, "1755 1419", "-", "１７５５"])
def test_other_texts_are_no_id(text: str) -> None:
    assert OrderSearch.checked(None, text, HOUSE).ids is None


def test_a_seat_is_found_in_any_case_but_only_where_there_is_one() -> None:
    named = [
        OrderSearch.checked(None, text, HOUSE).seats
        for text in ("A-1-1-1", "a-1-1-1", "A-1-1-9", "C-1-1-1", "A-1-1")
    ]

    assert named == [seats("A-1-1-1"), seats("A-1-1-1"), (), (), ()]
    two = SeatingConfig(1, 1, (Section("VIP", 1, 1), Section("vip", 1, 1)))
    assert OrderSearch.checked(None, "Vip-1-1-1", two).seats == seats("VIP-1-1-1 vip-1-1-1")


@pytest.mark.parametrize(
    ("status", "text", "fields"),
    [
        ("sold", None, ["status"]),
        ("", None, ["status"]),
        ("CONFIRMED", None, ["status"]),
        (None, "x" * 201, ["q"]),
        (None, "a\x07b", ["q"]),
        ("sold", "\udc00", ["status", "q"]),
    ],
    ids=ascii,
)
def test_what_makes_no_sense_is_refused(
    status: str | None, text: str | None, fields: list[str]
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        OrderSearch.checked(status, text, HOUSE)

    assert [error.loc for error in refused.value.errors] == [("query", name) for name in fields]

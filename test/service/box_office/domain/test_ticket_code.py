"""Codes of tickets: nobody makes one up, and everybody can type one."""

from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from src.service.box_office.domain.ticket_code import (
    KEY_BYTES,
    TicketCode,
    TicketKey,
)
from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seating import MOST_SEATS

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

keys = st.builds(
    TicketKey,
    st.integers(1, 2**63 - 1).map(EventId),
    st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES),
)
places = st.integers(0, MOST_SEATS - 1)
reservations = st.uuids().map(ReservationId)
dashes = st.sampled_from(
    ["", "-", " ", "  ", " - ", "–", "—", "\u00a0", "\t", "\n", "－", "\u3000"]
)

few = settings(max_examples=30)

KEY = TicketKey(EventId(7), bytes(range(32)))
BOUGHT = ReservationId(UUID(int=1))


@few
@given(keys, places, reservations)
def test_a_code_is_read_as_it_was_written(
    key: TicketKey, place: int, reservation: ReservationId
) -> None:
    code = key.code(place, reservation)

    assert TicketCode.read(str(code)) == code
    assert key.has_made(code, reservation)
    assert code.place == place


@few
@given(keys, places, reservations, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_changed_character_makes_it_none(
    key: TicketKey, place: int, reservation: ReservationId, at: int, other: str
) -> None:
    symbols = str(key.code(place, reservation)).replace("-", "")
    assume(symbols[at] != other)

    forged = TicketCode.read(symbols[:at] + other + symbols[at + 1 :])

    assert forged is not None
    assert not key.has_made(forged, reservation)


@few
@given(keys, places, reservations, reservations)
def test_a_seat_that_is_sold_again_has_another_code(
    key: TicketKey, place: int, first: ReservationId, second: ReservationId
) -> None:
    assume(first != second)

    assert not key.has_made(key.code(place, first), second)


@few
@given(keys, st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), places, reservations)
def test_another_key_makes_another_code(
    key: TicketKey, secret: bytes, place: int, reservation: ReservationId
) -> None:
    assume(secret != key.secret)

    other = TicketKey(key.event_id, secret)

    assert not other.has_made(key.code(place, reservation), reservation)


@few
@given(keys, st.integers(1, 2**63 - 1).map(EventId), places, reservations)
def test_another_event_makes_another_code_even_of_the_same_secret(
    key: TicketKey, event_id: EventId, place: int, reservation: ReservationId
) -> None:
    assume(event_id != key.event_id)

    other = TicketKey(event_id, key.secret)

    assert not other.has_made(key.code(place, reservation), reservation)


@few
@given(st.integers(0, 2**60 - 1))
def test_a_guess_is_none(proof: int) -> None:
    assume(proof != KEY.code(4, BOUGHT).proof)

    assert not KEY.has_made(TicketCode(4, proof), BOUGHT)


@few
@given(keys, places, reservations, st.lists(dashes, min_size=17, max_size=17), st.randoms())
def test_what_people_type_is_read_kindly(
    key: TicketKey, place: int, reservation: ReservationId, between: list[str], random: object
) -> None:
    code = key.code(place, reservation)
    symbols = str(code).replace("-", "")
    kind = {"0": "0Oo０", "1": "1IiLl１"}
    choose = getattr(random, "choice")  # noqa: B009 - hypothesis gives a random.Random
    typed = between[0] + "".join(
        choose(kind.get(symbol, symbol + symbol.lower() + chr(ord(symbol) + 0xFEE0))) + space
        for symbol, space in zip(symbols, between[1:], strict=True)
    )

    assert TicketCode.read(typed) == code


@few
@given(st.text(max_size=40))
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = TicketCode.read(text)

    assert code is None or TicketCode.read(str(code)) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000",
        "0000-0000-0000-000",
        "0000-0000-0000-00000",
        "0000-0000-0000-000U",
        "0000-0000-0000-000!",
        "0000_0000_0000_0000",
        "https://example.com/0000-0000-0000-0000",
        " " * 200 + "0000-0000-0000-0000",
        "٠٠٠٠-٠٠٠٠-٠٠٠٠-٠٠٠٠",
        "\ud800",
    ],
    ids=ascii,
)
def test_what_has_another_form_is_none(text: str) -> None:
    assert TicketCode.read(text) is None


def test_a_code_never_changes_for_the_same_ticket() -> None:
    """What has been printed must go on to be valid: these were made when this test was."""
    assert str(KEY.code(0, BOUGHT)) == "0000-PP7S-HRMA-MS2K"
    assert str(KEY.code(MOST_SEATS - 1, BOUGHT)) == "ZZZZ-K6TW-5K95-V3P4"


def test_a_key_shows_no_secret() -> None:
    assert "secret" not in repr(KEY)

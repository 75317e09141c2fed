"""What is checked of a line afterwards."""

from dataclasses import replace
from datetime import timedelta

from src.service.admission.domain.line import Order
from src.service.admission.domain.line_record import EntryRecord, LineRecord
from src.service.shared_kernel.ids import EventId
from test.fake.people import NOW

SEED = bytes(32)
ORDER = Order(SEED, 4)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def served(number: int, *, at: int, lasts: int = 2) -> EntryRecord:
    return EntryRecord(ORDER.entry_of(number), NOW + minutes(at), NOW + minutes(at + lasts))


def waiting(number: int) -> EntryRecord:
    return EntryRecord(ORDER.entry_of(number), None, None)


RECORD = LineRecord(
    EventId(7),
    SEED,
    joined=5,
    gathered=4,
    serving=3,
    max_active=2,
    terms_since=NOW,
    entries=[served(1, at=1), served(2, at=2), served(3, at=3), waiting(4), waiting(5)],
)


def wrong(record: LineRecord) -> list[str]:
    return [found.removeprefix("event 7, its line: ") for found in record.contradictions()]


def test_nothing_is_wrong_with_a_line_that_is_served_in_turn() -> None:
    assert wrong(RECORD) == []


def test_somebody_was_passed_over() -> None:
    entries = [served(1, at=1), waiting(2), served(3, at=3), waiting(4), waiting(5)]

    assert wrong(replace(RECORD, entries=entries)) == [
        f"number 2 (entry {ORDER.entry_of(2)}) was passed over"
    ]


def test_somebody_was_served_before_their_turn() -> None:
    entries = [*RECORD.entries[:4], served(5, at=5)]

    assert wrong(replace(RECORD, entries=entries)) == [
        "number 5 (entry 5) was served before its turn"
    ]


def test_somebody_was_served_before_the_opening() -> None:
    record = replace(RECORD, gathered=None, serving=0, entries=[EntryRecord(1, NOW, NOW)])

    assert wrong(record) == ["number 1 (entry 1) was served before its turn"]


def test_more_are_in_line_than_joined() -> None:
    assert wrong(replace(RECORD, joined=4)) == ["5 entries, 4 joined", "entry 5, but 4 joined"]


def test_more_passes_were_live_than_allowed() -> None:
    entries = [served(1, at=1), served(2, at=1), served(3, at=2), waiting(4), waiting(5)]

    assert wrong(replace(RECORD, entries=entries)) == [
        f"entry {ORDER.entry_of(3)} is number 3 of 2 live passes"
    ]


def test_a_pass_given_under_other_terms_is_nobodys_fault() -> None:
    entries = [served(1, at=1), served(2, at=1), served(3, at=2), waiting(4), waiting(5)]

    assert wrong(replace(RECORD, entries=entries, terms_since=NOW + minutes(2))) == []
    assert wrong(replace(RECORD, entries=entries, max_active=None)) == []

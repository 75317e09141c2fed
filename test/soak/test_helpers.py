"""What the soak makes of what it sees. Nothing here is timed, and nothing is started."""

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, ClassVar

import pytest

from soak.campaign import Outcome
from soak.client import Noted
from soak.faults import BEHIND, BOTH, Fault
from soak.heard import Heard
from soak.journal import Journal, Told
from soak.report import fault_table
from soak.snapshot import Picture
from soak.steps import FLOWS, STEPS


def seat(name: str, status: str) -> dict[str, Any]:
    return {"seat_identifier": name, "status": status}


def seats(*tickets: Mapping[str, Any], available: int = 0, reserved: int = 0) -> dict[str, Any]:
    counts = {"total": 2, "available": available, "reserved": reserved, "sold": 0}
    return counts | {"tickets": list(tickets)}


WHOLE = seats(seat("A-1-1-1", "available"), seat("A-1-1-2", "available"), available=2)
CHANGED = seats(seat("A-1-1-2", "reserved"), available=1, reserved=1)
AFTERWARDS = seats(
    seat("A-1-1-1", "available"), seat("A-1-1-2", "reserved"), available=1, reserved=1
)


def message(number: int, kind: str, **data: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": kind,
        "subject": "event/7",
        "data": {"event_id": 7, "reservation_id": "r", "seats": [seat("A-1-1-1", "")], **data},
    }


CREATED = message(1, "event.created", status="available")
RESERVED = message(2, "reservation.reserved")
CONFIRMED = message(3, "reservation.confirmed")
CANCELLED = message(4, "reservation.cancelled")


def heard(*messages: Mapping[str, Any]) -> Heard:
    heard = Heard()
    for one in messages:
        heard.take(one)
    return heard


class TestWhatWasHeard:
    SOLD: ClassVar[dict[str, Any]] = {
        "id": 7,
        "status": "available",
        "tickets": [seat("A-1-1-1", "sold")],
    }

    def test_is_what_every_seat_is(self) -> None:
        known = heard(CREATED, RESERVED, CONFIRMED)

        assert known.wrong == []
        assert known.differs_from(self.SOLD) == []
        assert heard(CREATED).differs_from(self.SOLD) == [
            "event 7, seat A-1-1-1: sold, and heard is available"
        ]
        assert heard().differs_from(self.SOLD) == ["event 7 is there, and nobody was told of it"]

    def test_is_the_status_too(self) -> None:
        known = heard(CREATED, message(2, "event.closed", status="ended"))

        assert known.differs_from({"id": 7, "status": "available", "tickets": []}) == [
            "event 7 is available, and heard is ended"
        ]

    def test_again_is_dropped_whenever_it_comes(self) -> None:
        known = heard(CREATED, RESERVED, CONFIRMED, RESERVED, CANCELLED, CONFIRMED)

        assert known.wrong == []
        assert (known.count, known.again) == (4, 2)

    @pytest.mark.parametrize(
        "messages",
        [
            (RESERVED,),
            (CREATED, CONFIRMED),
            (CREATED, RESERVED, CANCELLED),
            (CREATED, CONFIRMED, RESERVED),
            (CREATED, RESERVED, message(3, "reservation.reserved", reservation_id="another")),
            (CREATED, RESERVED, message(3, "reservation.released", reservation_id="another")),
        ],
    )
    def test_what_does_not_follow_is_noticed(self, messages: tuple[Mapping[str, Any], ...]) -> None:
        assert heard(*messages).wrong


class TestAPicture:
    def test_is_kept_from_a_whole_message_and_what_changed(self) -> None:
        snapshot = Picture()

        snapshot.take("initial_status", "1:1", WHOLE)
        snapshot.take("status_update", "1:2", CHANGED)

        assert snapshot.wrong == []
        assert snapshot.shows(AFTERWARDS)
        assert not snapshot.shows(WHOLE)

    def test_notices_a_version_that_goes_back(self) -> None:
        snapshot = Picture()
        snapshot.take("initial_status", "2:5", WHOLE)
        snapshot.take("status_update", "2:4", WHOLE)

        assert snapshot.wrong == ["(2, 5) was followed by (2, 4)"]

    def test_begins_anew_with_a_new_stream(self) -> None:
        snapshot = Picture()
        snapshot.take("initial_status", "2:5", AFTERWARDS)
        snapshot.new_stream()
        snapshot.take("initial_status", "2:4", WHOLE)

        assert snapshot.wrong == []
        assert snapshot.shows(WHOLE)

    def test_notices_counts_that_the_seats_do_not_add_up_to(self) -> None:
        snapshot = Picture()
        snapshot.take("initial_status", "1:1", WHOLE)
        snapshot.take("status_update", "1:3", seats(available=1, reserved=1))

        assert len(snapshot.wrong) == 1

    def test_of_an_overview_is_its_subsections(self) -> None:
        part = {"section": "A", "subsection": 1, "available": 3}
        snapshot = Picture()
        snapshot.take("initial_status", "1:1", {"sections": [part]})

        assert snapshot.shows({"sections": [part]})
        assert not snapshot.shows({"sections": [part | {"available": 2}]})


@pytest.mark.parametrize(
    ("confirm", "release", "closed", "allowed"),
    [
        ([], [], False, {"expired"}),
        ([200], [], False, {"confirmed"}),
        ([503, 200], [], True, {"confirmed"}),
        ([409], [], False, {"expired"}),
        ([503], [], False, {"expired", "confirmed"}),
        ([0, 409], [], False, {"expired", "confirmed"}),
        ([], [204], False, {"released", "expired"}),
        ([], [503], False, {"released", "expired"}),
        ([], [], True, {"released", "expired"}),
    ],
)
def test_what_a_buyer_was_told_says_what_may_be(
    confirm: list[int], release: list[int], closed: bool, allowed: set[str]
) -> None:
    told = Told("r", 1, 1, frozenset(), confirm, release)

    assert told.may_be(event_closed=closed) == allowed


def test_a_journal_knows_what_began_since() -> None:
    journal = Journal(
        [Noted("A", "reserve", began, began + 1, 201, clear=True) for began in (1.0, 2.0, 3.0)]
        + [Noted("B", "reserve", 3.0, 4.0, 0, clear=False)]
    )

    assert [noted.began for noted in journal.since("A", 2.0)] == [2.0, 3.0]
    assert [noted.failed for noted in journal.noted] == [False, False, False, True]


@pytest.mark.parametrize(
    ("instance", "began", "ended", "waited"),
    [
        ("A", 10.0, 10.9, True),
        ("A", 10.8, 10.95, True),
        ("A", 9.9, 10.0, True),
        ("A", 11.0, 11.1, False),
        ("B", 10.8, 10.9, False),
    ],
)
def test_a_journal_knows_who_stood_in_line_behind_a_long_wait(
    instance: str, began: float, ended: float, waited: bool
) -> None:
    long = Noted("A", "reserve", 10.0, 10.9, 503, clear=True)
    served = Noted("A", "reserve", 11.0, 13.0, 201, clear=True)
    refused = Noted(instance, "confirm", began, ended, 503, clear=True)

    assert Journal([served, long, refused]).waited(refused, 0.8) is waited


def test_a_fault_spares_those_whom_it_does_not_name() -> None:
    fault = Fault("Rain", lambda *_: nullcontext(), refused=frozenset({"A"}), maybe=frozenset("B"))

    assert [fault.spares(instance) for instance in ("A", "B", "C")] == [False, False, True]


@pytest.mark.parametrize(
    ("promised", "statuses", "shows"),
    [
        ({}, [], True),
        ({"refused": BOTH}, [201, 200, 204, 409], False),
        ({"refused": BOTH}, [200, 503], True),
        ({"refused": BEHIND}, [200], True),
        ({"gone": BOTH}, [200, 503], False),
        ({"gone": BOTH}, [200, 0], True),
    ],
)
def test_a_fault_has_been_met_when_it_shows(
    promised: dict[str, Any], statuses: list[int], shows: bool
) -> None:
    noted = [Noted("direct", "reserve", 1.0, 2.0, status, clear=True) for status in statuses]

    assert Fault("Rain", lambda *_: nullcontext(), **promised).shows_in(noted, "direct") is shows


def test_a_row_has_the_worst_of_several_runs() -> None:
    runs = [
        Outcome("Rain", Counter({"direct 201": 3}), 0.0, 0.2, 1.0, 10, ()),
        Outcome(
            "Rain", Counter({"direct 503": 2, "behind no answer": 1}), 1.5, 0.1, 2.0, 9, ("x",)
        ),
    ]

    last = fault_table(runs).splitlines()[-1]

    assert last == (
        "| Rain | 2 | A: 3 served, 2 503; B: 1 no answer | 1.5 s | 0.2 s | 2.0 s | **broken**: x |"
    )


def test_every_step_is_a_call_that_its_adapter_has_within_a_flow() -> None:
    assert {step.flow for step in STEPS} == set(FLOWS)
    assert all(callable(getattr(step.adapter, step.call)) for step in STEPS)
    assert len({step.name for step in STEPS}) == len(STEPS)

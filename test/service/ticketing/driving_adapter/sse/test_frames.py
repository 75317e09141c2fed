"""Stream messages, compared with the same thing written down plainly."""

import json
from typing import Any

import pytest

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, EventStateUpdate, StateVersion
from src.service.shared_kernel.seating import SeatingConfig, SeatStatus, Section, SubsectionKey
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.app.live.feed import Render
from src.service.ticketing.driving_adapter.sse.frames import changes, whole_state

NAME = 'say "搖滾" \\ & <b>'
CONFIG = SeatingConfig(1, 3, (Section(NAME, 2000, 2), Section("B", 0, 1)))
FIRST, SECOND, B = CONFIG.subsections


@pytest.fixture
def snapshot() -> EventSnapshot:
    seats = {FIRST: b"012", SECOND: b"000", B: b"222"}
    return EventSnapshot(EventSeatState(EventId(7), CONFIG, StateVersion(2, 5), False, seats))


def take(
    snapshot: EventSnapshot, subsection: SubsectionKey, index: int, status: SeatStatus
) -> None:
    version = StateVersion(snapshot.version.epoch, snapshot.version.version + 1)
    snapshot.apply(EventStateUpdate(EventId(7), version, {subsection: ((index, status),)}))


def parsed(message: bytes) -> tuple[str, str, dict[str, Any]]:
    """A message's id, event and data; it must be one message and nothing else."""
    lines = message.decode().split("\n")
    assert lines[3:] == ["", ""]
    (i, event), (e, name), (d, data) = (line.split(": ", 1) for line in lines[:3])
    assert (i, e, d) == ("id", "event", "data")
    return event, name, json.loads(data)


def section(
    name: str, number: int, price: int, available: int, reserved: int, sold: int
) -> dict[str, Any]:
    return {
        "section": name,
        "subsection": number,
        "price": price,
        "total": 3,
        "available": available,
        "reserved": reserved,
        "sold": sold,
    }


def ticket(number: int, status: str) -> dict[str, Any]:
    return {
        "event_id": 7,
        "section": NAME,
        "subsection": 1,
        "row": 1,
        "seat": number,
        "price": 2000,
        "status": status,
        "seat_identifier": f"{NAME}-1-1-{number}",
    }


class TestOfTheEvent:
    @pytest.mark.parametrize("render", [whole_state, changes])
    def test_the_first_has_everything(self, snapshot: EventSnapshot, render: Render) -> None:
        assert parsed(render(snapshot, None, None)) == (
            "2:5",
            "initial_status",
            {
                "event_type": "initial_status",
                "event_id": 7,
                "version": 5,
                "sections": [
                    section(NAME, 1, 2000, 1, 1, 1),
                    section(NAME, 2, 2000, 3, 0, 0),
                    section("B", 1, 0, 0, 0, 3),
                ],
                "total_sections": 3,
            },
        )

    def test_an_update_has_everything_again(self, snapshot: EventSnapshot) -> None:
        seen = snapshot.revision
        take(snapshot, SECOND, 0, SeatStatus.SOLD)

        event, name, data = parsed(whole_state(snapshot, None, seen))

        assert (event, name, data["event_type"]) == ("2:6", "status_update", "status_update")
        assert data["sections"][1] == section(NAME, 2, 2000, 2, 0, 1)
        assert len(data["sections"]) == data["total_sections"] == 3

    def test_a_delta_has_the_subsections_that_changed(self, snapshot: EventSnapshot) -> None:
        seen = snapshot.revision
        take(snapshot, SECOND, 0, SeatStatus.SOLD)

        event, name, data = parsed(changes(snapshot, None, seen))

        assert (event, name) == ("2:6", "status_update")
        assert data["sections"] == [section(NAME, 2, 2000, 2, 0, 1)]
        assert data["total_sections"] == 3


class TestOfASubsection:
    @pytest.mark.parametrize("render", [whole_state, changes])
    def test_the_first_has_every_seat(self, snapshot: EventSnapshot, render: Render) -> None:
        assert parsed(render(snapshot, FIRST, None)) == (
            "2:5",
            "initial_status",
            {
                "event_type": "initial_status",
                "event_id": 7,
                "section": NAME,
                "subsection": 1,
                "total": 3,
                "available": 1,
                "reserved": 1,
                "sold": 1,
                "tickets": [ticket(1, "available"), ticket(2, "reserved"), ticket(3, "sold")],
                "total_count": 3,
            },
        )

    def test_an_update_has_every_seat_again(self, snapshot: EventSnapshot) -> None:
        seen = snapshot.revision
        take(snapshot, FIRST, 0, SeatStatus.RESERVED)

        _, name, data = parsed(whole_state(snapshot, FIRST, seen))

        assert name == "status_update"
        assert [one["status"] for one in data["tickets"]] == ["reserved", "reserved", "sold"]

    def test_a_delta_has_the_seats_that_changed_and_all_the_counts(
        self, snapshot: EventSnapshot
    ) -> None:
        seen = snapshot.revision
        take(snapshot, FIRST, 0, SeatStatus.RESERVED)
        take(snapshot, FIRST, 2, SeatStatus.AVAILABLE)

        _, name, data = parsed(changes(snapshot, FIRST, seen))

        assert name == "status_update"
        assert data["tickets"] == [ticket(1, "reserved"), ticket(3, "available")]
        assert (data["available"], data["reserved"], data["sold"]) == (1, 2, 0)
        assert data["total_count"] == 3

"""The event: its texts, its tickets, and where its status may go."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from src.service.shared_kernel.errors import InvalidInputError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import SeatStatus
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import (
    EventDetails,
    NewEvent,
    TicketSheet,
)
from src.service.ticketing.domain.errors import StatusChangeError
from test.fake.people import HOUSE, NOW, SELLER, an_event, seat

DETAILS = EventDetails("Rock Concert", "Loud", "Taipei Arena")


class TestDetails:
    def test_are_trimmed(self) -> None:
        assert EventDetails.checked(" Rock Concert", "Loud\n", "\tTaipei Arena ") == DETAILS

    def test_may_have_line_breaks_in_the_description_alone(self) -> None:
        assert EventDetails.checked("a", "b\nc", "d").description == "b\nc"
        for name, venue in (("a\nb", "c"), ("a", "b\nc")):
            with pytest.raises(InvalidInputError):
                EventDetails.checked(name, "d", venue)

    @pytest.mark.parametrize(
        ("lengths", "field"),
        [((201, 1, 1), "name"), ((1, 5001, 1), "description"), ((1, 1, 201), "venue_name")],
    )
    def test_have_a_longest_length(self, lengths: tuple[int, int, int], field: str) -> None:
        with pytest.raises(InvalidInputError) as refused:
            EventDetails.checked(*("x" * length for length in lengths))

        assert [error.loc for error in refused.value.errors] == [(field,)]

    def test_may_be_of_the_longest_length(self) -> None:
        details = EventDetails.checked("五" * 200, "月" * 5000, "天" * 200)

        assert len(details.description) == 5000


def test_a_new_event_has_a_ticket_for_every_seat_in_layout_order() -> None:
    tickets = list(NewEvent(SELLER.id, DETAILS, HOUSE, True).tickets())

    assert [one for one, _ in tickets] == list(HOUSE.seats())
    assert dict(tickets)[seat("A-2-1-1")] == 2000
    assert dict(tickets)[seat("B-1-2-3")] == 1500


class TestStatus:
    @pytest.mark.parametrize("now", [EventStatus.AVAILABLE, EventStatus.SOLD_OUT])
    @pytest.mark.parametrize("wanted", [EventStatus.COMPLETED, EventStatus.ENDED])
    def test_of_an_event_on_sale_may_become_final(
        self, now: EventStatus, wanted: EventStatus
    ) -> None:
        assert an_event(status=now).changed(status=wanted).status is wanted

    @pytest.mark.parametrize("now", [EventStatus.COMPLETED, EventStatus.ENDED])
    @pytest.mark.parametrize("wanted", EventStatus)
    def test_that_is_final_stays(self, now: EventStatus, wanted: EventStatus) -> None:
        event = an_event(status=now)

        if wanted is now:
            assert event.changed(status=wanted) == event
        else:
            with pytest.raises(StatusChangeError, match="final"):
                event.changed(status=wanted)

    @pytest.mark.parametrize(
        "wanted", [EventStatus.DRAFT, EventStatus.AVAILABLE, EventStatus.SOLD_OUT]
    )
    def test_is_otherwise_not_the_sellers_to_choose(self, wanted: EventStatus) -> None:
        now = EventStatus.SOLD_OUT if wanted is EventStatus.AVAILABLE else EventStatus.AVAILABLE

        with pytest.raises(StatusChangeError, match="completed or ended"):
            an_event(status=now).changed(status=wanted)


class TestChange:
    def test_of_nothing_changes_nothing(self) -> None:
        assert an_event().changed() == an_event()

    def test_of_one_thing_leaves_the_others(self) -> None:
        event = an_event()

        assert event.changed(details=DETAILS).details == DETAILS
        assert event.changed(is_active=False).is_active is False
        assert event.changed(is_active=False).details == event.details


class TestRevision:
    @pytest.mark.parametrize(
        "change",
        [
            {"details": EventDetails("Ballads", "Amazing live rock music show", "Taipei Arena")},
            {"details": EventDetails("Rock Concert", "Soft", "Taipei Arena")},
            {"details": EventDetails("Rock Concert", "Amazing live rock music show", "Legacy")},
            {"is_active": False},
            {"status": EventStatus.SOLD_OUT},
            {"id": EventId(2)},
        ],
        ids=str,
    )
    def test_is_another_with_whatever_people_see(self, change: dict[str, Any]) -> None:
        assert replace(an_event(), **change).revision != an_event().revision

    def test_is_the_same_for_every_reading_of_the_event(self) -> None:
        later = replace(an_event(), updated_at=NOW + timedelta(hours=1))

        assert later.revision == an_event().revision

    def test_keeps_texts_apart(self) -> None:
        one = replace(an_event(), details=EventDetails("a', 'b", "c", "d"))
        other = replace(an_event(), details=EventDetails("a", "b', 'c", "d"))

        assert one.revision != other.revision


def test_a_ticket_sheet_tells_a_tickets_status() -> None:
    sheet = TicketSheet((5, 6, 7), b"021")

    assert [sheet.status_at(index) for index in range(3)] == [
        SeatStatus.AVAILABLE,
        SeatStatus.SOLD,
        SeatStatus.RESERVED,
    ]

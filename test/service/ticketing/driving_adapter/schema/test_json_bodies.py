"""Answers made by hand for speed, compared with the same thing written down plainly."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.platform.http.seat_text import (
    CachedSeatText,
    SeatText,
    pieces_of,
)
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.paging import Page
from src.service.shared_kernel.seat_state import EventSeatState, StateVersion
from src.service.shared_kernel.seating import SeatingConfig, SeatStatus, Section, SubsectionKey
from src.service.ticketing.app.query.get_event_use_case import EventDetail
from src.service.ticketing.domain.aggregate.event_ticketing_aggregate import Event, TicketSheet
from src.service.ticketing.driving_adapter.schema.event_json import (
    event_body,
    event_detail_pieces,
    events_body,
)
from src.service.ticketing.driving_adapter.schema.event_schema import (
    AllSubsectionStatusResponse,
    EventDetailResponse,
    SectionStatsResponse,
)
from src.service.ticketing.driving_adapter.schema.seat_state_bodies import SeatStateBodies
from test.fake.people import an_event

NAMES = ["A", "搖滾區", 'say "hi"', "back\\slash", "<b>&amp;", "Été-1", "🎸", "{x}%s"]


def config_of(name: str) -> SeatingConfig:
    return SeatingConfig(2, 2, (Section(name, 2000, 2), Section("last", 0, 1)))


def state_of(config: SeatingConfig) -> EventSeatState:
    seats = dict(zip(config.subsections, [b"0012", b"0000", b"2222"], strict=True))
    return EventSeatState(EventId(7), config, StateVersion(3, 9), False, seats)


def one_of(state: EventSeatState, subsection: SubsectionKey) -> EventSeatState:
    return replace(state, seats={subsection: state.seats[subsection]})


def event_of(config: SeatingConfig) -> Event:
    return an_event(7, config=config)


def plain_event(event: Event) -> dict[str, Any]:
    return {
        "id": 7,
        "name": "Rock Concert",
        "description": "Amazing live rock music show",
        "seller_id": 1,
        "venue_name": "Taipei Arena",
        "seating_config": {
            "rows": 2,
            "cols": 2,
            "sections": [
                {"name": s.name, "price": s.price, "subsections": s.subsections}
                for s in event.config.sections
            ],
        },
        "is_active": True,
        "status": event.status.value,
    }


def plain_tickets(config: SeatingConfig, statuses: bytes) -> list[dict[str, Any]]:
    prices = {section.name: section.price for section in config.sections}
    return [
        {
            "event_id": 7,
            "section": seat.section,
            "subsection": seat.subsection,
            "row": seat.row,
            "seat": seat.seat,
            "price": prices[seat.section],
            "status": SeatStatus.from_code(status).value,
            "seat_identifier": str(seat),
        }
        for seat, status in zip(config.seats(), statuses, strict=True)
    ]


@pytest.fixture(params=NAMES)
def config(request: pytest.FixtureRequest) -> SeatingConfig:
    return config_of(request.param)


class TestEvent:
    def test_has_its_configuration_as_it_was_sent(self, config: SeatingConfig) -> None:
        event = event_of(config)

        assert json.loads(event_body(event)) == plain_event(event)

    @pytest.mark.parametrize("status", EventStatus)
    def test_has_its_status_in_words(self, status: EventStatus) -> None:
        assert json.loads(event_body(an_event(status=status)))["status"] == status.value

    async def test_many_are_a_list(self) -> None:
        events = [event_of(config_of(name)) for name in NAMES[:2]]

        assert json.loads(await events_body(Page(tuple(events), None))) == [
            plain_event(event) for event in events
        ]
        assert json.loads(await events_body(Page((), None))) == []


COUNTS = [
    {"number": 1, "available": 2, "reserved": 1, "sold": 1, "total": 4},
    {"number": 2, "available": 4, "reserved": 0, "sold": 0, "total": 4},
    {"number": 1, "available": 0, "reserved": 0, "sold": 4, "total": 4},
]


class TestEventDetail:
    def plain(self, event: Event) -> dict[str, Any]:
        plain = plain_event(event)
        plain["seating_config"]["sections"][0]["subsections"] = COUNTS[:2]
        plain["seating_config"]["sections"][1]["subsections"] = COUNTS[2:]
        return plain

    def test_has_counts_and_every_ticket(self, config: SeatingConfig) -> None:
        event = event_of(config)
        sheet = TicketSheet(tuple(range(100, 112)), b"001200002222")

        body = b"".join(event_detail_pieces(EventDetail(event, state_of(config), sheet)))

        content = json.loads(body)
        assert content.pop("tickets") == [
            {"id": number, **ticket}
            for number, ticket in enumerate(plain_tickets(config, sheet.statuses), start=100)
        ]
        assert content == self.plain(event)
        EventDetailResponse.model_validate_json(body, strict=True)

    def test_without_tickets_has_no_list_of_them(self, config: SeatingConfig) -> None:
        event = event_of(config)

        body = b"".join(event_detail_pieces(EventDetail(event, state_of(config), None)))

        assert json.loads(body) == self.plain(event)


class TestSeatState:
    def test_of_an_event_has_an_entry_per_subsection(self, config: SeatingConfig) -> None:
        body = SeatStateBodies().all_subsection_status(state_of(config))

        name = config.sections[0].name
        places = [(name, 1, 2000), (name, 2, 2000), ("last", 1, 0)]
        assert json.loads(body) == {
            "event_id": 7,
            "version": 9,
            "sections": [
                {
                    "section": section,
                    "subsection": number,
                    "price": price,
                    **{k: v for k, v in counts.items() if k != "number"},
                }
                for (section, number, price), counts in zip(places, COUNTS, strict=True)
            ],
            "total_sections": 3,
        }
        AllSubsectionStatusResponse.model_validate_json(body, strict=True)

    def test_of_a_subsection_has_its_seats_in_order(self, config: SeatingConfig) -> None:
        name = config.sections[0].name

        whole = state_of(config)
        subsection = SubsectionKey(name, 1)

        body = SeatStateBodies().subsection(one_of(whole, subsection))

        assert json.loads(body) == {
            "event_id": 7,
            "section": name,
            "subsection": 1,
            "total": 4,
            "available": 2,
            "reserved": 1,
            "sold": 1,
            "tickets": plain_tickets(config, b"001200002222")[:4],
            "total_count": 4,
        }
        SectionStatsResponse.model_validate_json(body, strict=True)


class TestTheNextBody:
    """It is made from the last one, and says what one made anew says."""

    def test_is_the_same_for_all_who_share_a_state(self) -> None:
        bodies, state = SeatStateBodies(), state_of(config_of("A"))

        first = bodies.all_subsection_status(state)

        assert bodies.all_subsection_status(state) is first

    def test_of_a_subsection_is_the_same_when_others_have_changed(self) -> None:
        bodies, state = SeatStateBodies(), state_of(config_of("A"))
        subsection = SubsectionKey("A", 1)
        later = replace(one_of(state, subsection), version=StateVersion(3, 10))

        first = bodies.subsection(one_of(state, subsection))

        assert bodies.subsection(later) is first

    def test_of_one_event_says_nothing_of_another(self) -> None:
        bodies, state = SeatStateBodies(), state_of(config_of("A"))
        other = replace(state_of(config_of("B")), event_id=EventId(8))

        for each in (state, other, state):
            assert json.loads(bodies.all_subsection_status(each))["event_id"] == each.event_id
            one = one_of(each, SubsectionKey(each.config.sections[0].name, 1))
            assert json.loads(bodies.subsection(one))["event_id"] == each.event_id

    @given(
        shape=st.tuples(st.integers(1, 12), st.sampled_from([1, 3, 16, 40])),
        changes=st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 10_000), st.sampled_from("012")),
            max_size=30,
        ),
        most_bytes=st.sampled_from([0, 3_000, 1_000_000]),
    )
    def test_follows_every_change(
        self, shape: tuple[int, int], changes: list[tuple[int, int, str]], most_bytes: int
    ) -> None:
        config = SeatingConfig(*shape, (Section("搖", 7, 2), Section("B", 0, 1)))
        bodies = SeatStateBodies(most_bytes)
        seats = dict.fromkeys(config.subsections, b"0" * config.seats_per_subsection)

        for version, (number, index, code) in enumerate(changes, start=2):
            subsection = config.subsections[number]
            changed = bytearray(seats[subsection])
            changed[index % len(changed)] = ord(code)
            seats = {**seats, subsection: bytes(changed)}
            state = EventSeatState(EventId(7), config, StateVersion(1, version), False, seats)

            assert bodies.all_subsection_status(state) == SeatStateBodies().all_subsection_status(
                state
            )
            one = one_of(state, subsection)
            assert bodies.subsection(one) == SeatStateBodies().subsection(one)


class TestSeatText:
    """Of all shapes: what is quick for one shape must say the same for another."""

    @pytest.mark.parametrize(("rows", "cols"), [(3, 40), (40, 3), (1, 5_000), (5_000, 1), (60, 50)])
    def test_names_every_seat_in_order(self, rows: int, cols: int) -> None:
        config = SeatingConfig(rows, cols, (Section('"Ä"', 7, 2),))
        subsection = SubsectionKey('"Ä"', 2)
        seats = bytes(b"012"[i % 3] for i in range(rows * cols))
        text = SeatText(EventId(5), config, subsection)

        expected = [
            {
                "event_id": 5,
                "section": '"Ä"',
                "subsection": 2,
                "row": i // cols + 1,
                "seat": i % cols + 1,
                "price": 7,
                "status": ("available", "reserved", "sold")[i % 3],
                "seat_identifier": f'"Ä"-2-{i // cols + 1}-{i % cols + 1}',
            }
            for i in range(rows * cols)
        ]
        assert json.loads(f"[{text.all(seats)}]") == expected
        assert json.loads(f"[{text.each(seats, range(1, 40))}]") == expected[1:40]
        pieces = ",".join(text.span(seats, places) for places in pieces_of(len(seats)))
        assert json.loads(f"[{pieces}]") == expected
        ids = range(100, 100 + len(seats))
        tickets = json.loads(f"[{text.span(seats, range(len(seats)), ids)}]")
        assert tickets == [{"id": 100 + i, **seat} for i, seat in enumerate(expected)]

    async def test_cached_text_follows_every_change(self) -> None:
        config = SeatingConfig(90, 50, (Section("A", 7, 1),))
        text = SeatText(EventId(5), config, SubsectionKey("A", 1))
        seats = bytearray(b"0" * 4_500)
        cached = CachedSeatText(text, len(seats))
        await cached.prepare(seats)

        for index in (0, 1_999, 2_000, 4_499):
            seats[index] = ord("2")
            assert cached.all(seats).decode() == text.all(seats)

"""Seat state as it is counted, keyed, written and announced."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.service.shared_kernel.event_state_message import decode_update, encode_update
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import (
    EventSeatState,
    EventStateUpdate,
    StateVersion,
    SubsectionStats,
    seats_by_subsection,
)
from src.service.shared_kernel.seat_state_keys import Layout, SeatStateKeys
from src.service.shared_kernel.seating import SeatStatus, SubsectionKey
from test.fake.people import HOUSE, seats

A1 = SubsectionKey("A", 1)

versions = st.builds(StateVersion, st.integers(1, 2**53), st.integers(1, 2**53))
updates = st.builds(
    EventStateUpdate,
    st.integers(1, 2**63 - 1).map(EventId),
    versions,
    st.dictionaries(
        st.builds(SubsectionKey, st.text(min_size=1, max_size=32), st.integers(1, 1000)),
        st.lists(st.tuples(st.integers(0, 99_999), st.sampled_from(SeatStatus)), max_size=5).map(
            tuple
        ),
        max_size=4,
    ),
    st.booleans(),
)


class TestStats:
    @given(st.lists(st.sampled_from(b"012"), max_size=50).map(bytes))
    def test_count_the_bytes(self, codes: bytes) -> None:
        stats = SubsectionStats.count(codes)

        assert stats == SubsectionStats(
            len(codes), codes.count(b"0"), codes.count(b"1"), codes.count(b"2")
        )
        assert stats == SubsectionStats.count(bytearray(codes))

    def test_of_an_event_are_of_each_subsection(self) -> None:
        state = EventSeatState(
            EventId(1),
            HOUSE,
            StateVersion(1, 1),
            False,
            dict.fromkeys(HOUSE.subsections, b"001122"),
        )

        assert state.stats() == {
            subsection: SubsectionStats(6, 2, 2, 2) for subsection in HOUSE.subsections
        }


class TestVersion:
    def test_a_newer_epoch_is_newer_than_any_version_before(self) -> None:
        assert StateVersion(1, 1) < StateVersion(1, 2) < StateVersion(2, 1)

    def test_is_written_as_epoch_and_version(self) -> None:
        assert str(StateVersion(2, 17)) == "2:17"


def test_seats_are_grouped_by_subsection_as_sorted_indexes() -> None:
    assert seats_by_subsection(HOUSE, seats("A-1-2-1 B-1-1-1 A-1-1-2")) == {
        A1: (1, 3),
        SubsectionKey("B", 1): (0,),
    }


class TestMessage:
    def test_is_the_json_that_other_programs_read(self) -> None:
        update = EventStateUpdate(
            EventId(7), StateVersion(1, 5), {A1: ((0, SeatStatus.RESERVED), (5, SeatStatus.SOLD))}
        )

        assert json.loads(encode_update(update)) == {
            "event_id": 7,
            "epoch": 1,
            "version": 5,
            "subsections": [
                {"section": "A", "subsection": 1, "seats": [[0, "reserved"], [5, "sold"]]}
            ],
        }

    @given(updates)
    def test_survives_being_written_and_read(self, update: EventStateUpdate) -> None:
        assert decode_update(encode_update(update)) == update
        assert decode_update(encode_update(update).encode()) == update

    @pytest.mark.parametrize(
        "change",
        [
            {"event_id": True},
            {"event_id": 7.0},
            {"event_id": "7"},
            {"epoch": None},
            {"version": [1]},
            {"closed": 1},
            {"subsections": {}},
            {"subsections": [{"section": 1, "subsection": 1, "seats": []}]},
            {"subsections": [{"section": "A", "subsection": "1", "seats": []}]},
            {"subsections": [{"section": "A", "subsection": 1, "seats": [[False, "sold"]]}]},
            {"subsections": [{"section": "A", "subsection": 1, "seats": [[1, "gone"]]}]},
            {"subsections": [{"section": "A", "subsection": 1, "seats": [[1, "sold", 2]]}]},
        ],
    )
    def test_with_a_value_of_another_type_is_a_value_error(self, change: dict[str, object]) -> None:
        message = {"event_id": 7, "epoch": 1, "version": 2, "subsections": []}
        decode_update(json.dumps(message))

        with pytest.raises(ValueError):
            decode_update(json.dumps(message | change))

    @given(
        st.one_of(
            st.text(),
            st.binary(),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.text(max_size=3),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.sampled_from(
                            ["event_id", "epoch", "version", "subsections", "section", "seats"]
                        ),
                        inner,
                    )
                ),
            ).map(json.dumps),
        )
    )
    def test_anything_else_is_a_value_error(self, message: str | bytes) -> None:
        with pytest.raises(ValueError):
            decode_update(message)


class TestKeys:
    keys = SeatStateKeys("p:")

    def test_are_the_ones_agreed_on(self) -> None:
        plain = SeatStateKeys()

        assert plain.all_of(EventId(7), HOUSE) == [
            "event:{7}:layout",
            "event:{7}:version",
            "event:{7}:pending",
            "event:{7}:seats:A:1",
            "event:{7}:seats:A:2",
            "event:{7}:seats:B:1",
        ]
        assert plain.channel(EventId(7)) == "event_state_updates:7"

    def test_of_one_event_share_one_hash_tag(self) -> None:
        tags = {key[key.index("{") : key.index("}")] for key in self.keys.all_of(EventId(7), HOUSE)}

        assert tags == {"{7"}

    def test_of_two_events_share_none(self) -> None:
        first, second = (set(self.keys.all_of(EventId(n), HOUSE)) for n in (1, 11))

        assert not first & second

    @given(st.sets(st.tuples(st.text(min_size=1, max_size=6), st.integers(1, 30)), max_size=20))
    def test_of_two_subsections_differ_whatever_their_names(
        self, subsections: set[tuple[str, int]]
    ) -> None:
        keys = {
            self.keys.seats(EventId(1), SubsectionKey(*subsection)) for subsection in subsections
        }

        assert len(keys) == len(subsections)

    def test_a_channel_names_its_event(self) -> None:
        assert self.keys.event_of_channel(self.keys.channel(EventId(42))) == EventId(42)


class TestLayout:
    @pytest.mark.parametrize("layout", [Layout(1, closed=False), Layout(12, closed=True)])
    def test_survives_being_written_and_read(self, layout: Layout) -> None:
        written = layout.to_json(HOUSE)

        assert Layout.read(written.encode()) == layout

    def test_begins_with_what_the_scripts_look_for(self) -> None:
        assert Layout(3, closed=False).to_json(HOUSE).startswith('{"epoch":3,"closed":false,')

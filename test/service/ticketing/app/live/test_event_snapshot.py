"""The snapshot comes out the same whatever happens to the updates on their way."""

import json

from hypothesis import given
from hypothesis import strategies as st

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import (
    EventSeatState,
    EventStateUpdate,
    StateVersion,
    SubsectionStats,
)
from src.service.shared_kernel.seating import SeatingConfig, SeatStatus, Section, SubsectionKey
from src.service.ticketing.app.live.event_snapshot import EventSnapshot
from src.service.ticketing.driving_adapter.sse.frames import changes, whole_state

EVENT = EventId(1)
CONFIG = SeatingConfig(2, 2, (Section("A", 100, 2), Section("B", 50, 1)))

Change = dict[SubsectionKey, tuple[tuple[int, SeatStatus], ...]]

one_change = st.dictionaries(
    st.sampled_from(CONFIG.subsections),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(SeatStatus)), min_size=1, max_size=3).map(
        tuple
    ),
    max_size=2,
)
histories = st.lists(one_change, max_size=12)


class Store:
    """What Kvrocks would hold, change by change; `states[n]` is the state after n changes."""

    def __init__(self, history: list[Change]) -> None:
        seats = {subsection: bytearray(b"0000") for subsection in CONFIG.subsections}
        self.states = [self._state(1, seats)]
        self.updates = []
        for version, change in enumerate(history, start=2):
            for subsection, moved in change.items():
                for index, status in moved:
                    seats[subsection][index] = status.code
            self.updates.append(EventStateUpdate(EVENT, StateVersion(1, version), change))
            self.states.append(self._state(version, seats))

    @staticmethod
    def _state(version: int, seats: dict[SubsectionKey, bytearray]) -> EventSeatState:
        codes = {subsection: bytes(some) for subsection, some in seats.items()}
        return EventSeatState(EVENT, CONFIG, StateVersion(1, version), False, codes)


def shown(snapshot: EventSnapshot) -> dict[SubsectionKey, tuple[bytes, SubsectionStats]]:
    return {
        subsection: (bytes(one.seats), one.stats)
        for subsection, one in snapshot.subsections.items()
    }


def right(state: EventSeatState) -> dict[SubsectionKey, tuple[bytes, SubsectionStats]]:
    return {
        subsection: (seats, SubsectionStats.count(seats))
        for subsection, seats in state.seats.items()
    }


@given(histories)
def test_updates_in_order_lead_to_the_state_of_the_store(history: list[Change]) -> None:
    store = Store(history)
    snapshot = EventSnapshot(store.states[0])

    for update, state in zip(store.updates, store.states[1:], strict=True):
        assert snapshot.follows(update)
        snapshot.apply(update)

        assert snapshot.version == state.version
        assert shown(snapshot) == right(state)


@given(histories, st.data())
def test_whatever_is_lost_or_late_reading_again_makes_it_right(
    history: list[Change], data: st.DataObject
) -> None:
    store = Store(history)
    snapshot = EventSnapshot(store.states[0])
    arriving = data.draw(st.permutations(store.updates))
    arriving = arriving[: data.draw(st.integers(0, len(arriving)))]

    for update in arriving:
        if snapshot.follows(update):
            snapshot.apply(update)
            assert shown(snapshot) == right(store.states[update.version.version - 1])
    snapshot.replace(store.states[-1])

    assert snapshot.version == store.states[-1].version
    assert shown(snapshot) == right(store.states[-1])


@given(histories)
def test_only_subsections_that_look_different_are_reported(history: list[Change]) -> None:
    store = Store(history)
    snapshot = EventSnapshot(store.states[0])

    for update in store.updates:
        before = shown(snapshot)
        reported = snapshot.apply(update)
        after = shown(snapshot)

        # A seat that changed and changed back within one update may be reported too.
        assert {
            subsection for subsection in after if after[subsection] != before[subsection]
        } <= reported
        assert reported <= set(update.seats)


class Client:
    """Shows seats as a browser does: whole at first, then each change put over what is there."""

    def __init__(self, subsection: SubsectionKey | None) -> None:
        self.subsection = subsection
        self.seen: int | None = None
        self.content: dict[object, object] = {}

    def read(self, snapshot: EventSnapshot) -> None:
        message = changes(snapshot, self.subsection, self.seen)
        self.seen = snapshot.revision
        data = json.loads(message.split(b"data: ", 1)[1])
        entries = data.pop("sections", None) or data.pop("tickets", [])
        data.pop("tickets", None)
        event_type = data.pop("event_type")
        if event_type == "initial_status":
            self.content = {}
        self.content["counts"] = data
        for entry in entries:
            self.content[tuple(entry.get(k) for k in ("section", "subsection", "row", "seat"))] = (
                entry
            )


@given(
    histories,
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=12),
    st.sampled_from([None, *CONFIG.subsections]),
)
def test_a_client_fed_with_changes_sees_the_whole_state_however_fast_it_reads(
    history: list[Change], reads: list[tuple[bool, bool, bool]], subsection: SubsectionKey | None
) -> None:
    store = Store(history)
    snapshot = EventSnapshot(store.states[0])
    slow, fast = Client(subsection), Client(subsection)

    for number, update in enumerate(store.updates):
        lost, slow_reads, fast_reads = reads[number] if number < len(reads) else (False,) * 3
        if lost:
            snapshot.replace(store.states[number + 1])
        else:
            snapshot.apply(update)
        if slow_reads:
            slow.read(snapshot)
        if slow_reads or fast_reads:
            fast.read(snapshot)
    for client in (slow, fast):
        client.read(snapshot)

    fresh = Client(subsection)
    fresh.read(snapshot)
    assert slow.content == fast.content == fresh.content


@given(histories, st.integers(0, 13), st.sampled_from([None, *CONFIG.subsections]))
def test_a_message_with_the_whole_state_never_depends_on_what_was_seen(
    history: list[Change], since: int, subsection: SubsectionKey | None
) -> None:
    store = Store(history)
    snapshot = EventSnapshot(store.states[0])
    for update in store.updates:
        snapshot.apply(update)

    first = whole_state(snapshot, subsection, None)

    assert whole_state(snapshot, subsection, since) == first.replace(
        b"initial_status", b"status_update"
    )

"""The picture comes out the same whatever happens to the updates on their way."""

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
from src.service.ticketing.app.live.event_picture import EventPicture
from src.service.ticketing.driving_adapter.sse.frames import changes, whole_state

EVENT = EventId(1)
CONFIG = SeatingConfig(2, 2, (Section("A", 100, 2), Section("B", 50, 1)))

one_change = st.dictionaries(
    st.sampled_from(CONFIG.blocks),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(SeatStatus)), min_size=1, max_size=3).map(
        tuple
    ),
    max_size=2,
)
histories = st.lists(one_change, max_size=12)


class Store:
    """What Kvrocks would hold, change by change; `states[n]` is the state after n changes."""

    def __init__(
        self, history: list[dict[SubsectionKey, tuple[tuple[int, SeatStatus], ...]]]
    ) -> None:
        seats = {block: bytearray(b"0000") for block in CONFIG.blocks}
        self.states = [self._state(1, seats)]
        self.updates = []
        for version, change in enumerate(history, start=2):
            for block, moved in change.items():
                for index, status in moved:
                    seats[block][index] = status.code
            self.updates.append(EventStateUpdate(EVENT, StateVersion(1, version), change))
            self.states.append(self._state(version, seats))

    @staticmethod
    def _state(version: int, seats: dict[SubsectionKey, bytearray]) -> EventSeatState:
        codes = {block: bytes(some) for block, some in seats.items()}
        return EventSeatState(EVENT, CONFIG, StateVersion(1, version), False, codes)


def shown(picture: EventPicture) -> dict[SubsectionKey, tuple[bytes, SubsectionStats]]:
    return {block: (bytes(one.seats), one.stats) for block, one in picture.blocks.items()}


def right(state: EventSeatState) -> dict[SubsectionKey, tuple[bytes, SubsectionStats]]:
    return {block: (seats, SubsectionStats.count(seats)) for block, seats in state.seats.items()}


@given(histories)
def test_updates_in_order_lead_to_the_state_of_the_store(history: list[dict]) -> None:
    store = Store(history)
    picture = EventPicture(store.states[0])

    for update, state in zip(store.updates, store.states[1:], strict=True):
        assert picture.follows(update)
        picture.apply(update)

        assert picture.version == state.version
        assert shown(picture) == right(state)


@given(histories, st.data())
def test_whatever_is_lost_or_late_reading_again_makes_it_right(
    history: list[dict], data: st.DataObject
) -> None:
    store = Store(history)
    picture = EventPicture(store.states[0])
    arriving = data.draw(st.permutations(store.updates))
    arriving = arriving[: data.draw(st.integers(0, len(arriving)))]

    for update in arriving:
        if picture.follows(update):
            picture.apply(update)
            assert shown(picture) == right(store.states[update.version.version - 1])
    picture.replace(store.states[-1])

    assert picture.version == store.states[-1].version
    assert shown(picture) == right(store.states[-1])


@given(histories)
def test_only_subsections_that_look_different_are_reported(history: list[dict]) -> None:
    store = Store(history)
    picture = EventPicture(store.states[0])

    for update in store.updates:
        before = shown(picture)
        reported = picture.apply(update)
        after = shown(picture)

        # A seat that changed and changed back within one update may be reported too.
        assert {block for block in after if after[block] != before[block]} <= reported
        assert reported <= set(update.seats)


class Client:
    """Shows seats as a browser does: whole at first, then each change put over what is there."""

    def __init__(self, block: SubsectionKey | None) -> None:
        self.block = block
        self.seen: int | None = None
        self.content: dict[object, object] = {}

    def read(self, picture: EventPicture) -> None:
        message = changes(picture, self.block, self.seen)
        self.seen = picture.revision
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
    st.sampled_from([None, *CONFIG.blocks]),
)
def test_a_client_fed_with_changes_sees_the_whole_state_however_fast_it_reads(
    history: list[dict], reads: list[tuple[bool, bool, bool]], block: SubsectionKey | None
) -> None:
    store = Store(history)
    picture = EventPicture(store.states[0])
    slow, fast = Client(block), Client(block)

    for number, update in enumerate(store.updates):
        lost, slow_reads, fast_reads = reads[number] if number < len(reads) else (False,) * 3
        if lost:
            picture.replace(store.states[number + 1])
        else:
            picture.apply(update)
        if slow_reads:
            slow.read(picture)
        if slow_reads or fast_reads:
            fast.read(picture)
    for client in (slow, fast):
        client.read(picture)

    fresh = Client(block)
    fresh.read(picture)
    assert slow.content == fast.content == fresh.content


@given(histories, st.integers(0, 13), st.sampled_from([None, *CONFIG.blocks]))
def test_a_message_with_the_whole_state_never_depends_on_what_was_seen(
    history: list[dict], since: int, block: SubsectionKey | None
) -> None:
    store = Store(history)
    picture = EventPicture(store.states[0])
    for update in store.updates:
        picture.apply(update)

    first = whole_state(picture, block, None)

    assert whole_state(picture, block, since) == first.replace(b"initial_status", b"status_update")

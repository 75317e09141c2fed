"""The REST answers of seat state, each made from the one before it.

From one version of an event to the next a few bytes change, and most of the JSON stays as it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from src.platform.http.compression import SharedBody
from src.platform.http.seat_text import SeatText
from src.platform.recently_used import RecentlyUsed
from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seat_state import EventSeatState, SubsectionStats
from src.service.shared_kernel.seating import SeatingConfig, SubsectionKey
from src.service.ticketing.driving_adapter.schema.seat_state_json import (
    around_seats,
    section_status_json,
)

_MOST_BYTES = 32 * 2**20

# A piece is made anew as a whole, and comparing each costs something too.
_SEATS_IN_A_PIECE = 16


@dataclass(slots=True)
class _Answer:
    """The body of a state, and its pieces, each with the seats that it was made of."""

    state: EventSeatState
    seats: Sequence[bytes]
    pieces: list[bytes]
    body: SharedBody

    @property
    def size(self) -> int:
        return len(self.body) + sum(map(len, self.pieces)) + 100 * len(self.pieces)


class SeatStateBodies:
    """No cache of states: what is asked for is the body of a state that was just read. The bodies kept
    for that, and their pieces, take at most `most_bytes`. Who asks for the same gets the same
    object, which is compressed once."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._known: RecentlyUsed[tuple[EventId, SubsectionKey | None], _Answer] = RecentlyUsed(
            most_bytes
        )

    def all_subsection_status(self, state: EventSeatState) -> SharedBody:
        """The answer of `all_subsection_status`."""
        key = (state.event_id, None)
        known = self._known.get(key)
        if known is not None and known.state is state:
            return known.body
        seats = list(state.seats.values())
        subsections = tuple(state.seats)

        def piece(number: int) -> bytes:
            stats = SubsectionStats.count(seats[number])
            return orjson.dumps(section_status_json(state.config, subsections[number], stats))

        pieces = _pieces(known, seats, piece)
        head = f'{{"event_id":{state.event_id},"version":{state.version.version},"sections":['
        body = b'%b%b],"total_sections":%d}' % (head.encode(), b",".join(pieces), len(pieces))
        return self._keep(key, _Answer(state, seats, pieces, SharedBody(body)))

    def subsection(self, state: EventSeatState) -> SharedBody:
        """The answer of `.../seats`, of the one subsection in `state`: a SectionStatsResponse."""
        [(subsection, all_seats)] = state.seats.items()
        key = (state.event_id, subsection)
        known = self._known.get(key)
        if known is not None and known.state.seats[subsection] == all_seats:
            return known.body  # there is no version in it
        length = _whole_rows(state.config)
        seats = [all_seats[at : at + length] for at in range(0, len(all_seats), length)]
        text = SeatText(state.event_id, state.config, subsection)

        def piece(number: int) -> bytes:
            start = number * length
            return text.span(all_seats, range(start, start + len(seats[number]))).encode()

        pieces = _pieces(known, seats, piece)
        before, after = around_seats(state.event_id, subsection, SubsectionStats.count(all_seats))
        body = SharedBody(b"{%b%b%b}" % (before, b",".join(pieces), after))
        return self._keep(key, _Answer(state, seats, pieces, body))

    def _keep(self, key: tuple[EventId, SubsectionKey | None], answer: _Answer) -> SharedBody:
        self._known.put(key, answer, answer.size)
        return answer.body


def _pieces(
    known: _Answer | None, seats: Sequence[bytes], make: Callable[[int], bytes]
) -> list[bytes]:
    """A piece for each of `seats`: the known one where they are still the same."""
    if known is None:
        return [make(number) for number in range(len(seats))]
    pieces = known.pieces.copy()
    for number, (now, before) in enumerate(zip(seats, known.seats, strict=True)):
        if now != before:
            pieces[number] = make(number)
    return pieces


def _whole_rows(config: SeatingConfig) -> int:
    return config.cols * -(-_SEATS_IN_A_PIECE // config.cols)

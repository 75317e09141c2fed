"""Seats as JSON text.

Text, and no object for each seat: an event may have 100,000, and everybody waits meanwhile.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import orjson

from src.service.shared_kernel.ids import EventId
from src.service.shared_kernel.seating import STATUS_OF_CODE, SeatingConfig, SubsectionKey

_STATUS_TEXT = {code: status.value for code, status in STATUS_OF_CODE.items()}


# They take some milliseconds, in which nobody else is served.
SEATS_IN_A_PIECE = 2_000

# With fewer columns than this it does not pay to make a row at a time.
_NARROW = 16


def pieces_of(seats: int) -> Iterator[range]:
    """The places of so many seats, a piece at a time."""
    for start in range(0, seats, SEATS_IN_A_PIECE):
        yield range(start, min(start + SEATS_IN_A_PIECE, seats))


class SeatText:
    """The seats of one subsection, each in the shape of a SeatResponse. What is the same along a
    row or a column is made once."""

    def __init__(self, event_id: EventId, config: SeatingConfig, subsection: SubsectionKey) -> None:
        name = orjson.dumps(subsection.section).decode()
        self._cols = config.cols
        self._head = (
            f'"event_id":{event_id},"section":{name},"subsection":{subsection.number},"row":'
        )
        self._price = f',"price":{config.price_of(subsection.section)},"status":"'
        self._label = f'","seat_identifier":{name[:-1]}-{subsection.number}-'

    def all(self, seats: bytes | bytearray) -> str:
        """Every seat, comma-separated; `seats` holds a status code for each."""
        return self.span(seats, range(len(seats)))

    def span(
        self, seats: bytes | bytearray, places: range, ids: Sequence[int] | None = None
    ) -> str:
        """The seats at these consecutive places, comma-separated; as tickets when each has an id in
        `ids`."""
        if self._cols < _NARROW or len(places) < self._cols:
            return self.each(seats, places, ids)
        cols, status_text = self._cols, _STATUS_TEXT
        columns = [f',"seat":{seat}{self._price}' for seat in range(1, cols + 1)]
        ends = [f'-{seat}"}}' for seat in range(1, cols + 1)]
        rows = []
        for row in range(places.start // cols, -(-places.stop // cols)):
            head, label = f"{self._head}{row + 1}", f"{self._label}{row + 1}"
            first, end = max(places.start, row * cols), min(places.stop, (row + 1) * cols)
            part = slice(first - row * cols, end - row * cols)
            found = zip(columns[part], seats[first:end], ends[part], strict=True)
            if ids is None:
                texts = [
                    f"{{{head}{col}{status_text[code]}{label}{last}" for col, code, last in found
                ]
            else:
                numbers = ids[first - places.start : end - places.start]
                texts = [
                    f'{{"id":{number},{head}{col}{status_text[code]}{label}{last}'
                    for number, (col, code, last) in zip(numbers, found, strict=True)
                ]
            rows.append(",".join(texts))
        return ",".join(rows)

    def each(
        self,
        seats: bytes | bytearray,
        indexes: Iterable[int],
        ids: Sequence[int] | None = None,
    ) -> str:
        """The seats at these indexes, in the form of `span`."""
        cols, head, price, label = self._cols, self._head, self._price, self._label
        status_text = _STATUS_TEXT
        texts = [
            f'{head}{(row := index // cols + 1)},"seat":{(seat := index % cols + 1)}{price}'
            f'{status_text[seats[index]]}{label}{row}-{seat}"}}'
            for index in indexes
        ]
        if ids is None:
            return f"{{{',{'.join(texts)}" if texts else ""
        return ",".join(
            [f'{{"id":{number},{text}' for number, text in zip(ids, texts, strict=True)]
        )


class CachedSeatText:
    """All seats of a subsection again and again: a piece is made anew only when one of its seats has
    changed."""

    def __init__(self, text: SeatText, seats: int) -> None:
        self._text = text
        self._pieces = [(places, b"", b"") for places in pieces_of(seats)]

    def all(self, seats: bytes | bytearray) -> bytes:
        """Every seat, comma-separated."""
        return b",".join([self._piece(number, seats) for number in range(len(self._pieces))])

    async def prepare(self, seats: bytes | bytearray) -> None:
        """Make the pieces that `all` would have to, and let others be served in between."""
        for number in range(len(self._pieces)):
            self._piece(number, seats)
            await asyncio.sleep(0)

    def _piece(self, number: int, seats: bytes | bytearray) -> bytes:
        places, known, made = self._pieces[number]
        now = bytes(seats[places.start : places.stop])
        if now != known:
            made = self._text.span(seats, places).encode()
            self._pieces[number] = (places, now, made)
        return made

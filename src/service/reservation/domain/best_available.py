"""Which seats to give to someone who only says how many."""

import heapq
from collections.abc import Mapping

from src.service.shared_kernel.seating import SeatId, SeatingConfig, SeatStatus, SubsectionKey


def best_available(
    config: SeatingConfig, seats: Mapping[SubsectionKey, bytes], quantity: int
) -> tuple[SeatId, ...] | None:
    """Return `quantity` free seats of these subsections, or None when there are not as many.

    Adjacent in one row if any row has such a run: the first subsection in layout order, its front
    row, nearest to the middle. Otherwise spread over the fewest rows, front rows first.
    """
    return _adjacent(config, seats, quantity) or _fewest_rows(config, seats, quantity)


def _adjacent(
    config: SeatingConfig, seats: Mapping[SubsectionKey, bytes], quantity: int
) -> tuple[SeatId, ...] | None:
    cols = config.cols
    run = SeatStatus.AVAILABLE.byte * quantity
    middle = (cols - quantity) / 2
    for subsection, state in seats.items():
        if run not in state:
            continue
        for row_start in range(0, len(state), cols):
            row = state[row_start : row_start + cols]
            starts = [s for s in range(cols - quantity + 1) if row.startswith(run, s)]
            if starts:
                first = row_start + min(starts, key=lambda start: abs(start - middle))
                return tuple(config.seat_at(subsection, first + i) for i in range(quantity))
    return None


def _fewest_rows(
    config: SeatingConfig, seats: Mapping[SubsectionKey, bytes], quantity: int
) -> tuple[SeatId, ...] | None:
    cols, available = config.cols, SeatStatus.AVAILABLE.code
    rows = (
        (subsection, row_start)
        for subsection, state in seats.items()
        for row_start in range(0, len(state), cols)
    )
    fullest = heapq.nlargest(
        quantity, rows, key=lambda row: seats[row[0]].count(available, row[1], row[1] + cols)
    )
    picked = [
        config.seat_at(subsection, index)
        for subsection, row_start in fullest
        for index in range(row_start, row_start + cols)
        if seats[subsection][index] == available
    ]
    return tuple(picked[:quantity]) if len(picked) >= quantity else None

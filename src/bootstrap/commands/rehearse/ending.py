"""What must be so after a sale, whatever was answered meanwhile."""

import asyncio
from dataclasses import dataclass

from src.bootstrap.commands.rehearse.audience import Audience
from src.bootstrap.commands.rehearse.client import Client
from src.bootstrap.commands.rehearse.record import Record
from src.bootstrap.commands.rehearse.sale import Sale, whole_map
from src.bootstrap.commands.rehearse.seat_map import AVAILABLE, WholeMap

_SETTLE_SECONDS = 3.0
# In this time a service that was broken in the middle mends what that left behind.
_MEND_SECONDS = 20.0
_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Ending:
    """How many watchers have the map that REST tells of, and what is not as it must be."""

    exact_maps: int
    wrong: tuple[str, ...]


async def ending_of(client: Client, sale: Sale, audience: Audience, record: Record) -> Ending:
    """What is found as soon as all is right, or at the end of the time that it is given. Raises
    RehearsalError."""
    clock = asyncio.get_running_loop().time
    broken = record.was_cut_off or audience.streams.lost
    deadline = clock() + (_MEND_SECONDS if broken else _SETTLE_SECONDS)
    while True:
        whole = await whole_map(client, sale)
        exact = audience.exact(whole)
        wrong = _misled(whole, record)
        if exact < audience.size:
            wrong.append(f"{audience.size - exact} of {audience.size} maps are not exact")
        if not wrong or clock() > deadline:
            return Ending(exact, tuple(wrong))
        await asyncio.sleep(_POLL_SECONDS)


def _misled(whole: WholeMap, record: Record) -> list[str]:
    """Each seat that is not what its buyer was told, and each that is gone without anybody having it."""
    # Of whom no answer came to the end, nobody knows what was done.
    unknown = any(not visit.over for visit in record.visits)
    wrong = []
    for subsection in whole.subsections:
        for seat, status in subsection.seats.items():
            visit = record.holder.get(seat)
            if visit is None and status != AVAILABLE and not unknown:
                wrong.append(f"seat {seat} is {status}, and no buyer was told that it has it")
            if visit is not None and visit.bought_at is not None and status != "sold":
                wrong.append(f"seat {seat} was bought, and is {status}")
    return wrong

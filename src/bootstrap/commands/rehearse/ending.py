"""What must be so after a sale, whatever was answered meanwhile."""

import asyncio

from src.bootstrap.commands.rehearse.audience import Audience
from src.bootstrap.commands.rehearse.client import Client
from src.bootstrap.commands.rehearse.record import Record
from src.bootstrap.commands.rehearse.sale import Sale, map_of, seats_of

_SETTLE_SECONDS = 10.0
_POLL_SECONDS = 0.1


async def maps_are_exact(client: Client, sale: Sale, audience: Audience) -> int:
    """How many watchers have the map that REST tells of, as soon as all have it, or at the end of the
    time that they are given."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + _SETTLE_SECONDS
    while True:
        exact = audience.with_map(await map_of(client, sale))
        if exact == audience.size or clock() > deadline:
            return exact
        await asyncio.sleep(_POLL_SECONDS)


async def seats_are_as_told(client: Client, sale: Sale, record: Record) -> list[str]:
    """Each seat that is not what its buyer was told, and each that is gone without anybody having it."""
    # Of whom no answer came to the end, nobody knows what was done.
    unknown = any(not visit.over for visit in record.visits)
    wrong = []
    for seat, status in (await seats_of(client, sale)).items():
        visit = record.holder.get(seat)
        if visit is None and status != "available" and not unknown:
            wrong.append(f"seat {seat} is {status}, and no buyer was told that it has it")
        if visit is not None and visit.bought_at is not None and status != "sold":
            wrong.append(f"seat {seat} was bought, and is {status}")
    return wrong

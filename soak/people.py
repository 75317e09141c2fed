"""The accounts of a world, made once: signing up costs time on purpose."""

import asyncio
from dataclasses import dataclass

from bench.world import Account, sign_up_many


@dataclass(frozen=True, slots=True)
class People:
    seller: Account
    buyers: list[Account]


async def gather_people(port: int, buyers: int) -> People:
    sellers, crowd = await asyncio.gather(
        sign_up_many(port, "seller", 1), sign_up_many(port, "buyer", buyers)
    )
    return People(sellers[0], crowd)

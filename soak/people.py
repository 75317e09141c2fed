"""The accounts of a world, made once: signing up costs time on purpose."""

import asyncio
from dataclasses import dataclass

from kit.api import Account, sign_up_many
from kit.http_client import LOOPBACK
from soak.preparing import tried_again


@dataclass(frozen=True, slots=True)
class People:
    seller: Account
    buyers: list[Account]


async def gather_people(port: int, buyers: int, host: str = LOOPBACK) -> People:
    sellers, crowd = await asyncio.gather(
        tried_again(lambda: sign_up_many(port, "seller", 1, host)),
        tried_again(lambda: sign_up_many(port, "buyer", buyers, host)),
    )
    return People(sellers[0], crowd)

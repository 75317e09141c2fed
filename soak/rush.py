"""An opening that thousands want seats of and thousands watch, while one of two instances dies."""

import asyncio
import uuid
from dataclasses import dataclass

from soak.settling import settled
from soak.world import Instance, World, running_world
from src.bootstrap.commands.rehearse.accounts import Account
from src.bootstrap.commands.rehearse.http_client import Address
from src.bootstrap.commands.rehearse.plan import Plan
from src.bootstrap.commands.rehearse.report import Report
from src.bootstrap.commands.rehearse.run import People, Progress, rehearse
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens

_DEAD_SECONDS = 2.0
_ADD = """
INSERT INTO "user" (email, name, role, password_hash)
SELECT $1 || n || '@example.com', 'Rush', $2, 'none' FROM generate_series(1, $3) n RETURNING id, created_at
"""


@dataclass(frozen=True, slots=True)
class RushOutcome:
    """`killed_at` is how many seats had been given when the instance died."""

    plan: Plan
    report: Report
    killed_at: int
    wrong: tuple[str, ...]


async def run_rush(seed: int, plan: Plan, *, slack: float = 1.0) -> RushOutcome:
    """Two instances with the default settings, but for holds of a minute and a quick reconciler."""
    async with running_world(
        seed, hold_ttl_seconds=60, pending_ttl_seconds=5, expiry_interval_seconds=1.0,
        max_sse_clients=plan.watchers + plan.buyers + 100,
    ) as world:  # fmt: skip
        await world.behind.terminate()
        mortal = await world.another("mortal")
        people = await _people(world, plan.buyers)
        servers = [Address("127.0.0.1", instance.port) for instance in (world.direct, mortal)]
        death = _Death(mortal, plan.seats // 2)
        report = await rehearse(plan, servers, people, death.on_progress)
        wrong = [*report.wrong, *await death.over(), *await settled(world.settings, slack)]
        return RushOutcome(plan, report, death.killed_at, tuple(wrong))


class _Death:
    """Kills an instance when so many seats have been given, and starts it again a little later."""

    def __init__(self, instance: Instance, seats: int) -> None:
        self._instance = instance
        self._seats = seats
        self._task: asyncio.Task[None] | None = None
        self.killed_at = 0

    def on_progress(self, progress: Progress) -> None:
        if self._task is None and progress.seats_given >= self._seats:
            self.killed_at = progress.seats_given
            self._task = asyncio.create_task(self._happen())

    async def over(self) -> list[str]:
        """Wait until the instance is there again; say so if it never died."""
        if self._task is None:
            return ["too few seats were given for an instance to die in the middle"]
        await self._task
        return []

    async def _happen(self) -> None:
        await self._instance.kill()
        await asyncio.sleep(_DEAD_SECONDS)
        await self._instance.start()


async def _people(world: World, buyers: int) -> People:
    """Accounts that nobody has a password for, and tokens as the service would sign them: to sign
    thousands up costs minutes."""
    secret = world.settings.jwt_secret
    assert secret is not None
    tokens = JwtAccessTokens(secret.get_secret_value(), 3600)
    connection = await world.connect()
    found: dict[Role, list[Account]] = {}
    try:
        for role, count in ((Role.SELLER, 1), (Role.BUYER, buyers)):
            rows = await connection.fetch(_ADD, uuid.uuid4().hex, role.value, count)
            found[role] = [
                Account(
                    row["id"],
                    tokens.issue(Caller(UserId(row["id"]), role), row["created_at"]).token,
                )
                for row in rows
            ]
    finally:
        await connection.close()
    return People(found[Role.SELLER][0], found[Role.BUYER])

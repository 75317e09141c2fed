"""Make-believe buyers, over HTTP, against a running server."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx


class SimulationError(Exception):
    """The simulation cannot run; the text says why."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """How many buyers, for how many seconds; with the newest event if none is named."""

    url: str
    event_id: int | None
    buyers: int
    seconds: float
    seed: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    event_id: int
    buyers: int
    seconds: float
    counts: Counter[str]


async def simulate_buyers(
    simulation: Simulation, on_progress: Callable[[float], None] = lambda _seconds: None
) -> Summary:
    """Run the buyers and return what they did. Ends by itself. Raises SimulationError."""
    loop = asyncio.get_running_loop()
    counts: Counter[str] = Counter()
    async with httpx.AsyncClient(
        base_url=simulation.url,
        timeout=10.0,
        limits=httpx.Limits(max_connections=simulation.buyers + 4),
    ) as client:
        event_id = await _event_to_buy(client, simulation.event_id)
        buyers = await _sign_up(client, simulation, event_id, counts)
        started = loop.time()
        ends_at = started + simulation.seconds
        async with asyncio.TaskGroup() as tasks:
            for buyer in buyers:
                tasks.create_task(buyer.shop_until(ends_at))
            while (now := loop.time()) < ends_at:
                on_progress(now - started)
                await asyncio.sleep(min(0.2, ends_at - now))
        return Summary(event_id, simulation.buyers, loop.time() - started, counts)


async def _event_to_buy(client: httpx.AsyncClient, event_id: int | None) -> int:
    try:
        answer = await client.get(f"/api/event/{event_id}" if event_id else "/api/event?limit=1")
    except httpx.TransportError as error:
        raise SimulationError(f"No server answers at {client.base_url}: {error}.") from error
    if answer.status_code != httpx.codes.OK:
        raise SimulationError(f"Event {event_id}: {answer.json()['detail']}")
    found = answer.json() if event_id else next(iter(answer.json()), None)
    if found is None:
        raise SimulationError("No event is on sale. Create one first.")
    return int(found["id"])


async def _sign_up(
    client: httpx.AsyncClient, simulation: Simulation, event_id: int, counts: Counter[str]
) -> list["_Buyer"]:
    """Return buyers who are signed in. A few at a time: a password costs the server on purpose."""
    crowd = uuid.uuid4().hex[:8]
    few_at_once = asyncio.Semaphore(4)

    async def sign_up(number: int) -> "_Buyer":
        seed = None if simulation.seed is None else simulation.seed + number
        chance = random.Random(seed)  # noqa: S311 - shoppers, not secrets  # nosec B311
        buyer = _Buyer(client, event_id, f"{crowd}-{number}", chance, counts)
        async with few_at_once:
            await buyer.sign_in()
        return buyer

    return await asyncio.gather(*map(sign_up, range(simulation.buyers)))


class _Buyer:
    """Takes a few seats, thinks, and buys them or lets them go; again and again."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        event_id: int,
        name: str,
        chance: random.Random,
        counts: Counter[str],
    ) -> None:
        self._client = client
        self._event_id = event_id
        self._name = name
        self._chance = chance
        self._counts = counts
        self._headers: dict[str, str] = {}
        # When the sale opens, if it has not yet; on the loop's clock.
        self._opens_at = 0.0

    async def shop_until(self, ends_at: float) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < ends_at:
            await self._buy_once()
            pause = max(self._chance.uniform(0.05, 0.6), self._opens_at - loop.time())
            await asyncio.sleep(min(pause, max(0, ends_at - loop.time())))

    async def sign_in(self) -> None:
        """Make an account and sign in. Raises SimulationError."""
        account = {
            "email": f"buyer-{self._name}@example.com",
            "password": f"simulated-{uuid.uuid4().hex}",
        }
        await self._send("POST", "/api/user", account | {"name": "Simulated", "role": "buyer"})
        answer = await self._send("POST", "/api/user/login", account)
        if answer is None:
            raise SimulationError("The server signs no buyers up. Is it ready?")
        self._headers = {"Authorization": f"Bearer {answer['access_token']}"}

    async def _buy_once(self) -> None:
        wanted = {"event_id": self._event_id, "quantity": self._chance.randint(1, 4)}
        reservation = await self._send("POST", "/api/reservation", wanted, counted="reserved")
        if reservation is None:
            return
        await asyncio.sleep(self._chance.uniform(0.05, 0.5))
        path = f"/api/reservation/{reservation['id']}"
        if self._chance.random() < 0.7:
            await self._send("POST", f"{path}/confirm", counted="confirmed")
        else:
            await self._send("DELETE", path, counted="let go")

    async def _send(
        self, method: str, path: str, body: Any = None, counted: str | None = None
    ) -> dict[str, Any] | None:
        """Return the response, or None for a refusal, which is counted by its status."""
        try:
            answer = await self._client.request(method, path, json=body, headers=self._headers)
        except httpx.TransportError:
            self._counts["no answer"] += 1
            return None
        if answer.is_error:
            self._counts[f"refused ({answer.status_code})"] += 1
            if "opens_at" in answer.json():
                wait = float(answer.headers["Retry-After"])
                self._opens_at = asyncio.get_running_loop().time() + wait
            return None
        if counted is not None:
            self._counts[counted] += 1
        return answer.json() if answer.content else {}

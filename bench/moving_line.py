"""A line that moves when it is told to, by one number a second."""

from typing import Self

from bench.audience import Audience
from bench.line_buyers import add_buyers, sign_in
from bench.server_process import Service
from kit.api import Account, Size, create_event, sign_up
from kit.http_client import Answer, Connection
from kit.proc import cpu_seconds

# Passes outlast the measurement, so that the line stands still once as many as allowed are live.
_PASS_SECONDS = 86_400
SIZE = Size(1, 5, 10)


async def join(connection: Connection, event_id: int, token: str) -> Answer:
    return await connection.request("POST", f"/api/event/{event_id}/line", token=token)


class MovingLine:
    def __init__(
        self, service: Service, connection: Connection, seller: Account, event_id: int
    ) -> None:
        self._service = service
        self._connection = connection
        self._seller = seller
        self._event_id = event_id
        self._serving = 1

    @classmethod
    async def of_new_event(cls, service: Service, connection: Connection, length: int) -> Self:
        """So many buyers wait in it, of whom the first has a pass."""
        seller = await sign_up(connection, "seller")
        event_id = await create_event(connection, seller, SIZE, admission=_admission(1))
        for token in sign_in(service, await add_buyers(service, length)):
            (await join(connection, event_id, token)).json()
        return cls(service, connection, seller, event_id)

    @property
    def stream(self) -> str:
        return f"/api/event/{self._event_id}/line/sse"

    async def cpu_per_message(self, audience: Audience, numbers: int) -> float:
        """Serve so many numbers while this audience watches. Microseconds of the serving process; the
        request that sets it going is among them."""
        before = cpu_seconds(self._service.pid)
        self._serving += numbers
        await self._allow(self._serving)
        delivered = await audience.saw({self._serving: 0.0})
        spent = cpu_seconds(self._service.pid) - before
        return spent / delivered.messages * 1e6

    async def _allow(self, passes: int) -> None:
        (
            await self._connection.request(
                "PATCH",
                f"/api/event/{self._event_id}",
                {"admission": _admission(passes)},
                token=self._seller.token,
            )
        ).json()


def _admission(max_active: int) -> dict[str, int]:
    return {"per_minute": 60, "max_active": max_active, "pass_seconds": _PASS_SECONDS}

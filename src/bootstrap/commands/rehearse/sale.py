"""The event of a rehearsal: made, read and closed through the API."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from src.bootstrap.commands.rehearse.accounts import Account
from src.bootstrap.commands.rehearse.client import Client, pause
from src.bootstrap.commands.rehearse.http_client import Answer
from src.bootstrap.commands.rehearse.plan import Plan, RehearsalError, Venue
from src.bootstrap.commands.rehearse.seat_map import Overview, SeatChanges, WholeMap

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Sale:
    """`opens_at` is of the event loop's clock; before and after it the service may be off by as much
    as its clock and ours are."""

    event_id: int
    venue: Venue
    opens_at: float


async def open_sale(client: Client, seller: Account, plan: Plan) -> Sale:
    """Make an event that opens as the plan says. Raises RehearsalError."""
    venue = Venue.of(plan.seats)
    opens_at = asyncio.get_running_loop().time() + plan.opens_in
    opening = datetime.now(UTC) + timedelta(seconds=plan.opens_in)
    answer = await _insist(
        client, "POST", "/api/event", seller, _request(venue, opening, plan), good=201
    )
    return Sale(answer.json()["id"], venue, opens_at)


async def close_sale(client: Client, seller: Account, sale: Sale) -> None:
    """End the event, so that no list shows it any more. Raises RehearsalError."""
    path = f"/api/event/{sale.event_id}"
    await _insist(client, "PATCH", path, seller, {"status": "ended"}, good=200)


async def whole_map(client: Client, sale: Sale) -> WholeMap:
    """What REST says of every seat. Raises RehearsalError."""
    event = f"/api/event/{sale.event_id}"
    overview = await _read(client, f"{event}/all_subsection_status")
    subsections = [
        SeatChanges.of(await _read(client, f"{event}/sections/A/subsection/{number}/seats"))
        for number in range(1, sale.venue.subsections + 1)
    ]
    return WholeMap(Overview.of(overview), subsections)


async def _read(client: Client, path: str) -> dict[str, Any]:
    content: dict[str, Any] = (await _insist(client, "GET", path, None, None, good=200)).json()
    return content


def _request(venue: Venue, opening: datetime, plan: Plan) -> dict[str, Any]:
    request: dict[str, Any] = {
        "name": "Rehearsal",
        "description": f"A rehearsed sale: {plan.buyers} buyers, {plan.watchers} watchers.",
        "venue_name": "Nowhere",
        "seating_config": {
            "rows": venue.rows,
            "cols": venue.cols,
            "sections": [{"name": "A", "price": 1000, "subsections": venue.subsections}],
        },
        "sale_opens_at": opening.isoformat(),
    }
    if plan.line is not None:
        terms = asdict(plan.line)
        request["admission"] = {name: term for name, term in terms.items() if term is not None}
    return request


async def _insist(
    client: Client, method: str, path: str, caller: Account | None, content: Any, *, good: int
) -> Answer:
    for _ in range(_TRIES):
        answer = await client.ask(method, path, content, token=caller.token if caller else None)
        if answer is not None and answer.status == good:
            return answer
        if answer is not None and answer.status not in (429, 503):
            raise RehearsalError(f"{method} {path} was answered {answer.status}: {answer.body!r}")
        await pause(answer.retry_after if answer else None)
    raise RehearsalError(f"{method} {path} is not answered.")

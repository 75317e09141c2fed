"""Whether everything is as it must be: `verify` for the stores, the journal for the clients."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from kit.http_client import LOOPBACK
from soak.buyers import Sale
from soak.client import Client
from soak.journal import Journal
from soak.people import People
from src.bootstrap.composition import open_services
from src.platform.metrics import Metrics
from src.platform.settings import Settings

_LINK = re.compile(rb'link: <([^>]+)>; rel="next"', re.IGNORECASE)
# A store that stands still for a moment is no disagreement.
_PATIENT = {"store_timeout_seconds": 30.0, "postgres_timeout_seconds": 30.0}


async def stores_disagree(settings: Settings) -> list[str]:
    """What `ticketing verify` finds."""
    async with open_services(settings.model_copy(update=_PATIENT), Metrics()) as services:
        return await services.reservation.verify.execute()


async def clients_were_misled(
    port: int, people: People, sales: Sequence[Sale], journal: Journal, host: str = LOOPBACK
) -> list[str]:
    """Each answer that is not true any more, and each seat that is gone without anybody having it.

    Asked over HTTP, as the clients would.
    """
    client = Client("check", port, host=host)
    try:
        return await _Questions(client, people, sales, journal).wrong()
    finally:
        client.close()


async def every_page(
    client: Client, path: str, token: str, event_ids: set[int] | None = None
) -> list[dict[str, Any]]:
    """What a list holds, newest first; with event_ids only what is of these, as far back as they go."""
    found: list[dict[str, Any]] = []
    while path:
        answer = await client.insist(path, token=token)
        page = answer.json()
        found += [e for e in page if event_ids is None or e["event_id"] in event_ids]
        if event_ids is not None and not any(e["event_id"] in event_ids for e in page):
            break
        link = _LINK.search(answer.head)
        path = link[1].decode() if link else ""
    return found


class _Questions:
    def __init__(
        self, client: Client, people: People, sales: Sequence[Sale], journal: Journal
    ) -> None:
        self._client = client
        self._people = people
        self._sales = sales
        self._journal = journal

    async def wrong(self) -> list[str]:
        event_ids = {sale.event_id for sale in self._sales}
        event_ids |= {told.id for told in self._journal.events if told.id is not None}
        listed: dict[str, Any] = {}
        for buyer in self._people.buyers:
            for made in await every_page(
                self._client, "/api/reservation?limit=200", buyer.token, event_ids
            ):
                listed[made["id"]] = made
        return [
            *self._journal.complaints,
            *self._reservations(listed),
            *await self._events(),
            *await self._seats(sorted(event_ids), listed),
        ]

    def _reservations(self, listed: dict[str, Any]) -> list[str]:
        closed = {told.id for told in self._journal.events if told.close}
        lines = []
        for told in self._journal.reservations.values():
            made = listed.get(told.id)
            if made is None:
                lines.append(f"reservation {told.id} was answered 201 and is in nobody's list")
                continue
            seats = frozenset(seat["seat_identifier"] for seat in made["seats"])
            if (made["buyer_id"], seats) != (told.buyer_id, told.seats):
                lines.append(f"reservation {told.id} is not what its buyer was told: {made}")
            allowed = told.may_be(event_closed=told.event_id in closed)
            if made["status"] not in allowed:
                lines.append(
                    f"reservation {told.id} is {made['status']}; its buyer was answered "
                    f"{told.confirm} to confirm, {told.release} to release"
                )
        return lines

    async def _events(self) -> list[str]:
        seller = self._people.seller
        mine = await every_page(
            self._client, f"/api/event?seller_id={seller.id}&limit=200", seller.token
        )
        of_name = Counter(event["name"] for event in mine)
        ids = {event["id"]: event for event in mine}
        lines = []
        for told in self._journal.events:
            if of_name[told.name] > 1:
                lines.append(f"{told.name}: {of_name[told.name]} events for one request")
            if told.id is None:
                continue
            event = ids.get(told.id)
            if event is None:
                lines.append(f"event {told.id} was answered 201 and is not there")
            elif 200 in told.close and event["status"] != "ended":
                lines.append(f"event {told.id} was closed and is {event['status']}")
        return lines

    async def _seats(self, event_ids: Sequence[int], listed: dict[str, Any]) -> list[str]:
        """What each seat is, against what the buyers' own lists say."""
        wanted: dict[tuple[int, str], str] = {}
        lines = []
        for made in listed.values():
            if made["status"] in ("reserved", "confirmed"):
                status = "sold" if made["status"] == "confirmed" else "reserved"
                for seat in made["seats"]:
                    place = made["event_id"], seat["seat_identifier"]
                    if place in wanted:
                        lines.append(f"event {place[0]}, seat {place[1]}: given twice")
                    wanted[place] = status
        for event_id in event_ids:
            answer = await self._client.insist(f"/api/event/{event_id}")
            if answer.status != 200:
                lines.append(f"event {event_id}: {answer.status} {answer.body!r}")
                continue
            for subsection in await self._subsections(event_id):
                for seat in subsection["tickets"]:
                    status = wanted.get((event_id, seat["seat_identifier"]), "available")
                    if seat["status"] != status:
                        lines.append(
                            f"event {event_id}, seat {seat['seat_identifier']}: {seat['status']}, "
                            f"{status} by the lists of the buyers"
                        )
        return lines

    async def _subsections(self, event_id: int) -> list[Any]:
        overview = (
            await self._client.insist(f"/api/event/{event_id}/all_subsection_status")
        ).json()
        return [
            (
                await self._client.insist(
                    f"/api/event/{event_id}/sections/{part['section']}"
                    f"/subsection/{part['subsection']}/seats"
                )
            ).json()
            for part in overview["sections"]
        ]

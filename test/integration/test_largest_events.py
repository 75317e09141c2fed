"""The largest events that are allowed keep nobody else waiting.

The event loop's own clock tells: in its debug mode it logs whatever keeps it for more than 100 ms.
"""

import re
from collections.abc import Callable
from functools import partial

import pytest

from test.conftest import StartService
from test.support import watched_service
from test.support.api import (
    ApiClient,
    Json,
    event_request,
    one_subsection,
    overview_path,
    problem_of,
    seating,
    seats_path,
    section,
)
from test.support.service import ServiceProcess

_SLOW = re.compile(rb"Executing .{0,400}? took [0-9.]+ seconds")
_TRIES = 8

LARGEST = {
    "as many subsections as may be": seating(5, 10, [section("A", 2000, 2_000)]),
    "one subsection of all seats": one_subsection(250, 400),
    "one row of all seats": one_subsection(1, 100_000),
    "as many short rows as may be": one_subsection(50_000, 2),
}


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    return start_module_service(main=watched_service.main)


def keep_nobody_waiting(service: ServiceProcess, do: Callable[[], object]) -> None:
    """Do it, some times if need be: a busy machine makes anything slow, but not every time."""
    said: list[bytes] = []
    for _ in range(_TRIES):
        before = len(service.log.read_bytes())
        do()
        said = _SLOW.findall(service.log.read_bytes()[before:])
        if not said:
            return
    raise AssertionError(f"each of {_TRIES} times the event loop was kept:\n{said}")


@pytest.mark.parametrize("config", LARGEST.values(), ids=LARGEST)
def test_one_can_be_created_read_watched_and_bought_while_others_are_served(
    service: ServiceProcess, seller: ApiClient, buyer: ApiClient, config: Json
) -> None:
    events: list[Json] = []
    keep_nobody_waiting(service, lambda: events.append(seller.create_event(seating_config=config)))
    event_id = events[-1]["id"]

    def watch_seats() -> None:
        with buyer.watch_seats(event_id) as stream:
            stream.next()

    def watch() -> None:
        with buyer.watch(event_id) as stream:
            stream.next()

    for look in (
        partial(buyer.get, f"/api/event/{event_id}"),
        partial(buyer.get, f"/api/event/{event_id}?tickets=false"),
        partial(buyer.get, overview_path(event_id)),
        partial(buyer.get, seats_path(event_id)),
        partial(buyer.get, "/api/event?limit=200"),
        watch,
        watch_seats,
    ):
        keep_nobody_waiting(service, look)
    wanted = {"event_id": event_id, "quantity": 2}
    keep_nobody_waiting(
        service,
        lambda: buyer.release(buyer.post("/api/reservation", wanted).json()["id"]),
    )


def test_one_with_more_subsections_is_refused(seller: ApiClient) -> None:
    config = seating(1, 1, [section("A", 0, 1_000), section("B", 0, 1_001)])

    problem = problem_of(seller.post("/api/event", event_request(seating_config=config)), 400)

    assert problem["errors"] == [
        {
            "loc": ["body", "seating_config"],
            "msg": "makes 2,001 subsections; an event has at most 2,000",
        }
    ]

"""A seat state that is not whole is lost, to whoever comes upon it, and is built again."""

from collections.abc import Callable

import pytest

from kit.waiting import wait_until
from test.support.api import ApiClient, Json, overview_path, problem_of, seats_path, statuses
from test.support.service import ServiceProcess
from test.support.stores import SeatStore, unmended

Spoil = Callable[[SeatStore], None]

# The event has 2 rows of 5 seats in A-1; the fourth is the one that is asked for.
SPOILED: dict[str, Spoil] = {
    "an odd byte": lambda store: store.write(3, b"7"),
    "a byte of nothing": lambda store: store.write(3, b"\0"),
    "seats cut off": lambda store: store.put_seats(b"100"),
    "a layout that is no JSON": lambda store: store.put_layout(b"rubbish"),
    "half a layout": lambda store: store.put_layout(b'{"epoch":1,"closed":false,"rows":2,"co'),
    "an epoch that is no number": lambda store: store.put_layout(
        b'{"epoch":"1","closed":false,"rows":2,"cols":5,"sections":[]}'
    ),
    "a version that is no number": lambda store: store.put_version(b"many"),
    "a version beyond all numbers": lambda store: store.put_version(b"9" * 30),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_is_unavailable_to_everybody_until_it_is_rebuilt(
    server_process: ServiceProcess, buyer: ApiClient, event: Json, spoil: Spoil
) -> None:
    event_id = event["id"]
    buyer.reserve(event_id, "A-1-1-1")
    store = SeatStore(server_process.settings, event_id)
    with unmended(server_process.settings, event_id):
        spoil(store)
        spoilt = store.contents()

        for answer in (
            buyer.get(overview_path(event_id)),
            buyer.get(seats_path(event_id)),
            buyer.get(f"/api/event/{event_id}"),
            buyer.get(f"{overview_path(event_id)}/sse"),
            buyer.get(f"{seats_path(event_id)}/sse"),
            buyer.post("/api/reservation", {"event_id": event_id, "quantity": 1}),
            buyer.post("/api/reservation", {"event_id": event_id, "seats": ["A-1-1-4"]}),
        ):
            problem = problem_of(answer, 503)
            assert problem["type"] == "urn:ticketing:problem:seat-state-missing"
        assert store.contents() == spoilt

    wait_until(lambda: buyer.get(overview_path(event_id)).is_success, what="a rebuilt seat state")
    seats = statuses(buyer.seats(event_id))
    assert [seat for seat, status in seats.items() if status != "available"] == ["A-1-1-1"]
    assert buyer.overview(event_id)["version"] == 1


def test_is_noticed_by_those_who_watch_already(
    server_process: ServiceProcess, buyer: ApiClient, event: Json
) -> None:
    store = SeatStore(server_process.settings, event["id"])
    with buyer.watch(event["id"]) as stream:
        stream.next()
        store.put_version(b"many")

        wait_until(lambda: b"many" not in store.contents().values(), what="a rebuilt seat state")

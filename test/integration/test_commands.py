"""`ticketing` beside a running service: verify, reconcile, seed and simulate."""

import re

import pytest
from pydantic import SecretStr

from kit.ports import free_port
from test.conftest import StartService
from test.support.api import Api, ApiClient, Json, one_subsection, statuses
from test.support.cli import ticketing
from test.support.service import ServiceProcess
from test.support.stores import SeatStore, query


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    """A service that repairs nothing by itself once it has started."""
    return start_module_service(reconcile_interval_seconds=3600)


def verify(service: ServiceProcess) -> tuple[int, list[str]]:
    """The exit code and the disagreements found."""
    done = ticketing(service.settings, "verify")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines() if done.returncode else []


def reconcile(service: ServiceProcess) -> Json:
    """What was repaired, by kind, without the zeros."""
    done = ticketing(service.settings, "reconcile")
    assert done.returncode == 0, done.stderr
    counts = re.findall(r"│ (\w[\w ]*?)\s*│\s*(\d+)\s*│", done.stdout)
    assert len(counts) >= 5, done.stdout
    return {kind: int(count) for kind, count in counts if int(count)}


def test_a_wrong_seat_is_found_repaired_and_found_no_more(
    service: ServiceProcess, buyer: ApiClient, event: Json
) -> None:
    SeatStore(service.settings, event["id"]).write(3, b"2")
    with buyer.watch_seats(event["id"]) as stream:
        before = stream.next()
        assert statuses(before.data)["A-1-1-4"] == "sold"

        code, found = verify(service)
        assert code == 1
        assert found == [
            f"event {event['id']}, seat A-1-1-4: sold in Kvrocks, available in Postgres"
        ]
        assert reconcile(service) == {"seats corrected": 1}
        corrected = stream.until(lambda message: message.version > before.version)

    assert statuses(corrected.data)["A-1-1-4"] == "available"
    assert verify(service) == (0, [])
    assert reconcile(service) == {}


def test_a_stale_draft_is_seen_by_nobody_and_removed(
    service: ServiceProcess, seller: ApiClient, event: Json
) -> None:
    query(
        service.settings,
        "UPDATE event SET status = 'draft', created_at = now() - interval '6 minutes'"
        " WHERE id = $1",
        event["id"],
    )
    assert seller.get(f"/api/event/{event['id']}").status_code == 404

    assert reconcile(service) == {"drafts removed": 1}

    assert SeatStore(service.settings, event["id"]).keys() == []
    assert query(service.settings, "SELECT FROM ticket WHERE event_id = $1", event["id"]) == []
    assert query(service.settings, "SELECT FROM event WHERE id = $1", event["id"]) == []


def test_seats_of_an_event_that_was_undone_are_found_and_removed(service: ServiceProcess) -> None:
    """A creation that Kvrocks heard of, but could not be told to forget."""
    [row] = query(service.settings, "SELECT nextval(pg_get_serial_sequence('event', 'id')) AS id")
    store = SeatStore(service.settings, row["id"])
    store.write(0, b"0")
    assert verify(service) == (1, [f"event {row['id']}: in Kvrocks only"])

    assert reconcile(service) == {"orphans removed": 1}

    assert store.keys() == []
    assert verify(service) == (0, [])


def test_every_kind_of_contradiction_in_postgres_is_named(
    service: ServiceProcess, seller: ApiClient, buyer: ApiClient
) -> None:
    shared, closed, moved = (seller.create_event()["id"] for _ in range(3))
    first, second = (buyer.reserve(shared, f"A-1-1-{seat}")["id"] for seat in (1, 2))
    left = buyer.reserve(closed, "A-1-1-1")["id"]
    [ticket] = query(
        service.settings, "SELECT min(id) AS id FROM ticket WHERE event_id = $1", moved
    )
    [held] = query(service.settings, "SELECT ticket_ids FROM reservation WHERE id = $1", first)
    [lost] = query(service.settings, "SELECT ticket_ids FROM reservation WHERE id = $1", second)
    tickets = "UPDATE reservation SET ticket_ids = $2 WHERE id = $1"
    status = "UPDATE event SET status = $2 WHERE id = $1"
    row = 'UPDATE ticket SET "row" = $2 WHERE id = $1'
    query(service.settings, tickets, second, held["ticket_ids"])
    query(service.settings, status, closed, "ended")
    query(service.settings, row, ticket["id"], 99)
    given_back = "UPDATE reservation SET released_ticket_ids = $2 WHERE id = $1"
    query(service.settings, given_back, first, held["ticket_ids"])
    house = """UPDATE reservation SET house = $2, expires_at = CASE WHEN NOT $2 THEN now() + '1 h' END
               WHERE id = $1"""
    query(service.settings, house, left, True)

    code, found = verify(service)

    assert code == 1
    [wanted], [owned] = held["ticket_ids"], lost["ticket_ids"]
    assert set(found) == {
        f"ticket {wanted}: wanted by 2 reservations, {' and '.join(sorted((first, second)))}",
        f"reservation {second} (reserved): ticket {wanted} belongs to {first}",
        f"ticket {owned} (event {shared}, reserved): its reservation is missing",
        f"event {closed}: ended, but reservation {left} is live",
        f"event {closed}: ended, but open in Kvrocks",
        f"ticket {ticket['id']} (event {moved}): no seat of the event",
        f"reservation {first}: has seats that were given back",
        f"reservation {left}: house seats, but not of the seller of event {closed}",
    }
    query(service.settings, given_back, first, None)
    query(service.settings, house, left, False)
    query(service.settings, tickets, second, lost["ticket_ids"])
    query(service.settings, status, closed, "available")
    query(service.settings, row, ticket["id"], 1)
    assert verify(service) == (0, [])


def test_a_draft_that_is_too_old_is_named(service: ServiceProcess, event: Json) -> None:
    age = "UPDATE event SET status = $2, created_at = now() - $3 * interval '1 s' WHERE id = $1"
    query(service.settings, age, event["id"], "draft", 240)  # on a slow machine, verify comes late
    assert verify(service) == (0, [])
    query(service.settings, age, event["id"], "draft", 301)

    assert verify(service) == (1, [f"event {event['id']}: a draft for more than 300 s"])

    query(service.settings, age, event["id"], "available", 0)


def test_bytes_and_keys_that_mean_nothing_are_found(service: ServiceProcess, event: Json) -> None:
    store = SeatStore(service.settings, event["id"])
    store.write(0, b"0", subsection="Z-9")
    keys = store.keys()
    [stray] = [key.decode() for key in keys if b":Z:" in key]
    assert verify(service) == (1, [f"{stray}: a key that means nothing"])
    store.remove(stray)

    store.write(3, b"7")
    assert verify(service) == (1, [f"event {event['id']}: Kvrocks has lost its seat state"])
    assert reconcile(service) == {"events rebuilt": 1}
    assert verify(service) == (0, [])


def test_a_young_draft_is_left_alone(service: ServiceProcess, event: Json) -> None:
    query(service.settings, "UPDATE event SET status = 'draft' WHERE id = $1", event["id"])

    assert reconcile(service) == {}

    [row] = query(service.settings, "SELECT status FROM event WHERE id = $1", event["id"])
    assert row["status"] == "draft"
    query(service.settings, "UPDATE event SET status = 'available' WHERE id = $1", event["id"])


def test_seeding_makes_a_demonstration_once(service: ServiceProcess, api: Api) -> None:
    first = ticketing(service.settings, "seed")
    again = ticketing(service.settings, "seed")

    assert (first.returncode, again.returncode) == (0, 0)
    [name] = re.findall(r"Event (\d+) is on sale", first.stdout)
    assert "is there already" in again.stdout
    assert api.visitor().event(int(name), tickets=False)["status"] == "available"
    login = {"email": "buyer@example.com", "password": "demo-password"}
    assert api.visitor().post("/api/user/login", login).status_code == 200


def test_simulated_buyers_bring_an_event_to_life_for_a_bounded_time(
    service: ServiceProcess, seller: ApiClient
) -> None:
    event = seller.create_event(seating_config=one_subsection(10, 20))

    done = ticketing(
        service.settings,
        "simulate",
        *("--url", service.base_url, "--event", str(event["id"])),
        *("--buyers", "4", "--seconds", "1.5", "--seed", "7"),
    )

    assert done.returncode == 0, done.stderr
    assert f"Event {event['id']}: 4 buyers" in done.stdout
    assert re.search(r"reserved\s*│\s*[1-9]", done.stdout)
    assert set(statuses(seller.seats(event["id"])).values()) > {"available"}


def test_simulating_without_a_server_is_said_in_a_sentence(service: ServiceProcess) -> None:
    done = ticketing(service.settings, "simulate", "--url", "http://127.0.0.1:1")

    assert done.returncode == 2
    assert "No server answers at http://127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "verify"])
def test_a_weak_secret_starts_nothing(service: ServiceProcess, command: str) -> None:
    weak = {"jwt_secret": SecretStr("tea-for-two"), "port": free_port()}

    done = ticketing(service.settings.model_copy(update=weak), command)

    assert done.returncode == 2
    assert "Set JWT_SECRET to at least 32 random bytes" in done.stderr
    assert "tea-for-two" not in done.stderr
    assert "Traceback" not in done.stderr

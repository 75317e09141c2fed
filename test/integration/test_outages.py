"""Stores that go away, lose what they had, and come back."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import redis

from kit.waiting import wait_until
from src.bootstrap.migrations import upgrade
from src.embedded.kvrocks import EmbeddedKvrocks
from src.embedded.postgres import EmbeddedPostgres
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import (
    ApiClient,
    Json,
    event_request,
    line_path,
    overview_path,
    problem_of,
    seats_path,
    statuses,
    weakly,
)
from test.support.own_stores import own_kvrocks, own_postgres
from test.support.service import ServiceProcess
from test.support.sse import Message
from test.support.stores import SeatStore, kvrocks, query
from test.support.waiting import quickest_of


@pytest.fixture(scope="module")
def seat_store(
    developer_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedKvrocks]:
    with own_kvrocks(developer_environment, tmp_path_factory.mktemp("kvrocks")) as store:
        yield store


@pytest.fixture(scope="module")
def service(seat_store: EmbeddedKvrocks, start_module_service: StartService) -> ServiceProcess:
    """A service that is alone on its Kvrocks, which serves it as Redis too."""
    return start_module_service(
        kvrocks_url=seat_store.url,
        redis_url=seat_store.url,
        reconcile_interval_seconds=1,
        store_timeout_seconds=2,  # a stream waits for that long for its subscription
    )


@pytest.fixture
def event(seller: ApiClient) -> Json:
    return seller.create_event()


@pytest.fixture
def without_seat_store(seat_store: EmbeddedKvrocks, event: Json) -> Iterator[EmbeddedKvrocks]:
    """Kvrocks dies once there is an event; it runs again in the end."""
    seat_store.kill()
    yield seat_store
    seat_store.start()


class TestWithoutKvrocks:
    pytestmark = pytest.mark.usefixtures("without_seat_store")

    def test_a_creation_fails_and_leaves_nothing(
        self, seller: ApiClient, service: ServiceProcess
    ) -> None:
        name = "Not to be"

        answer = seller.post("/api/event", event_request(name=name))

        problem_of(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        assert query(service.settings, "SELECT FROM event WHERE name = $1", name) == []
        assert _tickets_without_event(service) == []

    def test_a_creation_can_be_tried_again_with_the_same_key(
        self, seller: ApiClient, without_seat_store: EmbeddedKvrocks
    ) -> None:
        request = event_request(name="At the second attempt")
        key = {"Idempotency-Key": "second-attempt"}
        problem_of(seller.post("/api/event", request, headers=key), 503)

        without_seat_store.start()
        wait_until(
            lambda: seller.post("/api/event", request, headers=key).status_code == 201,
            what="the creation",
        )

    def test_the_seats_are_unavailable_and_the_events_are_not(
        self, buyer: ApiClient, event: Json
    ) -> None:
        for path in (
            overview_path(event["id"]),
            seats_path(event["id"]),
            f"/api/event/{event['id']}",
            f"{overview_path(event['id'])}/sse",
        ):
            seconds, answer = quickest_of(3, partial(buyer.get, path))
            assert seconds < 3
            problem_of(answer, 503)
            assert int(answer.headers["retry-after"]) > 0
        assert buyer.get("/api/event").status_code == 200

    def test_a_reservation_fails_and_leaves_nothing(
        self,
        buyer: ApiClient,
        event: Json,
        service: ServiceProcess,
        without_seat_store: EmbeddedKvrocks,
    ) -> None:
        answer = buyer.post("/api/reservation", {"event_id": event["id"], "seats": ["A-1-1-1"]})

        problem_of(answer, 503)
        without_seat_store.start()
        service.wait_until_ready()
        assert set(statuses(buyer.event(event["id"])).values()) == {"available"}
        assert buyer.buy(event["id"], "A-1-1-1")["status"] == "confirmed"

    def test_the_service_is_alive_and_says_what_it_misses(self, buyer: ApiClient) -> None:
        ready = buyer.get("/health/ready")

        assert buyer.get("/health/live").status_code == 200
        assert ready.status_code == 503
        assert ready.json()["stores"] == {"postgres": "up", "kvrocks": "down", "redis": "down"}


def test_without_redis_alone_the_service_is_degraded_and_sells(
    developer_environment: dict[str, str], tmp_path: Path, start_service: StartService
) -> None:
    with own_kvrocks(developer_environment, tmp_path) as redis_server:
        service = start_service(redis_url=redis_server.url, store_timeout_seconds=2)
        with api_of(service) as api:
            event, buyer = api.seller().create_event(), api.buyer()
            redis_server.kill()

            ready = buyer.get("/health/ready")
            assert ready.status_code == 200
            assert ready.json() == {
                "status": "degraded",
                "stores": {"postgres": "up", "kvrocks": "up", "redis": "down"},
            }
            assert buyer.buy(event["id"], "A-1-1-1")["status"] == "confirmed"


class TestALostSeatState:
    def test_is_rebuilt_by_itself_from_postgres(
        self, buyer: ApiClient, event: Json, service: ServiceProcess
    ) -> None:
        buyer.buy(event["id"], "A-1-1-1")
        buyer.reserve(event["id"], "A-1-1-2")
        before = buyer.seats(event["id"])

        wait_until(lambda: self._lose(service, buyer, event), what="a loss that shows")
        wait_until(lambda: self._answers(buyer, event), what="the rebuilt state")

        assert buyer.seats(event["id"]) == before
        assert statuses(buyer.event(event["id"]))["A-1-1-2"] == "reserved"
        assert buyer.buy(event["id"], "A-1-1-3")["status"] == "confirmed"

    def test_shows_on_open_streams_as_a_higher_epoch(
        self, buyer: ApiClient, event: Json, service: ServiceProcess
    ) -> None:
        buyer.buy(event["id"], "A-1-1-1")
        with buyer.watch(event["id"]) as stream:
            first = stream.next()
            wait_until(lambda: self._lose(service, buyer, event), what="a loss that shows")
            wait_until(lambda: self._answers(buyer, event), what="the rebuilt state")
            buyer.buy(event["id"], "A-1-1-2")
            latest = stream.until(lambda message: message.data["sections"][0]["sold"] == 2)
            etag = weakly(buyer.get(overview_path(event["id"])).headers["etag"])

        assert latest.version[0] > first.version[0]
        assert latest.etag == etag

    def _lose(self, service: ServiceProcess, buyer: ApiClient, event: Json) -> bool:
        """Lose everything; false when it was rebuilt before one could see that."""
        with closing(kvrocks(service.settings)) as store:
            store.flushall()
        answer = buyer.get(overview_path(event["id"]))
        return answer.status_code == 503 and bool(problem_of(answer, 503))

    def _answers(self, buyer: ApiClient, event: Json) -> bool:
        return buyer.get(overview_path(event["id"])).status_code == 200


class TestTheSubscription:
    def test_is_one_connection_for_all_events(
        self, seller: ApiClient, event: Json, service: ServiceProcess
    ) -> None:
        other = seller.create_event()
        with seller.watch(event["id"]) as one, seller.watch(other["id"]) as two:
            one.next()
            two.next()

            assert self._cut(service) == 1

    def test_heals_after_a_cut_and_nothing_is_missed(
        self, buyer: ApiClient, event: Json, service: ServiceProcess
    ) -> None:
        with buyer.watch_seats(event["id"]) as stream:
            stream.next()
            for seat in range(1, 4):
                assert self._cut(service) == 1
                buyer.reserve(event["id"], f"A-1-1-{seat}")  # while nobody listens
                stream.until(partial(_reserved, seat))
                self._wait_until_it_listens(service, event)
            buyer.reserve(event["id"], "A-1-1-4")

            last = stream.until(lambda message: message.data["reserved"] == 4)

        assert last.etag == weakly(buyer.get(overview_path(event["id"])).headers["etag"])

    def _cut(self, service: ServiceProcess) -> int:
        """Cut every connection that listens; return how many there were."""
        with closing(kvrocks(service.settings)) as store:
            return int(store.execute_command("CLIENT", "KILL", "TYPE", "pubsub"))  # type: ignore[no-untyped-call]

    def _wait_until_it_listens(self, service: ServiceProcess, event: Json) -> None:
        store = SeatStore(service.settings, event["id"])
        wait_until(lambda: store.subscriptions() == 1, what="the subscription")


class TestARestartOfKvrocks:
    def test_ends_no_stream_and_loses_no_change(
        self, buyer: ApiClient, event: Json, seat_store: EmbeddedKvrocks, service: ServiceProcess
    ) -> None:
        with buyer.watch(event["id"]) as stream:
            stream.next()
            seat_store.stop()
            seat_store.start()
            service.wait_until_ready()
            buyer.reserve(event["id"], "A-1-1-1")

            latest = stream.until(lambda message: message.data["sections"][0]["reserved"] == 1)

        assert latest.etag == weakly(buyer.get(overview_path(event["id"])).headers["etag"])


class TestTheCostOfAnAnswer:
    @pytest.mark.parametrize("subsections", [1, 40])
    def test_is_at_most_two_commands_whatever_the_number_of_subsections(
        self,
        developer_environment: dict[str, str],
        tmp_path: Path,
        start_service: StartService,
        subsections: int,
    ) -> None:
        config = {
            "rows": 1,
            "cols": 2,
            "sections": [{"name": "A", "price": 1, "subsections": subsections}],
        }
        with own_kvrocks(developer_environment, tmp_path) as seat_store:
            # A service that asks nothing of its own accord.
            service = start_service(
                kvrocks_url=seat_store.url,
                redis_url=seat_store.url,
                reconcile_interval_seconds=3600,
            )
            with (
                api_of(service) as api,
                closing(redis.Redis.from_url(seat_store.url, protocol=2)) as store,
            ):
                seller = api.seller()
                event = seller.create_event(seating_config=config)
                paths = [
                    overview_path(event["id"]),
                    seats_path(event["id"]),
                    f"/api/event/{event['id']}",
                ]
                for path in paths:
                    before = _commands(store)
                    for _ in range(10):
                        assert seller.get(path).status_code == 200

                    assert 10 <= _commands(store) - before <= 20
            service.stop()


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with own_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


def test_without_postgres_everything_is_refused_in_time_and_works_again_later(
    postgres: EmbeddedPostgres, start_service: StartService
) -> None:
    database_url = postgres.url("postgres")
    upgrade(database_url)
    service = start_service(database_url=database_url, reconcile_interval_seconds=0.5)
    with api_of(service) as api:
        seller, buyer = api.seller(), api.buyer()
        event = seller.create_event()
        held = buyer.reserve(event["id"], "A-1-1-1")
        waited_for = seller.create_event(admission={"per_minute": 60, "pass_seconds": 600})
        place = buyer.join_line(waited_for["id"])

        with buyer.watch(event["id"]) as stream, buyer.watch_line(waited_for["id"]) as line:
            stream.next()
            line.next()
            postgres.kill()
            wanted = {"event_id": event["id"], "seats": ["A-1-1-2"]}
            for refuse in (
                lambda: buyer.get("/api/event"),
                lambda: buyer.get(f"/api/event/{event['id']}"),
                lambda: buyer.post("/api/reservation", wanted),
                lambda: buyer.post(f"/api/reservation/{held['id']}/confirm"),
                lambda: seller.post("/api/event", event_request()),
                lambda: buyer.post(line_path(waited_for["id"])),
                lambda: buyer.get(line_path(waited_for["id"])),
                lambda: buyer.post("/api/user/login", {"email": "a@b.example", "password": "x"}),
            ):
                seconds, answer = quickest_of(3, refuse)
                assert seconds < 2
                problem_of(answer, 503)
                assert int(answer.headers["retry-after"]) > 0
            assert buyer.get("/health/ready").json()["stores"]["postgres"] == "down"

            postgres.start()
            service.wait_until_ready()
            assert buyer.confirm(held["id"])["status"] == "confirmed"
            wait_until(
                lambda: statuses(buyer.seats(event["id"]))["A-1-1-2"] == "available",
                what="the seat that nobody got",
            )
            assert buyer.buy(event["id"], "A-1-1-2")["status"] == "confirmed"
            stream.until(lambda message: message.data["sections"][0]["sold"] == 2)
            assert buyer.join_line(waited_for["id"])["entry"] == place["entry"]
            api.buyer().join_line(waited_for["id"])
            line.until(lambda message: message.data["serving"] == 2)


def _commands(store: redis.Redis) -> int:
    """How many commands the store has done, apart from looking at this."""
    stats = store.info("commandstats")
    setting_up = ("info", "client", "select", "ping", "hello", "auth")
    return sum(
        each["calls"]
        for name, each in stats.items()
        if name.removeprefix("cmdstat_").split("|")[0] not in setting_up
    )


def _tickets_without_event(service: ServiceProcess) -> list[object]:
    return list(
        query(
            service.settings,
            "SELECT t.id FROM ticket t LEFT JOIN event e ON e.id = t.event_id WHERE e.id IS NULL",
        )
    )


def _reserved(seats: int, message: Message) -> bool:
    return bool(message.data["reserved"] == seats)

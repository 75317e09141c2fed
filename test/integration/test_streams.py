"""Live streams: what they say, when, and to whom."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from socket import SO_RCVBUF, SOL_SOCKET

import httpx
import pytest

from kit.ports import free_port
from kit.waiting import TIMEOUT, wait_until
from test.conftest import StartService
from test.support.api import (
    CONNECTIONS,
    Api,
    ApiClient,
    Json,
    one_subsection,
    overview_path,
    problem_of,
    seating,
    seats_path,
    section,
    statuses,
    weakly,
)
from test.support.described import follow_schema
from test.support.service import ServiceProcess
from test.support.sse import Message
from test.support.stores import SeatStore
from test.support.together import together


def etag_of(client: ApiClient, event: Json) -> str:
    """The version that the event's seats have now."""
    return weakly(client.get(overview_path(event["id"])).headers["etag"])


def without_type(message: Message) -> Json:
    """What a message says, in the shape of the REST answer."""
    content = message.data
    assert content.pop("event_type") == message.event
    return content


class TestTheFirstMessage:
    def test_is_the_overview_as_rest_answers_it(self, buyer: ApiClient, event: Json) -> None:
        buyer.buy(event["id"], "A-1-1-1")
        buyer.reserve(event["id"], "B-1-1-1")

        with buyer.watch(event["id"]) as stream:
            first = stream.next()

        assert first.event == "initial_status"
        assert without_type(first) == buyer.overview(event["id"])
        assert first.etag == etag_of(buyer, event)

    def test_is_the_seat_list_as_rest_answers_it(self, buyer: ApiClient, event: Json) -> None:
        buyer.buy(event["id"], "A-2-1-1")
        buyer.reserve(event["id"], "A-2-2-5")

        with buyer.watch_seats(event["id"], "A", 2) as stream:
            first = stream.next()

        assert first.event == "initial_status"
        assert without_type(first) == buyer.seats(event["id"], "A", 2)
        assert first.etag == etag_of(buyer, event)

    @pytest.mark.parametrize("delta", [False, True])
    def test_and_the_next_are_as_the_api_describes_them(
        self, buyer: ApiClient, event: Json, delta: bool
    ) -> None:
        schemas = "#/components/schemas/"
        with (
            buyer.watch(event["id"], delta=delta) as counts,
            buyer.watch_seats(event["id"], delta=delta) as seats,
        ):
            for change in (lambda: None, lambda: buyer.reserve(event["id"], "A-1-1-1")):
                change()
                follow_schema(counts.next().data, {"$ref": f"{schemas}AllSubsectionStatusMessage"})
                follow_schema(seats.next().data, {"$ref": f"{schemas}SectionSeatsMessage"})

    @pytest.mark.parametrize("delta", [False, True])
    def test_is_whole_with_and_without_delta(
        self, buyer: ApiClient, event: Json, delta: bool
    ) -> None:
        with buyer.watch(event["id"], delta=delta) as stream:
            assert len(stream.next().data["sections"]) == 3
        with buyer.watch_seats(event["id"], delta=delta) as stream:
            assert len(stream.next().data["tickets"]) == 10

    def test_comes_for_a_section_of_any_script(self, buyer: ApiClient, seller: ApiClient) -> None:
        event = seller.create_event(seating_config=seating(1, 1, [section("搖滾 區?")]))

        with buyer.watch_seats(event["id"], "搖滾 區%3F") as stream:
            assert list(statuses(stream.next().data)) == ["搖滾 區?-1-1-1"]


class TestTheStream:
    @pytest.mark.parametrize(
        ("accepted", "encoding"), [("gzip", "gzip"), ("identity", "identity"), ("br", "identity")]
    )
    def test_is_not_to_be_stored_nor_held_up_on_its_way(
        self, api: Api, event: Json, accepted: str, encoding: str
    ) -> None:
        with api.visitor(**{"Accept-Encoding": accepted}).watch(event["id"]) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store, no-transform"
            assert stream.headers["content-encoding"] == encoding
            assert stream.headers["vary"] == "Accept-Encoding"
            assert stream.headers["x-accel-buffering"] == "no"
            assert re.fullmatch(r"[\w.-]+", stream.headers["x-request-id"])

    def test_is_a_fifteenth_of_its_size_when_it_is_compressed(
        self, api: Api, seller: ApiClient
    ) -> None:
        event = seller.create_event(seating_config=one_subsection(25, 20))

        def size(accepted: str) -> int:
            visitor = api.visitor(**{"Accept-Encoding": accepted})
            with visitor.watch_seats(event["id"]) as stream:
                stream.next()
                return stream.bytes_received

        assert size("gzip") * 15 < size("identity")

    def test_tells_each_client_another_time_to_come_back(
        self, buyer: ApiClient, event: Json
    ) -> None:
        def time_to_retry() -> int | None:
            with buyer.watch(event["id"]) as stream:
                stream.next()
                return stream.retry

        times = {time_to_retry() for _ in range(5)}

        assert len(times) > 1
        assert all(time is not None and 500 <= time <= 10_000 for time in times)


class TestAnUpdate:
    def test_comes_with_each_change_and_the_version_that_rest_has(
        self, buyer: ApiClient, event: Json
    ) -> None:
        with buyer.watch(event["id"]) as overview, buyer.watch_seats(event["id"]) as seats:
            versions = [overview.next().version]
            assert seats.next().version == versions[0]
            reservation = buyer.reserve(event["id"], "A-1-1-1")
            for change in (lambda: None, partial(buyer.confirm, reservation["id"])):
                change()
                etag = etag_of(buyer, event)
                latest = overview.until_version_of(etag)[-1]
                versions.append(latest.version)
                assert latest.event == "status_update"
                assert latest.etag == etag
                assert without_type(latest) == buyer.overview(event["id"])
                assert without_type(seats.until_version_of(etag)[-1]) == buyer.seats(event["id"])

        assert versions == sorted(set(versions))

    def test_on_a_subsection_is_whole_too(self, buyer: ApiClient, event: Json) -> None:
        with buyer.watch_seats(event["id"]) as stream:
            stream.next()
            buyer.reserve(event["id"], "A-1-2-3")
            update = stream.next()

        assert len(update.data["tickets"]) == 10
        assert statuses(update.data)["A-1-2-3"] == "reserved"

    def test_on_a_subsection_does_not_come_for_another(self, buyer: ApiClient, event: Json) -> None:
        with buyer.watch_seats(event["id"], "A", 1) as stream:
            stream.next()
            buyer.reserve(event["id"], "B-1-1-1")
            buyer.reserve(event["id"], "A-1-1-1")

            assert statuses(stream.next().data)["A-1-1-1"] == "reserved"

    def test_reaches_every_client_with_the_same_bytes(self, api: Api, event: Json) -> None:
        buyer = api.buyer()
        with ExitStack() as streams:
            watching = [streams.enter_context(api.visitor().watch(event["id"])) for _ in range(20)]
            for stream in watching:
                stream.next()
            buyer.reserve(event["id"], "A-1-1-1")

            assert len({stream.next().text for stream in watching}) == 1


class TestWithDelta:
    def test_an_update_holds_only_what_changed_and_whole_counts(
        self, buyer: ApiClient, event: Json
    ) -> None:
        with (
            buyer.watch(event["id"], delta=True) as overview,
            buyer.watch_seats(event["id"], delta=True) as seats,
        ):
            overview.next()
            seats.next()
            buyer.reserve(event["id"], "A-1-1-2", "A-1-2-3")
            changed = overview.next().data
            seats_changed = seats.next().data

        assert [(s["section"], s["subsection"]) for s in changed["sections"]] == [("A", 1)]
        assert changed["total_sections"] == 3
        assert statuses(seats_changed) == {"A-1-1-2": "reserved", "A-1-2-3": "reserved"}
        assert (seats_changed["available"], seats_changed["reserved"]) == (8, 2)
        assert seats_changed["total_count"] == 10

    def test_the_updates_lead_from_the_first_state_to_the_last(
        self, seller: ApiClient, crowd: list[ApiClient]
    ) -> None:
        event = seller.create_event(seating_config=one_subsection(5, 8))
        request = {"event_id": event["id"], "quantity": 2}
        with (
            seller.watch_seats(event["id"], delta=True) as seats,
            seller.watch(event["id"], delta=True) as overview,
        ):
            shown = statuses(seats.next().data)
            counts = overview.next().data["sections"]
            together(partial(_reserve_and_decide, buyer, request) for buyer in crowd[:12])
            etag = etag_of(seller, event)
            for message in seats.until_version_of(etag):
                shown |= statuses(message.data)
            counts = overview.until_version_of(etag)[-1].data["sections"]

        assert shown == statuses(seller.seats(event["id"]))
        assert counts == seller.overview(event["id"])["sections"]


class TestABurstOfChanges:
    def test_is_merged_and_ends_in_the_exact_state(
        self, seller: ApiClient, crowd: list[ApiClient], server_process: ServiceProcess
    ) -> None:
        window = server_process.settings.sse_merge_window_seconds
        event = seller.create_event(seating_config=one_subsection(10, 10))
        request = {"event_id": event["id"], "quantity": 2}
        with seller.watch(event["id"]) as stream:
            start = stream.next()
            began = time.monotonic()
            together(partial(buyer.post, "/api/reservation", request) for buyer in crowd)
            updates = stream.until_version_of(etag_of(seller, event))
            windows = (time.monotonic() - began) / window

        versions = [message.version for message in (start, *updates)]
        changes = versions[-1][1] - versions[0][1]
        assert versions == sorted(set(versions))
        assert changes >= len(crowd)
        assert len(updates) <= windows + 2
        assert without_type(updates[-1]) == seller.overview(event["id"])

    def test_is_not_seen_twice_nor_missed_by_those_who_come_and_go(
        self, seller: ApiClient, crowd: list[ApiClient]
    ) -> None:
        """Whoever subscribes in the middle of changes has the exact state after the last."""
        event = seller.create_event(seating_config=one_subsection(10, 10))
        request = {"event_id": event["id"], "quantity": 1}

        def come_late() -> Json:
            with seller.watch_seats(event["id"]) as stream:
                shown = stream.until(lambda message: message.data["reserved"] == 30)
                return without_type(shown)

        actions: list[Callable[[], object]] = [
            *(partial(buyer.post, "/api/reservation", request) for buyer in crowd[:30]),
            *([come_late] * 6),
        ]
        seen = together(actions)[30:]

        assert all(shown == seller.seats(event["id"]) for shown in seen)


class TestASlowReader:
    @pytest.fixture
    def slow_reader(self, api: Api) -> Iterator[ApiClient]:
        """Whose system takes little in advance."""
        narrow = httpx.HTTPTransport(
            socket_options=[(SOL_SOCKET, SO_RCVBUF, 65_536)], limits=CONNECTIONS
        )
        plain = {"Accept-Encoding": "identity"}
        with httpx.Client(
            base_url=api.base_url, transport=narrow, timeout=TIMEOUT, headers=plain
        ) as http:
            yield ApiClient(http)

    def test_gets_the_newest_state_when_it_reads_again(
        self, slow_reader: ApiClient, seller: ApiClient, buyer: ApiClient
    ) -> None:
        """Far more is written than the connection holds, so most versions are skipped."""
        event = seller.create_event(seating_config=one_subsection(100, 100))
        with slow_reader.watch_seats(event["id"]) as slow, seller.watch_seats(event["id"]) as quick:
            slow.next()
            quick.next()
            for number in range(1, 16):
                buyer.reserve(event["id"], f"A-1-{number}-1")
                quick.until_version_of(etag_of(seller, event))
            etag = etag_of(seller, event)
            updates = slow.until_version_of(etag)

        assert updates[-1].etag == etag
        assert without_type(updates[-1]) == seller.seats(event["id"])
        assert len(updates) < 15


class TestComingBack:
    @pytest.mark.parametrize("last_seen", ["1:1", "0:0", "99:99", "nonsense", ""])
    def test_gives_the_whole_state_whatever_was_seen_last(
        self, api: Api, buyer: ApiClient, event: Json, last_seen: str
    ) -> None:
        buyer.reserve(event["id"], "A-1-1-1")

        with api.visitor(**{"Last-Event-ID": last_seen}).watch(event["id"], delta=True) as stream:
            first = stream.next()

        assert first.event == "initial_status"
        assert without_type(first) == buyer.overview(event["id"])


class TestTheSubscription:
    def test_is_one_for_all_clients_and_ends_with_the_last(
        self, server_process: ServiceProcess, visitor: ApiClient, event: Json
    ) -> None:
        store = SeatStore(server_process.settings, event["id"])
        assert store.subscriptions() == 0

        with ExitStack() as streams:
            for _ in range(15):
                streams.enter_context(visitor.watch(event["id"])).next()
                streams.enter_context(visitor.watch_seats(event["id"], "B", 1)).next()
            assert store.subscriptions() == 1

        wait_until(lambda: store.subscriptions() == 0, what="the end of the subscription")

    def test_comes_back_with_the_next_client(
        self, server_process: ServiceProcess, buyer: ApiClient, event: Json
    ) -> None:
        store = SeatStore(server_process.settings, event["id"])
        for seat in range(1, 4):
            with buyer.watch(event["id"]) as stream:
                stream.next()
                buyer.reserve(event["id"], f"A-1-1-{seat}")
                assert stream.next().data["sections"][0]["reserved"] == seat
            wait_until(lambda: store.subscriptions() == 0, what="the end of the subscription")


class TestTheEnd:
    @pytest.mark.parametrize("status", ["completed", "ended"])
    def test_comes_when_the_event_is_over_after_its_last_state(
        self, seller: ApiClient, buyer: ApiClient, event: Json, status: str
    ) -> None:
        buyer.reserve(event["id"], "A-1-1-1")
        buyer.buy(event["id"], "A-1-1-2")
        with buyer.watch(event["id"]) as overview, buyer.watch_seats(event["id"]) as seats:
            seller.change_event(event["id"], status=status)
            last_counts = overview.rest()[-1]
            last_seats = seats.rest()[-1]

        assert without_type(last_counts) == buyer.overview(event["id"])
        assert without_type(last_seats) == buyer.seats(event["id"])
        assert statuses(last_seats.data)["A-1-1-1"] == "available"
        assert statuses(last_seats.data)["A-1-1-2"] == "sold"

    @pytest.mark.parametrize("delta", [False, True])
    @pytest.mark.parametrize("path", [overview_path, seats_path])
    def test_is_told_for_good_to_who_has_the_last_state(
        self,
        seller: ApiClient,
        visitor: ApiClient,
        event: Json,
        path: Callable[[int], str],
        delta: bool,
    ) -> None:
        """204, which an EventSource takes for the end; without it, it would come for ever."""
        address = f"{path(event['id'])}/sse"
        seller.change_event(event["id"], status="ended")
        with visitor.stream(address, delta=delta, last_seen="1:1") as stream:
            [last] = stream.rest()

        answers = [
            visitor.http.request(
                method, address, params={"delta": delta}, headers={"Last-Event-ID": last.id}
            )
            for method in ("GET", "HEAD")
        ]

        assert [answer.status_code for answer in answers] == [204, 204]
        assert [answer.content for answer in answers] == [b"", b""]

    def test_is_not_told_to_who_has_seen_another_state(
        self, seller: ApiClient, visitor: ApiClient, event: Json
    ) -> None:
        with visitor.watch(event["id"]) as stream:
            first = stream.next()
        with visitor.watch(event["id"], last_seen=first.id) as stream:
            assert stream.next() == first  # it goes on

        seller.change_event(event["id"], status="completed")

        for seen in (first.id, "9:9", "nonsense"):
            with visitor.watch(event["id"], last_seen=seen) as stream:
                assert [message.event for message in stream.rest()] == ["initial_status"]

    def test_follows_the_first_state_of_an_event_that_is_over(
        self, seller: ApiClient, event: Json
    ) -> None:
        seller.change_event(event["id"], status="ended")

        with seller.watch(event["id"]) as stream:
            [only] = stream.rest()

        assert only.event == "initial_status"


class TestHiding:
    @pytest.mark.parametrize("path", [overview_path, seats_path])
    def test_ends_the_streams_of_all_but_the_seller_on_every_instance(
        self,
        server_process: ServiceProcess,
        start_service: StartService,
        api: Api,
        seller: ApiClient,
        buyer: ApiClient,
        event: Json,
        path: Callable[[int], str],
    ) -> None:
        other_port = server_process.settings.model_copy(update={"port": free_port()})
        elsewhere = Api(start_service(other_port))
        address = f"{path(event['id'])}/sse"
        with ExitStack() as streams:
            others = [
                streams.enter_context(person.stream(address))
                for person in (
                    api.visitor(),
                    buyer,
                    elsewhere.visitor(),
                    elsewhere.with_token(buyer.token),
                )
            ]
            own = [
                streams.enter_context(person.stream(address))
                for person in (seller, elsewhere.with_token(seller.token))
            ]
            for stream in (*others, *own):
                stream.next()

            seller.change_event(event["id"], is_active=False)

            assert [stream.rest() for stream in others] == [[], [], [], []]
            seller.change_event(event["id"], status="ended")
            assert [[message.event for message in stream.rest()] for stream in own] == [
                ["status_update"],
                ["status_update"],
            ]
        problem_of(api.visitor().get(address), 404)
        elsewhere.close()


class TestHead:
    @pytest.mark.parametrize("path", [overview_path, seats_path])
    def test_answers_the_headers_and_watches_nothing(
        self,
        server_process: ServiceProcess,
        visitor: ApiClient,
        event: Json,
        path: Callable[[int], str],
    ) -> None:
        address = f"{path(event['id'])}/sse"
        with visitor.stream(address) as stream:
            expected = stream.headers
        store = SeatStore(server_process.settings, event["id"])
        wait_until(lambda: store.subscriptions() == 0, what="the end of the subscription")

        answer = visitor.http.head(address)

        assert answer.status_code == 200
        assert answer.content == b""
        of_this_answer = {"date", "x-request-id", "transfer-encoding"}
        assert {k: v for k, v in answer.headers.items() if k not in of_this_answer} == {
            k: v for k, v in expected.items() if k not in of_this_answer
        }
        assert store.subscriptions() == 0

    def test_finds_no_more_than_get_does(self, visitor: ApiClient, event: Json) -> None:
        for path in (overview_path(999_999_999), seats_path(event["id"], "Z")):
            assert visitor.http.head(f"{path}/sse").status_code == 404


class TestWhatCannotBeWatched:
    @pytest.mark.parametrize(
        "path",
        [
            overview_path(999_999_999),
            overview_path(0),
            overview_path(2**70),
            seats_path(999_999_999),
        ],
    )
    def test_no_event_is_not_found_before_the_stream_starts(
        self, visitor: ApiClient, path: str
    ) -> None:
        problem_of(visitor.get(f"{path}/sse"), 404)

    @pytest.mark.parametrize(("name", "number"), [("Z", 1), ("A", 3), ("A", 0), ("a", 1)])
    def test_no_subsection_is_not_found_before_the_stream_starts(
        self, visitor: ApiClient, event: Json, name: str, number: int
    ) -> None:
        problem_of(visitor.get(f"{seats_path(event['id'], name, number)}/sse"), 404)

    @pytest.mark.parametrize("path", [overview_path(1), seats_path(1)])
    def test_a_delta_that_is_neither_yes_nor_no_is_refused(
        self, visitor: ApiClient, path: str
    ) -> None:
        problem_of(visitor.get(f"{path}/sse", params={"delta": "perhaps"}), 400)

    def test_an_event_that_is_not_listed_is_for_its_seller_alone(
        self, api: Api, seller: ApiClient, buyer: ApiClient, visitor: ApiClient
    ) -> None:
        event = seller.create_event(is_active=False)

        for person in (api.seller(), buyer, visitor):
            problem_of(person.get(f"{overview_path(event['id'])}/sse"), 404)
            problem_of(person.get(f"{seats_path(event['id'])}/sse"), 404)
        with seller.watch(event["id"]) as stream:
            assert stream.next().event == "initial_status"


def _reserve_and_decide(buyer: ApiClient, request: Json) -> None:
    """Reserve three times; keep, buy and release."""
    for decide in (lambda _: None, buyer.confirm, buyer.release):
        answer = buyer.post("/api/reservation", request)
        if answer.status_code == 201:
            decide(answer.json()["id"])

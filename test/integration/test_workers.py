"""Two processes behind one address act as one service."""

import os
import re
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

import pytest

from kit.waiting import wait_until
from test.conftest import StartService
from test.support.api import Api, ApiClient, one_subsection, statuses
from test.support.metrics import metric
from test.support.service import ServiceProcess
from test.support.sse import LiveStream
from test.support.stores import SeatStore
from test.support.together import together

WORKERS = 2


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    return start_module_service(
        arguments=("serve", "--workers", str(WORKERS)), postgres_pool_size=10
    )


@pytest.fixture(scope="module")
def buyers(api: Api) -> list[ApiClient]:
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(lambda _: api.buyer(), range(20)))


def test_a_change_made_by_one_is_seen_on_the_streams_of_both(
    api: Api, service: ServiceProcess, seller: ApiClient, buyers: list[ApiClient]
) -> None:
    event = seller.create_event()
    store = SeatStore(service.settings, event["id"])

    with ExitStack() as streams:
        watching: list[LiveStream] = []
        while store.subscriptions() < WORKERS:  # each process subscribes once
            assert len(watching) < 200, "one process takes all connections"
            watching.append(streams.enter_context(api.visitor().watch(event["id"])))
            watching[-1].next()
        reservation = buyers[0].reserve(event["id"], "A-1-1-1")
        for stream in watching:
            stream.until(lambda message: message.data["sections"][0]["reserved"] == 1)
        buyers[0].confirm(reservation["id"])
        for stream in watching:
            stream.until(lambda message: message.data["sections"][0]["sold"] == 1)


def test_the_best_seats_are_given_once(seller: ApiClient, buyers: list[ApiClient]) -> None:
    event = seller.create_event(seating_config=one_subsection(10, 10))
    request = {"event_id": event["id"], "quantity": 5}

    answers = together(partial(buyer.post, "/api/reservation", request) for buyer in buyers)

    granted = [seat for answer in answers for seat in statuses(answer.json())]
    assert len(granted) == len(set(granted)) == 100


def test_the_same_request_at_once_makes_one_reservation(
    seller: ApiClient, buyers: list[ApiClient]
) -> None:
    event = seller.create_event()
    request = {"event_id": event["id"], "seats": ["A-1-1-1"]}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    send = partial(buyers[0].post, "/api/reservation", request, headers=key)

    answers = together([send] * 16)

    assert len({answer.json()["id"] for answer in answers if answer.is_success}) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert seller.overview(event["id"])["sections"][0]["reserved"] == 1


def test_the_metrics_of_any_speak_for_all(
    api: Api, service: ServiceProcess, seller: ApiClient
) -> None:
    event = seller.create_event()
    path = f"/api/event/{event['id']}/all_subsection_status"
    labels = 'method="GET",route="/api/event/{event_id}/all_subsection_status",status="200"'
    requests = f"http_requests_total{{{labels}}}"
    before = metric(api.visitor(), requests)
    asked = 40

    with ExitStack() as streams:
        for _ in range(asked):  # a connection each, which either process takes
            visitor = streams.enter_context(api.visitor().watch(event["id"]))
            visitor.next()
            api.visitor().get(path)
        wait_until(
            lambda: metric(api.visitor(), "sse_clients") == asked, what="all streams to be counted"
        )
    figures = api.visitor().get("/metrics").text

    assert metric(api.visitor(), requests) == before + asked
    processes = re.findall(r'process_cpu_seconds_total{pid="(\d+)"}', figures)
    assert len(set(processes)) == WORKERS
    limit = metric(api.visitor(), 'store_connections_limit{pool="sales",store="postgres"}')
    assert limit == WORKERS * service.settings.postgres_pool_size
    round_trips = 'store_duration_seconds_count{operation="mget",store="kvrocks"}'
    trips_before = metric(api.visitor(), round_trips)
    assert trips_before > 0

    victim = int(processes[0])
    os.kill(victim, signal.SIGKILL)
    wait_until(
        lambda: f'pid="{victim}"' not in api.visitor().get("/metrics").text,
        what="the dead process to be taken off",
    )
    assert metric(api.visitor(), requests) == before + asked
    assert metric(api.visitor(), round_trips) >= trips_before


def test_a_change_of_an_event_is_known_to_both(seller: ApiClient, buyers: list[ApiClient]) -> None:
    event = seller.create_event()
    seller.change_event(event["id"], status="ended")
    request = {"event_id": event["id"], "quantity": 1}

    answers = together(partial(buyer.post, "/api/reservation", request) for buyer in buyers)

    assert {answer.status_code for answer in answers} == {409}

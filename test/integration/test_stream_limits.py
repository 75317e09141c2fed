"""Streams at the limits of a service: too many, too quiet, too slow, and at its end."""

import socket
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import psutil
from httpx_sse import connect_sse

from kit.waiting import TIMEOUT, wait_until
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import (
    Api,
    ApiClient,
    Json,
    one_subsection,
    overview_path,
    problem_of,
    seats_path,
)
from test.support.service import ServiceProcess
from test.support.stores import SeatStore


def test_one_stream_too_many_is_asked_to_come_later(
    hasty_service: ServiceProcess, hasty: Api, hasty_seller: ApiClient
) -> None:
    event = hasty_seller.create_event()
    path = f"{overview_path(event['id'])}/sse"
    limit = hasty_service.settings.max_sse_clients

    with ExitStack() as streams:
        for _ in range(limit):
            streams.enter_context(hasty.visitor().watch(event["id"])).next()
        refused = hasty.visitor().get(path)
        assert hasty.visitor().get(overview_path(event["id"])).status_code == 200

    problem_of(refused, 503)
    assert int(refused.headers["retry-after"]) > 0

    def one_is_let_in() -> bool:
        with hasty.visitor().http.stream("GET", path) as response:
            return response.is_success

    wait_until(one_is_let_in, what="a free place")


def test_a_strict_client_gets_nothing_but_messages(
    hasty: Api, hasty_seller: ApiClient, hasty_buyer: ApiClient
) -> None:
    """httpx-sse, which makes an event of every block, also of one that holds no data."""
    event = hasty_seller.create_event()
    address = f"{overview_path(event['id'])}/sse"
    with (
        connect_sse(hasty.visitor().http, "GET", address) as strict,
        hasty.visitor().watch(event["id"]) as other,
    ):
        events = strict.iter_sse()
        first = next(events)
        other.next()
        other.wait_for_comment()
        other.wait_for_comment()  # so the strict client has had one too
        hasty_buyer.reserve(event["id"], "A-1-1-1")
        second = next(events)

    assert (first.event, first.id) == ("initial_status", "1:1")
    assert first.retry
    assert first.json()["version"] == 1
    assert (second.event, second.id, second.retry) == ("status_update", "1:2", None)
    assert second.json()["version"] == 2


def test_a_quiet_stream_says_that_it_lives(hasty_seller: ApiClient, hasty: Api) -> None:
    event = hasty_seller.create_event()

    with hasty.visitor().watch(event["id"]) as stream:
        stream.next()
        stream.wait_for_comment()
        stream.wait_for_comment()
        hasty_seller.change_event(event["id"], status="ended")

        assert len(stream.rest()) <= 1


def test_a_client_that_takes_no_bytes_is_dropped(
    hasty_service: ServiceProcess, hasty_seller: ApiClient
) -> None:
    event = hasty_seller.create_event(seating_config=one_subsection(100, 300))
    store = SeatStore(hasty_service.settings, event["id"])
    address = urlsplit(hasty_service.base_url)
    request = f"GET {seats_path(event['id'])}/sse HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n"

    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((address.hostname, address.port))
        connection.sendall(request.encode())
        connection.settimeout(TIMEOUT)
        assert connection.recv(12) == b"HTTP/1.1 200"  # which comes once the stream is open

        wait_until(lambda: store.subscriptions() == 0, what="the end of the stream")
        wait_until(
            lambda: connection.getsockname() not in _clients_of(hasty_service),
            what="the end of the connection",
        )


def _clients_of(service: ServiceProcess) -> set[object]:
    connections = psutil.Process(service.pid).net_connections("tcp")
    return {tuple(c.raddr) for c in connections if c.status == psutil.CONN_ESTABLISHED}


def test_all_streams_end_at_once_when_the_service_does(start_service: StartService) -> None:
    service = start_service()
    with api_of(service) as api, ExitStack() as streams:
        seller = api.seller()
        event = seller.create_event()
        watching = [streams.enter_context(api.visitor().watch(event["id"])) for _ in range(10)]
        watching += [streams.enter_context(api.visitor().watch_seats(event["id"]))]
        for stream in watching:
            stream.next()

        service.stop()  # which insists on exit code 0

        # One that the server had cut off would not have come to an end, but to an error.
        assert all(stream.rest() == [] for stream in watching)


def test_a_client_that_leaves_more_requests_behind_is_noticed_at_once(
    server_process: ServiceProcess, api: Api, event: Json
) -> None:
    store = SeatStore(server_process.settings, event["id"])
    logged = server_process.log.stat().st_size
    stream = f"GET {overview_path(event['id'])}/sse HTTP/1.1\r\nHost: here\r\n\r\n"
    next_one = "GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n"
    address = urlsplit(api.base_url)

    with socket.create_connection((address.hostname, address.port), timeout=TIMEOUT) as opened:
        opened.sendall((stream + 2 * next_one).encode())
        said = b""
        while b"initial_status" not in said:
            said += opened.recv(65_536)
        assert store.subscriptions() == 1

    # Sooner than the next comment, at which writing would fail.
    wait_until(lambda: store.subscriptions() == 0, within=10, what="the end of the stream")
    assert b'"level":"error"' not in server_process.log.read_bytes()[logged:]

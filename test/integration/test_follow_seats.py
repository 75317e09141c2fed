"""The example of a program that is told knows every seat."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kit.ports import free_port
from kit.waiting import wait_until
from test.conftest import StartService
from test.support.api import ApiClient
from test.support.service import ServiceProcess

_EXAMPLE = Path(__file__).resolve().parents[2] / "spec" / "examples" / "follow_seats.py"


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    return start_module_service(webhook_allow_private=True)


@pytest.fixture
def program(seller: ApiClient) -> Iterator[str]:
    """Its address, once it is registered and runs."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    registered = seller.post("/api/webhook", {"url": url}).json()
    environment = {**os.environ, "WEBHOOK_SECRET": registered["secret"]}
    process = subprocess.Popen([sys.executable, str(_EXAMPLE), str(port)], env=environment)
    try:
        yield url
    finally:
        process.kill()
        process.wait()
        seller.delete(f"/api/webhook/{registered['id']}")


def test_it_shows_what_the_service_shows(
    program: str, seller: ApiClient, buyer: ApiClient, other_buyer: ApiClient
) -> None:
    event = seller.create_event()
    wait_until(lambda: _answers(program))
    buyer.buy(event["id"], "A-1-1-1", "A-1-1-2")
    held = other_buyer.reserve(event["id"], "A-1-1-3", "A-1-1-4", "B-1-1-1")
    other_buyer.release_seat(held["id"], "A-1-1-4")
    seller.take_house_seats(event["id"], section="A", subsection=2)
    seller.cancel(buyer.buy(event["id"], "B-1-2-1")["id"])

    shown = {
        f"event/{event['id']}/{ticket['seat_identifier']}": ticket["status"]
        for ticket in seller.event(event["id"])["tickets"]
    }
    touched = {seat: status for seat, status in shown.items() if status != "available"} | {
        f"event/{event['id']}/{seat}": "available" for seat in ("A-1-1-4", "B-1-2-1")
    }
    wait_until(lambda: httpx.get(program).json() == touched)


def test_it_takes_nothing_that_is_not_signed(program: str) -> None:
    wait_until(lambda: _answers(program))

    assert httpx.post(program, json={"id": "1"}).status_code == 401
    assert httpx.get(program).json() == {}


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False

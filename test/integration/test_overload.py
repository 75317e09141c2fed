"""More buyers than can be served: those who can be are, and the others know at once."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from urllib.parse import urlsplit

import pytest

from bench.offered_load import Load, Outcome
from kit.waiting import TIMEOUT
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import one_subsection
from test.support.service import ServiceProcess

BUYERS = 16
ROWS, COLS = 300, 300


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    """One in which a few buyers stand for many."""
    return start_module_service(max_held_seats=ROWS * COLS)


def outcome_of(load: Load) -> Outcome:
    said = subprocess.run(
        [sys.executable, "-m", "bench.offered_load"],
        input=json.dumps(asdict(load)).encode() + b"\n",
        stdout=subprocess.PIPE,
        timeout=2 * TIMEOUT,
        check=True,
    ).stdout
    return Outcome(**json.loads(said))


def test_more_than_can_be_carried(service: ServiceProcess) -> None:
    """The limits are generous, since tests run beside it: without protection those who are served
    wait longer than all others here, and so do those who are refused."""
    port = urlsplit(service.base_url).port
    assert port is not None
    with api_of(service) as api:
        event = api.seller().create_event(seating_config=one_subsection(ROWS, COLS))
        buyers = [api.buyer() for _ in range(BUYERS)]
        one_after_the_other = Load(
            port=port,
            event_id=event["id"],
            tokens=[buyer.token for buyer in buyers],
            size=(1, ROWS, COLS),
            seconds=3.0,
            warm_up=1.0,
            connections=4 * BUYERS,
            first_seat=0,
        )
        best = outcome_of(one_after_the_other)
        held = api.buyer()
        holds = [held.reserve(event["id"], f"A-1-{ROWS}-{n + 1}")["id"] for n in range(20)]

        with ThreadPoolExecutor(1) as threads:
            buying = threads.submit(lambda: [held.confirm(hold) for hold in holds])
            first_seat = 2 * best.served
            # A machine that has got other work off its hands meanwhile carries three times as much.
            for times in (3, 9):
                found = outcome_of(
                    replace(
                        one_after_the_other,
                        seconds=4.0,
                        connections=2_500,
                        per_second=times * best.served_per_second,
                        first_seat=first_seat,
                    )
                )
                first_seat += 2 * found.offered
                if found.refused > found.offered / 10:
                    break
            bought = buying.result()

    assert not best.refused
    assert found.others == {}
    assert found.served + found.refused == found.offered
    assert found.served_per_second > best.served_per_second / 6
    assert found.served_p99 < 4
    assert found.refused > found.offered / 10
    assert found.refused_p50 < 0.5
    assert len(found.retry_after) >= 3
    assert max(found.retry_after.values()) < 0.6 * found.refused
    assert {reservation["status"] for reservation in bought} == {"confirmed"}

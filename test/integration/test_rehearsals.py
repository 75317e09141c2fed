"""`ticketing rehearse` against a running service."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from kit.waiting import wait_until
from test.conftest import StartService
from test.support.api import Api, Json
from test.support.cli import ticketing
from test.support.service import ServiceProcess
from test.support.stores import SeatStore


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    """A service that repairs nothing by itself once it has started."""
    return start_module_service(reconcile_interval_seconds=3600)


def rehearse(service: ServiceProcess, *arguments: str) -> tuple[int, dict[str, str], str]:
    """The exit code, each figure by its name, and all that was printed."""
    done = ticketing(service.settings, "rehearse", "--url", service.base_url, *arguments)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, figures_in(done.stdout), done.stdout + done.stderr


def figures_in(table: str) -> dict[str, str]:
    """What a table of two columns says, its long cells put together again."""
    found: dict[str, str] = {}
    name = value = ""
    for line in re.findall(r"^│(.+)│(.+)│$", table, re.MULTILINE):
        more, rest = (cell.strip() for cell in line)
        # A name's second line begins in lower case; the names themselves do not.
        if more and more[0].isupper():
            name, value = more, rest
        else:
            found.pop(name, None)
            name, value = f"{name} {more}".strip(), f"{value} {rest}".strip()
        found[name] = value
    return found


def test_a_sale_that_all_want_seats_of_is_sold_out_to_the_last(
    service: ServiceProcess, api: Api
) -> None:
    code, found, printed = rehearse(
        service,
        *("--watchers", "12", "--buyers", "12", "--seats", "20", "--each", "2"),
        *("--opens-in", "1.5", "--seconds", "30", "--seed", "3"),
    )

    assert code == 0, printed
    assert found["Seats given"].startswith("20 of 20")
    assert re.match(r"\d+\.\d+ s", found["Sold out after"])
    assert found["Buyers"].startswith("10 bought, 2 left without seats, 0 ")
    assert found["Exact maps at the end"] == "12 of 12"
    assert found["Wrong"] == "nothing"
    assert "409 not-enough-seats" in found["Refusals"]
    assert re.search(r"Opens in \d s: 12 watch", printed)
    [event_id] = re.findall(r"Event (\d+)", printed)
    assert api.visitor().event(int(event_id), tickets=False)["status"] == "ended"


def test_with_a_line_all_are_served_in_turn_at_its_rate(service: ServiceProcess) -> None:
    code, found, printed = rehearse(
        service,
        *("--watchers", "6", "--buyers", "24", "--seats", "60", "--each", "2", "--seconds", "60"),
        *("--line", "600", "--max-active", "16", "--pass-seconds", "50", "--opens-in", "1.5"),
    )

    assert code == 0, printed
    assert found["Seats given"].startswith("48 of 60")
    assert found["Sold out after"] == "-"
    # Of 24 who each had a pass for 50 s at least 8 got theirs from who gave it back.
    assert found["Buyers"].startswith("24 bought, 0 left without seats, 0 ")
    assert found["Waiting line"].startswith("24 joined, ")
    rate = re.search(r"24 called, (\d+\.\d) a second", found["Waiting line"])
    assert rate is not None
    assert float(rate[1]) < 20
    correlation = re.match(r"Spearman (\d\.\d+);", found["Place against order of purchase"])
    assert correlation is not None
    assert float(correlation[1]) > 0.2
    assert re.search(r"\d+ called, ", printed)


def test_a_seat_that_nobody_was_told_of_is_found(service: ServiceProcess, api: Api) -> None:
    def newest() -> Json | None:
        listed: list[Json] = api.visitor().get("/api/event?limit=1").json()
        return next((event for event in listed if event["name"] == "Rehearsal"), None)

    with ThreadPoolExecutor(1) as threads:
        rehearsal = threads.submit(
            rehearse,
            service,
            *("--watchers", "2", "--buyers", "2", "--seats", "20", "--opens-in", "2"),
            *("--seconds", "30"),
        )
        wait_until(lambda: newest() is not None)
        event = newest()
        assert event is not None
        SeatStore(service.settings, event["id"]).write(19, b"2")
        code, found, printed = rehearsal.result()

    assert code == 1
    assert found["Wrong"] == "1"
    assert "seat A-1-1-20 is sold, and no buyer was told that it has it" in printed


def test_without_a_server_it_is_said_in_a_sentence(service: ServiceProcess) -> None:
    done = ticketing(service.settings, "rehearse", "--url", "http://127.0.0.1:1")

    assert done.returncode == 2
    assert "No server answers at http://127.0.0.1:1." in done.stderr
    assert "Traceback" not in done.stderr

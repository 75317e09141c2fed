"""Live seat status."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from pytest_bdd import given, scenarios, then, when

from kit.waiting import wait_until
from test.service.ticketing.event_ticketing.conftest import Person, Table, phrase, records
from test.support.api import Api, ApiClient, Json, one_subsection, statuses
from test.support.service import ServiceProcess
from test.support.sse import LiveStream, Message
from test.support.stores import SeatStore

scenarios("event_status_sse_stream_integration_test.feature")


@pytest.fixture
def watching() -> Iterator[ExitStack]:
    """What is open while somebody watches."""
    with ExitStack() as streams:
        yield streams


@given("another event of this seller", target_fixture="other_event")
def _another_event(seller: ApiClient) -> Json:
    return seller.create_event(seating_config=one_subsection(1, 2))


@given(phrase("the {who} watches the event"), target_fixture="stream")
@when(phrase("the {who} watches the event"), target_fixture="stream")
def _watches(person: Person, who: str, event: Json, watching: ExitStack) -> LiveStream:
    return watching.enter_context(person(who).watch(event["id"]))


@given(phrase("the buyer watches the seats of {subsection:Subsection}"), target_fixture="stream")
def _watches_seats(
    buyer: ApiClient, event: Json, subsection: tuple[str, int], watching: ExitStack
) -> LiveStream:
    return watching.enter_context(buyer.watch_seats(event["id"], *subsection))


@given(phrase("{count:d} visitors watch the event"), target_fixture="streams")
@when(phrase("{count:d} visitors watch the event"), target_fixture="streams")
def _visitors_watch(api: Api, count: int, event: Json, watching: ExitStack) -> list[LiveStream]:
    return [watching.enter_context(api.visitor().watch(event["id"])) for _ in range(count)]


@when(phrase("the buyer tries to watch {what}"), target_fixture="answer")
def _tries_to_watch(buyer: ApiClient, what: str, path_of: Callable[[str], str]) -> httpx.Response:
    if what in ("the event", "an event that does not exist"):
        return buyer.get(f"{path_of(what)}/all_subsection_status/sse")
    return buyer.get(f"{path_of(what)}/sse")


@when("all of them leave")
def _all_leave(watching: ExitStack) -> None:
    watching.close()


@when("the buyer reserves a seat of that other event")
def _reserves_elsewhere(buyer: ApiClient, other_event: Json) -> None:
    buyer.reserve(other_event["id"], "A-1-1-1")


@then("the watcher sees at first:")
def _sees_at_first(event: Json, stream: LiveStream, datatable: Table) -> None:
    first = stream.next()
    expected = records(datatable)
    content = first.data
    assert first.event == content["event_type"] == "initial_status"
    assert content["event_id"] == event["id"]
    assert content["sections"] == expected
    assert content["total_sections"] == len(expected)


@then(phrase("the watcher sees at first that {subsection:Subsection} has {counts}"))
def _sees_counts_at_first(stream: LiveStream, subsection: tuple[str, int], counts: str) -> None:
    first = stream.next()
    assert first.event == "initial_status"
    assert _counts(first, subsection) == counts


@then(phrase("the watcher sees at first that all {count:d} seats are available"))
def _sees_all_seats(stream: LiveStream, count: int) -> None:
    first = stream.next()
    assert first.event == first.data["event_type"] == "initial_status"
    assert list(statuses(first.data).values()) == ["available"] * count
    assert first.data["available"] == first.data["total"] == first.data["total_count"] == count


@then(phrase("the watcher sees {subsection:Subsection} change to {counts}"))
def _sees_change(stream: LiveStream, subsection: tuple[str, int], counts: str) -> None:
    update = stream.until(lambda message: _counts(message, subsection) == counts)
    assert update.event == update.data["event_type"] == "status_update"


@then(phrase("every one of them sees {subsection:Subsection} change to {counts}"))
def _all_see_change(streams: list[LiveStream], subsection: tuple[str, int], counts: str) -> None:
    for stream in streams:
        _sees_change(stream, subsection, counts)


@then(phrase("the next thing the watcher sees is {subsection:Subsection} change to {counts}"))
def _sees_next(stream: LiveStream, subsection: tuple[str, int], counts: str) -> None:
    assert stream.next().event == "initial_status"
    assert _counts(stream.next(), subsection) == counts


@then("the watcher sees the state of every subsection in the update")
def _sees_everything(buyer: ApiClient, event: Json, stream: LiveStream) -> None:
    assert stream.next().event == "initial_status"
    update = stream.next().data
    assert update.pop("event_type") == "status_update"
    assert update == buyer.overview(event["id"])


@then(phrase("the watcher sees {seats:Seats} become {status}"))
def _sees_seat(stream: LiveStream, seats: list[str], status: str) -> None:
    update = stream.until(lambda message: statuses(message.data)[seats[0]] == status)
    assert update.event == "status_update"


@then("the service listens for changes of the event, once for all")
def _listens_once(service: ServiceProcess, event: Json) -> None:
    store = SeatStore(service.settings, event["id"])
    wait_until(lambda: store.subscriptions() == 1, what="one subscription")


@then("the service listens for changes of the event no more")
def _listens_no_more(service: ServiceProcess, event: Json) -> None:
    store = SeatStore(service.settings, event["id"])
    wait_until(lambda: store.subscriptions() == 0, what="the end of the subscription")


@then(phrase("the last thing the watcher sees is {subsection:Subsection} with {counts}"))
def _sees_last(stream: LiveStream, subsection: tuple[str, int], counts: str) -> None:
    assert _counts(stream.rest()[-1], subsection) == counts


def _counts(message: Message, subsection: tuple[str, int]) -> str:
    """A subsection's counts in a message, as the features put them."""
    [found] = [s for s in message.data["sections"] if (s["section"], s["subsection"]) == subsection]
    return "{available} available, {reserved} reserved and {sold} sold".format_map(found)

"""The maps that watchers of a rehearsal keep."""

from typing import Any

import orjson

from src.bootstrap.commands.rehearse.record import Record, Visit
from src.bootstrap.commands.rehearse.seat_map import Overview, SeatChanges, WholeMap
from src.bootstrap.commands.rehearse.watchers import OverviewWatcher, Seen, SubsectionWatcher
from test.fake.clock import in_no_time


def counts(available: int, reserved: int = 0, sold: int = 0) -> dict[str, Any]:
    part = {"section": "A", "subsection": 1, "available": available}
    return {"sections": [part | {"reserved": reserved, "sold": sold}]}


def seats(event_type: str = "initial_status", **statuses: str) -> dict[str, Any]:
    tickets = [{"seat_identifier": name, "status": status} for name, status in statuses.items()]
    return {"event_type": event_type, "tickets": tickets}


def whole(overview: dict[str, Any], subsection: dict[str, Any]) -> WholeMap:
    return WholeMap(Overview.of(overview), [SeatChanges.of(subsection)])


@in_no_time
async def test_an_overview_is_that_of_the_last_message() -> None:
    seen = Seen(Record(seats=2))
    watcher = OverviewWatcher(1, seen)
    watcher.take(orjson.dumps(counts(2)))
    watcher.take(orjson.dumps(counts(0, reserved=1, sold=1)))

    assert watcher.shows(whole(counts(0, 1, 1), seats()))
    assert not watcher.shows(whole(counts(0, 0, 2), seats()))
    assert seen.last_saw_sold_out_at == 0
    assert seen.messages == 2


@in_no_time
async def test_a_subsection_is_put_together_from_changes() -> None:
    record = Record(seats=2)
    seen = Seen(record)
    watcher = SubsectionWatcher(1, 0, seen)
    watcher.take(orjson.dumps(seats(A1="available", A2="available")))
    watcher.take(orjson.dumps(seats("status_update", A2="reserved")))
    watcher.take(orjson.dumps(seats("status_update", A2="sold")))

    assert watcher.shows(whole(counts(1, 0, 1), seats(A1="available", A2="sold")))
    assert not watcher.shows(whole(counts(1, 0, 1), seats(A1="available", A2="reserved")))
    assert len(seen.staleness) == 1


@in_no_time
async def test_what_was_taken_while_a_stream_was_cut_off_is_seen_late() -> None:
    record = Record(seats=2)
    record.given(Visit(), frozenset({"A2"}), -3.0)
    seen = Seen(record)
    watcher = SubsectionWatcher(1, 0, seen)
    watcher.take(orjson.dumps(seats(A1="available", A2="available")))
    watcher.take(orjson.dumps(seats(A1="available", A2="reserved")))

    assert seen.staleness.percentile(0.5) == 3.0

"""Hosts that a run leaves behind when it is killed."""

from machines.network import left_behind


def test_the_hosts_of_runs_that_have_ended_are_left_behind_and_no_others() -> None:
    namespaces = [
        "ticketing-7-app-1",
        "ticketing-7-db-1",
        "ticketing-8-app-1",
        "blue",
        "ticketing-7",
    ]

    found = left_behind([*namespaces, "my-ticketing-7-app-1"], alive={8}.__contains__)

    assert found == ["ticketing-7-app-1", "ticketing-7-db-1"]

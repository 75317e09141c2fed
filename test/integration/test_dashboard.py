"""What the dashboard and the alerts ask for is there, on a server where a little of everything has happened."""

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kit.waiting import wait_until
from src.bootstrap.app import PROBLEMS
from test.support.api import ApiClient
from test.support.described import described_api
from test.support.observability import expressions
from test.support.promql import read

# Each metric, its labels, and the values that they have been seen to have.
Figures = Mapping[str, Mapping[str, set[str]]]

_OF_PROMETHEUS: Figures = {"up": {}, "ALERTS": {"alertname": set(), "alertstate": set()}}
# What Prometheus adds to each sample.
_OF_EVERY_SAMPLE = {"instance", "job"}

_PROMTOOL = shutil.which("promtool")

each_expression = pytest.mark.parametrize("text", dict.fromkeys(expressions()))


@pytest.fixture(scope="module")
def exposition(seller: ApiClient, buyer: ApiClient) -> str:
    """What /metrics says after a sale with a line before it, on a stream."""
    quick = {"per_minute": 6_000, "pass_seconds": 60}
    event = seller.create_event(admission=quick)
    with seller.watch(event["id"]) as stream:
        stream.next()
        buyer.join_line(event["id"])
        wait_until(lambda: buyer.place(event["id"])["state"] == "admitted", what="the pass")
        buyer.confirm(buyer.reserve(event["id"], "A-1-1-1")["id"])
        stream.until(lambda message: message.data["sections"][0]["sold"] == 1)
    later = seller.create_event(sale_opens_at="2100-01-01T00:00:00Z", admission=quick)
    buyer.join_line(later["id"])
    wait_until(
        lambda: f'event_id="{later["id"]}"' in seller.get("/metrics").text,
        what="the length of the line",
    )
    return seller.get("/metrics").text


@pytest.fixture(scope="module")
def figures(exposition: str) -> Figures:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            labels = found[sample.name]
            for label, value in sample.labels.items():
                labels[label].add(value)
    return {**_OF_PROMETHEUS, **found}


@each_expression
def test_every_metric_and_label_is_there(text: str, figures: Figures) -> None:
    expression = read(text)
    assert expression.selectors
    asked = {selector.metric for selector in expression.selectors}
    assert asked - figures.keys() == set()
    for selector in expression.selectors:
        labels = figures[selector.metric].keys() | _OF_EVERY_SAMPLE
        assert selector.labels.keys() - labels == set(), selector.metric
    there = {label for metric in asked for label in figures[metric]}
    assert expression.grouped - there - _OF_EVERY_SAMPLE == set()


@each_expression
def test_every_value_that_a_label_is_compared_with_may_occur(text: str, figures: Figures) -> None:
    may_occur = {
        "type": {error.type for error in PROBLEMS},
        "route": set(described_api()["paths"]),
        "method": {"GET", "POST", "PATCH", "DELETE"},
        "store": figures["store_duration_seconds_count"]["store"],
        "task": figures["background_failures_total"]["task"],
    }
    for selector in read(text).selectors:
        for label, values in selector.labels.items():
            if label in may_occur and not any("*" in value for value in values):
                assert set(values) - may_occur[label] == set(), selector.metric


@pytest.mark.skipif(_PROMTOOL is None, reason="promtool is not here: the metrics are only parsed")
def test_promtool_finds_nothing_in_the_metrics(exposition: str) -> None:
    assert _PROMTOOL is not None
    found = subprocess.run(
        [_PROMTOOL, "check", "metrics"],
        input=exposition,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (found.returncode, found.stdout + found.stderr) == (0, "")

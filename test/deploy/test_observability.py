"""The dashboard, the alerts, and what tells of them. Whether there is what they ask for, a real server says:
test/integration/test_dashboard.py."""

import re
import shutil
import subprocess
from collections import Counter

import pytest
import yaml

from test.support.observability import DASHBOARDS, PROMETHEUS, ROOT, alerts, dashboard, panels

_PROMTOOL = shutil.which("promtool")
_OPERATIONS = (ROOT / "spec" / "operations.md").read_text()
_SECTION = re.compile(r"^#### (.+)\n\n((?:.+\n)+)", re.MULTILINE)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _sections() -> dict[str, str]:
    return {_anchor(heading): text for heading, text in _SECTION.findall(_OPERATIONS)}


def test_every_panel_says_what_it_shows_and_in_which_unit() -> None:
    assert panels()
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert all(target["expr"] for target in panel["targets"]), panel["title"]


def test_panels_have_names_of_their_own_in_their_row() -> None:
    for path in DASHBOARDS:
        ids = Counter(panel["id"] for panel in dashboard(path)["panels"])
        assert max(ids.values()) == 1
        titles: Counter[tuple[str, str]] = Counter()
        row = ""
        for panel in dashboard(path)["panels"]:
            row = panel["title"] if panel["type"] == "row" else row
            titles[row, panel["title"]] += 1
        assert max(titles.values()) == 1


def test_a_dashboard_asks_for_the_data_source_and_the_instances() -> None:
    for path in DASHBOARDS:
        names = [variable["name"] for variable in dashboard(path)["templating"]["list"]]
        assert names == ["datasource", "instance"]
        for panel in panels():
            assert panel["datasource"]["uid"] == "${datasource}"
            for target in panel["targets"]:
                assert 'instance=~"$instance"' in target["expr"], panel["title"]


def test_every_alert_leads_to_a_section_that_says_what_to_do() -> None:
    for alert in alerts():
        path, _, anchor = alert["annotations"]["runbook"].partition("#")
        assert path == "spec/operations.md"
        assert f"`{alert['alert']}`" in _sections()[anchor], alert["alert"]
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert alert["annotations"]["summary"].endswith(".")


def test_every_section_is_about_an_alert() -> None:
    told = [name for text in _sections().values() for name in re.findall(r"`([A-Z]\w+)`", text)]
    named = {name for name in told if not name.isupper() and "_" not in name}
    assert named == {alert["alert"] for alert in alerts()}


def test_every_alert_is_tried() -> None:
    tried = (PROMETHEUS / "alerts_test.yml").read_text()
    assert {alert["alert"] for alert in alerts() if alert["alert"] not in tried} == set()


def test_prometheus_reads_the_rules_under_the_job_that_they_name() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert config["rule_files"] == ["alerts.yml"]
    assert [job["job_name"] for job in config["scrape_configs"]] == ["ticketing"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
    ids=" ".join,
)
@pytest.mark.skipif(
    _PROMTOOL is None,
    reason="promtool is not here: the rules are only parsed and held to the metrics",
)
def test_promtool_finds_nothing(arguments: tuple[str, ...]) -> None:
    assert _PROMTOOL is not None
    found = subprocess.run(
        [_PROMTOOL, *arguments],
        cwd=PROMETHEUS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr

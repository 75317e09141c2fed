"""The dashboard and the alerts, as their files have them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARDS = sorted((ROOT / "deploy" / "grafana").glob("*.json"))


@cache
def dashboard(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def panels() -> list[dict[str, Any]]:
    """Those that show something, of every dashboard."""
    return [
        panel
        for path in DASHBOARDS
        for panel in dashboard(path)["panels"]
        if panel["type"] != "row"
    ]


@cache
def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[str]:
    """All of them, with values for what Grafana puts in."""
    of_panels = [target["expr"] for panel in panels() for target in panel["targets"]]
    filled_in = [
        expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
        for expression in of_panels
    ]
    return [*filled_in, *(alert["expr"] for alert in alerts())]

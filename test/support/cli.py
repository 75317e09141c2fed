"""The program `ticketing`, run to its end."""

import os
import subprocess
import sys
from pathlib import Path

from src.platform.settings import Settings
from src.platform.workers import environment_of

_ROOT = Path(__file__).resolve().parents[2]


def ticketing(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command beside whatever else uses these settings."""
    return subprocess.run(
        [sys.executable, "-m", "src.cli", *arguments],
        cwd=_ROOT,
        env={**os.environ, **environment_of(settings), "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

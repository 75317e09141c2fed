"""The program `ticketing`, run to its end in a process of its own.

The process begins as a copy of one that has imported the program: a start costs a second otherwise,
and the tests run dozens of commands.
"""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess

from src.cli import main
from src.platform.settings import Settings
from src.server.workers import environment_of

_SECONDS = 60.0

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["src.cli", "soak.service", "src.bootstrap.app"])


def ticketing(settings: Settings, *arguments: str, **variables: str) -> CompletedProcess[str]:
    """Run one command with these settings, and with variables that no Settings could hold."""
    environment = {**os.environ, **environment_of(settings), "COLUMNS": "120", **variables}
    with tempfile.TemporaryDirectory() as directory:
        out, err = Path(directory, "out"), Path(directory, "err")
        process = _PROCESSES.Process(target=_run, args=(arguments, environment, out, err))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError(f"{arguments} took over {_SECONDS} s:\n{err.read_text()}")
        return CompletedProcess(arguments, process.exitcode, out.read_text(), err.read_text())


def _run(arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, stream.fileno())
    sys.argv = ["ticketing", *arguments]
    main()

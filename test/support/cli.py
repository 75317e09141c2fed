"""The program `ticketing`, run to its end."""

import os
import tempfile
from pathlib import Path
from subprocess import CompletedProcess

from src.platform.settings import Settings
from src.server.workers import environment_of
from test.support.program import start_program

_SECONDS = 60.0


def ticketing(settings: Settings, *arguments: str, **variables: str) -> CompletedProcess[str]:
    """Run one command with these settings, and with variables that no Settings could hold."""
    environment = {**os.environ, **environment_of(settings), "COLUMNS": "120", **variables}
    with tempfile.TemporaryDirectory() as directory:
        out, err = Path(directory, "out"), Path(directory, "err")
        process = start_program(arguments, environment, out, err)
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError(f"{arguments} took over {_SECONDS} s:\n{err.read_text()}")
        return CompletedProcess(arguments, process.exitcode, out.read_text(), err.read_text())

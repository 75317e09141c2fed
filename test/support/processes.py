"""Looking at processes."""

from pathlib import Path

import psutil


def is_alive(pid: int) -> bool:
    """True while pid runs; a zombie, which only awaits its parent, does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def processes_mentioning(directory: Path) -> list[str]:
    """The command lines of all live processes that work in directory or name it."""
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            if str(directory) in command or process.cwd().startswith(str(directory)):
                found.append(f"{process.pid}: {command}")
        except psutil.Error:
            continue
    return found

"""What the kernel knows of a process: its CPU time and its memory (Linux)."""

import os
import re
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_MEMORY = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)
_RESET_PEAK = "5"


def cpu_seconds(*pids: int) -> float:
    """User and system time that these processes have spent, together."""
    return (
        sum(_cpu_ticks(Path(f"/proc/{pid}/stat").read_text()) for pid in pids) / _TICKS_PER_SECOND
    )


def memory_bytes(pid: int) -> int:
    """What the process holds in memory now."""
    return _memory(pid)["VmRSS"]


def peak_memory_bytes(pid: int) -> int:
    """The most it has held since its start or since `reset_peak_memory`."""
    return _memory(pid)["VmHWM"]


def reset_peak_memory(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)


def _cpu_ticks(stat: str) -> int:
    # The name in parentheses may hold spaces; the fields are counted after it.
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _memory(pid: int) -> dict[str, int]:
    found = _MEMORY.findall(Path(f"/proc/{pid}/status").read_text())
    return {name: int(kilobytes) * 1024 for name, kilobytes in found}

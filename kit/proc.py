"""What the kernel knows of a process: its CPU time and its memory (Linux)."""

import re
import time
from pathlib import Path

_MEMORY = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)
_RESET_PEAK = "5"


def cpu_seconds(*pids: int) -> float:
    """User and system time that these processes have spent, together."""
    return sum(time.clock_gettime(_cpu_clock(pid)) for pid in pids)


def memory_bytes(pid: int) -> int:
    """What the process holds in memory now."""
    return _memory(pid)["VmRSS"]


def peak_memory_bytes(pid: int) -> int:
    """The most it has held since its start or since `reset_peak_memory`."""
    return _memory(pid)["VmHWM"]


def reset_peak_memory(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)


def _cpu_clock(pid: int) -> int:
    """The number of a process's own clock, as clock_getcpuclockid(3) makes it. It counts nanoseconds,
    where /proc counts hundredths of a second: half a microsecond for each of 20,000 messages."""
    return ~pid << 3 | 2


def _memory(pid: int) -> dict[str, int]:
    found = _MEMORY.findall(Path(f"/proc/{pid}/status").read_text())
    return {name: int(kilobytes) * 1024 for name, kilobytes in found}

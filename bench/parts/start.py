"""How long `ticketing serve` takes from its second start to being ready."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.server_process import Service, scratch_directory
from bench.table import Row, absolute, at_most

_TIMES = 5


async def measure() -> Sequence[Row]:
    with scratch_directory() as directory:
        _start_and_stop(directory)
        seconds = [_start_and_stop(directory) for _ in range(_TIMES)]
    return [absolute("start: second start to ready", median(seconds), "s", at_most(3))]


def _start_and_stop(directory: Path) -> float:
    service = Service(directory)
    try:
        return service.wait_until_ready()
    finally:
        service.stop()

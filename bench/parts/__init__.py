"""The parts of the benchmark: each measures some rows of the table, alone if need be."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from bench.parts import (
    compressed,
    create,
    detail,
    fan_out,
    idle,
    line,
    overload,
    plain_answers,
    reserve,
    rush,
    scaling,
    start,
    waiting,
)
from bench.table import Row

Part = Callable[[], Coroutine[Any, Any, Sequence[Row]]]

# In the order of the table.
PARTS: Mapping[str, Part] = {
    "create": create.measure,
    "detail": detail.measure,
    "list": plain_answers.measure_list,
    "status": plain_answers.measure_status,
    "seats": plain_answers.measure_seats,
    "reserve": reserve.measure,
    "rush": rush.measure,
    "overload": overload.measure,
    "fan-out": fan_out.measure,
    "compressed": compressed.measure,
    "line": line.measure,
    "waiting": waiting.measure,
    "idle": idle.measure,
    "start": start.measure,
    "scaling": scaling.measure,
}

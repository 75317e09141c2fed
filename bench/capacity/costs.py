"""What single things cost, as they were measured; in a file as JSON."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainSerializer, TypeAdapter, ValidationError

# In the file with as many digits as were measured.
Amount = Annotated[
    float,
    Field(ge=0, allow_inf_nan=False),
    PlainSerializer(lambda value: float(f"{value:.4g}")),
]

# By the name that a reader knows.
TIERS = {
    "web": "the service",
    "postgres": "PostgreSQL",
    "kvrocks": "Kvrocks",
    "redis": "Redis",
}

# A process that is asked for more than it can do is no busier.
BUSIEST = 0.95


class CostsError(Exception):
    """A file of costs that cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Tiers:
    """CPU seconds of the serving processes, of all of PostgreSQL's, of Kvrocks and of Redis."""

    web: Amount = 0.0
    postgres: Amount = 0.0
    kvrocks: Amount = 0.0
    redis: Amount = 0.0

    def __add__(self, other: "Tiers") -> "Tiers":
        return Tiers(*(a + b for a, b in zip(self, other, strict=True)))

    def __sub__(self, other: "Tiers") -> "Tiers":
        return self + other * -1

    def __mul__(self, factor: float) -> "Tiers":
        return Tiers(*(value * factor for value in self))

    def __iter__(self) -> Iterator[float]:
        return (getattr(self, name) for name in TIERS)

    def without(self, tiers: Iterable[str]) -> "Tiers":
        return replace(self, **dict.fromkeys(tiers, 0.0))

    def at_least_zero(self) -> "Tiers":
        """Without what is less than nothing by a mistake of measuring."""
        return Tiers(*(max(value, 0.0) for value in self))

    @property
    def total(self) -> float:
        return sum(self)


@dataclass(frozen=True, slots=True)
class Operation:
    """One request. It costs less where there are many, `crowded`, than where nobody else asks, `alone`:
    requests of one kind share a round trip to a store, and requests of all kinds one turn of a process.
    Half of that is saved in the stores at `half_at_own` requests of this kind a second in a process that is
    idle, and sooner in one that is busy, where requests wait and so meet; in the process itself at
    `half_at_all` of any kind. `answer` is bytes on the wire."""

    alone: Tiers
    crowded: Tiers
    half_at_own: Annotated[Amount, Field(gt=0)]
    half_at_all: Annotated[Amount, Field(gt=0)]
    answer: Amount

    def web_at(self, all_: float) -> float:
        """What one costs a process that gets so many of all kinds a second."""
        saving = self.alone.web - self.crowded.web
        return self.crowded.web + saving / (1 + all_ / self.half_at_all)

    def stores_at(self, own: float, busy: float) -> Tiers:
        """What one costs the stores where a process, `busy` for this share of the time, gets so many of
        them a second."""
        saving = self.alone - self.crowded
        stores = self.crowded + saving * (1 / (1 + own / (self.half_at_own * (1 - busy))))
        return replace(stores, web=0.0)


@dataclass(frozen=True, slots=True)
class Sized:
    """A request that costs more where there are more things: measured with few and with many."""

    few: Amount
    with_few: Operation
    many: Amount
    with_many: Operation

    def of(self, things: float) -> Operation:
        share = (things - self.few) / (self.many - self.few)
        few, many = self.with_few, self.with_many
        return Operation(
            (few.alone + (many.alone - few.alone) * share).at_least_zero(),
            (few.crowded + (many.crowded - few.crowded) * share).at_least_zero(),
            many.half_at_own,
            many.half_at_all,
            max(few.answer + (many.answer - few.answer) * share, 0.0),
        )


@dataclass(frozen=True, slots=True)
class Streams:
    """CPU seconds of a serving process, and bytes.

    A message costs `message` for each stream it goes to, and `gzip_message` where that is compressed;
    `round` once for all of them. `round_seconds` is how long a stream keeps a round of messages, as the
    service itself measures it for its merge window. `fold` is one change taken into a process that
    watches the event, `delivery` what Redis spends on it; `idle` one stream for a second without a message."""

    message: Amount
    gzip_message: Amount
    round: Amount
    round_seconds: Amount
    fold: Amount
    delivery: Amount
    idle: Amount
    memory: Amount


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a message on the wire: of one that tells of nothing, and for each thing it tells of."""

    message: Amount
    entry: Amount

    def of(self, entries: float) -> float:
        return self.message + self.entry * entries


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of the house a message tells of subsections, of an area of seats, of a line of nothing more."""

    head: Amount
    house: Size
    house_gzip: Size
    area: Size
    area_gzip: Size
    line: Size
    line_gzip: Size


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes. `wal` is PostgreSQL's log for one sold reservation, reserved and confirmed."""

    ticket: Amount
    reservation: Amount
    wal: Amount
    line_entry: Amount
    kvrocks_seat: Amount


@dataclass(frozen=True, slots=True)
class Process:
    """One serving process: what it spends in a second of rest, and the stores for it; its memory,
    and what it has open under load."""

    rest: Tiers
    memory: Amount
    kvrocks_connections: Amount
    redis_connections: Amount
    files: Amount


@dataclass(frozen=True, slots=True)
class Costs:
    """`pace` is what `Pace` found when they were measured. `by_size` are the event (by its areas), a stream
    of the house (by its areas) and one of an area (by its seats). `served` is one number in a line that is let in; each process works out whose it is.
    `reconciled` is one seat that a process compares in a round of the reconciler. `stores` is what they
    spend in a second of rest by themselves."""

    made: tuple[str, ...]
    pace: Annotated[Amount, Field(gt=0)]
    operations: Mapping[str, Operation]
    by_size: Mapping[str, Sized]
    served: Tiers
    reconciled: Tiers
    stores: Tiers
    streams: Streams
    sizes: Sizes
    storage: Storage
    process: Process


_COSTS = TypeAdapter(Costs)


def load(path: Path) -> Costs:
    """Raises CostsError."""
    try:
        return _COSTS.validate_json(path.read_bytes())
    except OSError as error:
        raise CostsError(f"{path}: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise CostsError(f"{path} does not hold costs: {where}: {first['msg']}.") from error


def save(costs: Costs, path: Path) -> None:
    path.write_bytes(_COSTS.dump_json(costs, indent=2) + b"\n")

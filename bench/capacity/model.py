"""Costs times a sale: what it needs, and which limit it meets first. Arithmetic alone."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from bench.capacity.costs import BUSIEST, Costs, Operation, Tiers
from bench.capacity.sale import Open, Phase, Sale, SaleError, number
from src.platform.settings import Settings
from src.service.shared_kernel.admission_terms import MAX_PER_MINUTE
from src.service.ticketing.app.live.feed import window_for

_SETTINGS = Settings.model_fields
MERGE_WINDOW: float = _SETTINGS["sse_merge_window_seconds"].default
STREAMS_PER_PROCESS: int = _SETTINGS["max_sse_clients"].default
POSTGRES_POOLS: int = (
    _SETTINGS["postgres_pool_size"].default + _SETTINGS["postgres_read_pool_size"].default
)
RECONCILE_SECONDS: float = _SETTINGS["reconcile_interval_seconds"].default
SEATS_PER_EVENT: int = _SETTINGS["max_seats_per_event"].default

# How far off it may be from a real run, as a share of that.
TOLERANCE = 0.2

# What a packet on the wire has beside its content, and how much content it holds.
_PACKET_HEAD = 66
_PACKET = 1_448

_MOST_PROCESSES = 1 << 16


class NoNumberOfProcessesError(SaleError):
    """A sale that no number of processes can serve."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """What there is: how busy anything may be, and one PostgreSQL primary. Kvrocks runs the scripts of one
    event, and Redis publishes, on one core."""

    busy: float = number("how busy anything may be, as a share", 0.6)
    primary_cores: float = number("cores of PostgreSQL's primary", 16.0)
    max_connections: int = number("that PostgreSQL takes", 500)
    gigabits: float = number("that the way out carries in a second", 10.0)
    core_hour: float = number("price of a core for an hour", 0.05)
    gigabyte_hour: float = number("price of a gigabyte of memory for an hour", 0.005)
    gigabyte_sent: float = number("price of a gigabyte sent", 0.08)

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not 0 < value < float("inf"):
                raise SaleError(f"{one.name} is more than 0, not {value:g}.")
        if self.busy > 1:
            raise SaleError(f"busy is a share: at most 1, not {self.busy:g}.")


@dataclass(frozen=True, slots=True)
class Load:
    """CPU seconds in a second, and bytes and messages sent in it, of all processes together."""

    cpu: Tiers
    sent: float
    messages: float
    packets: float

    @property
    def on_the_wire(self) -> float:
        return self.sent + self.packets * _PACKET_HEAD


def rounds(changes: float, streams: float, round_seconds: float) -> float:
    """How often a second a feed sends its messages: at once after a quiet spell, and at the end of its
    window where more has changed meanwhile. Changes come at random."""
    if changes <= 0 or streams <= 0:
        return 0.0
    window = window_for(streams * round_seconds, MERGE_WINDOW)
    return 1 / (window + math.exp(-changes * window) / changes)


def round_seconds_for(window: float) -> float:
    """How long a round takes when a busy feed has such windows."""
    low, high = 0.0, window
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if window_for(middle, MERGE_WINDOW) < window else (low, middle)
    return high


def of_sale(costs: Costs, sale: Sale, name: str) -> Operation:
    """What this request costs where an event has so many areas and seats."""
    if (sized := costs.by_size.get(name)) is None:
        return costs.operations[name]
    return sized.of(sale.seats / sale.subsections if name == "area" else sale.subsections)


def load(costs: Costs, sale: Sale, phase: Phase, open_: Open, processes: int) -> Load:
    """What the phase costs while so many streams are open."""
    served = costs.served
    told = _told(costs, sale, phase, open_, processes)
    watched = min(processes, open_.house + open_.area) * phase.changes
    streams = costs.streams
    cpu = (
        costs.stores
        + costs.process.rest * processes
        + Tiers(served.web * processes, served.postgres, served.kvrocks, served.redis)
        * phase.served
        + costs.reconciled * (sale.seats / RECONCILE_SECONDS)
        + Tiers(
            web=told.cpu + watched * streams.fold + open_.total * streams.idle,
            redis=watched * streams.delivery,
        )
    )
    sent = packets = 0.0
    all_ = sum(phase.asked.values()) / processes
    asked = [(of_sale(costs, sale, name), rate) for name, rate in phase.asked.items()]
    for operation, rate in asked:
        cpu += Tiers(web=operation.web_at(all_) * rate)
        sent += rate * operation.answer
        packets += rate * math.ceil(operation.answer / _PACKET)
    busy = min(cpu.web / processes, BUSIEST)
    for operation, rate in asked:
        cpu += operation.stores_at(rate / processes, busy) * rate
    return Load(
        cpu,
        sent + told.sent,
        told.messages,
        packets + told.packets,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    cpu: float
    sent: float
    messages: float
    packets: float

    def __add__(self, other: "_Told") -> "_Told":
        return _Told(
            self.cpu + other.cpu,
            self.sent + other.sent,
            self.messages + other.messages,
            self.packets + other.packets,
        )


def _told(costs: Costs, sale: Sale, phase: Phase, open_: Open, processes: int) -> _Told:
    """What streams are told, of the house, of areas and of the line."""
    sizes, streams = costs.sizes, costs.streams

    def feeds(
        number: float, streams_of_all: float, rate: float, plain: float, gzip: float
    ) -> _Told:
        messages = streams_of_all * rate
        each = streams.message + (streams.gzip_message - streams.message) * sale.gzip
        size = plain + (gzip - plain) * sale.gzip
        return _Told(
            messages * each + number * rate * streams.round,
            messages * size,
            messages,
            messages * math.ceil(size / _PACKET),
        )

    rate = rounds(phase.changes, open_.house / processes, streams.round_seconds)
    changed = _different(phase.changes / rate, sale.subsections) if rate else 0.0
    house = feeds(
        min(processes, open_.house),
        open_.house,
        rate,
        sizes.house.of(changed),
        sizes.house_gzip.of(changed),
    )
    # Those who look at an area have all areas among them, and so have the changes.
    of_area = phase.changes / sale.subsections
    areas = min(processes * sale.subsections, open_.area)
    rate = rounds(of_area, open_.area / areas, streams.round_seconds) if areas else 0.0
    changed = of_area / rate * sale.each if rate else 0.0
    area = feeds(areas, open_.area, rate, sizes.area.of(changed), sizes.area_gzip.of(changed))
    line = feeds(
        min(processes, open_.line),
        open_.line,
        phase.line_messages,
        sizes.line.message,
        sizes.line_gzip.message,
    )
    return house + area + line


def _different(things: float, of: float) -> float:
    """How many different ones so many things hit, each one of these at random."""
    return of * (1 - math.pow(1 - 1 / of, things))


@dataclass(frozen=True, slots=True)
class Needs:
    """What a sale needs. CPU in cores, the rest in bytes; `peak` is the busiest phase when most are there."""

    processes: int
    peak: Tiers
    mean: Tiers
    seconds: float
    streams: float
    sent_peak: float
    sent_total: float
    memory: float
    postgres_disk: float
    postgres_log: float
    kvrocks: float
    connections_postgres: int
    connections_kvrocks: int
    connections_redis: int
    files_per_process: float
    selling_seconds: float
    rounds: float


def needs(costs: Costs, sale: Sale, hosts: Hosts) -> Needs:
    """Raises SaleError when no number of processes is enough."""
    processes = processes_for(costs, sale, hosts)
    phases = sale.phases()
    peaks = [load(costs, sale, phase, phase.most, processes) for phase in phases]
    means = [load(costs, sale, phase, phase.mean, processes) for phase in phases]
    seconds = sum(phase.seconds for phase in phases)
    mean = sum(
        (one.cpu * phase.seconds for one, phase in zip(means, phases, strict=True)), Tiers()
    ) * (1 / seconds)
    streams = max(phase.most.total for phase in phases)
    selling = phases[-1]
    process, storage = costs.process, costs.storage
    return Needs(
        processes=processes,
        peak=Tiers(*(max(of_tier) for of_tier in zip(*(peak.cpu for peak in peaks), strict=True))),
        mean=mean,
        seconds=seconds,
        streams=streams,
        sent_peak=max(peak.on_the_wire for peak in peaks),
        sent_total=sum(
            one.on_the_wire * phase.seconds for one, phase in zip(means, phases, strict=True)
        ),
        memory=processes * process.memory + streams * costs.streams.memory,
        postgres_disk=sale.seats * storage.ticket
        + sale.buyers * storage.reservation
        + (sale.waiting * storage.line_entry if sale.has_line else 0.0),
        postgres_log=sale.buyers * storage.wal,
        kvrocks=sale.seats * storage.kvrocks_seat,
        connections_postgres=processes * POSTGRES_POOLS,
        connections_kvrocks=math.ceil(processes * process.kvrocks_connections),
        connections_redis=math.ceil(processes * process.redis_connections),
        files_per_process=process.files + streams / processes,
        selling_seconds=selling.seconds,
        rounds=rounds(selling.changes, selling.most.house / processes, costs.streams.round_seconds),
    )


def processes_for(costs: Costs, sale: Sale, hosts: Hosts) -> int:
    """The fewest of which none is busier than it may be, nor has more streams than it takes."""

    def enough(processes: int) -> bool:
        return all(
            load(costs, sale, phase, phase.most, processes).cpu.web <= hosts.busy * processes
            and phase.most.total <= STREAMS_PER_PROCESS * processes
            for phase in sale.phases()
        )

    streams = max(phase.most.total for phase in sale.phases())
    upper = max(1, math.ceil(streams / STREAMS_PER_PROCESS))
    lower = upper - 1
    while not enough(upper):
        lower, upper = upper, 2 * upper
        if upper > _MOST_PROCESSES:
            raise NoNumberOfProcessesError(
                "No number of processes is enough: each of them takes in every change of the event."
            )
    while upper - lower > 1:
        middle = (lower + upper) // 2
        lower, upper = (lower, middle) if enough(middle) else (middle, upper)
    return upper


@dataclass(frozen=True, slots=True)
class Limit:
    """`people` is how many there are when it is met, everything else in proportion; None: another limit
    ends it before."""

    name: str
    people: int | None
    moved_by: str


# How many times as large, or as small, a limit is looked for, and in how many halvings of that.
_LARGEST = 1_000.0
_STEPS = 16


def limits(costs: Costs, sale: Sale, hosts: Hosts) -> Sequence[Limit]:
    """Where the sale meets each limit when it grows, the first one first. Beyond the last of them, where
    no number of processes is enough, nothing is met any more."""

    def of(sale: Sale) -> Needs:
        return needs(costs, sale, hosts)

    def any_number(sale: Sale) -> float:
        try:
            return 1.0 if processes_for(costs, sale, hosts) else 0.0
        except NoNumberOfProcessesError:
            return math.inf

    used: list[tuple[str, Callable[[Sale], float], str]] = [
        (
            f"seats of one event: {SEATS_PER_EVENT:,}",
            lambda s: s.seats / SEATS_PER_EVENT,
            "`MAX_SEATS_PER_EVENT`, or two events",
        ),
        (
            f"the line lets in {MAX_PER_MINUTE:,} a minute at most",
            lambda s: s.per_minute / MAX_PER_MINUTE,
            "a sale that takes longer, or two events",
        ),
        (
            f"PostgreSQL has {hosts.primary_cores:g} cores",
            lambda s: of(s).peak.postgres / hosts.primary_cores / hosts.busy,
            "a bigger primary, or fewer a minute: one event writes to one primary",
        ),
        (
            f"PostgreSQL takes {hosts.max_connections:,} connections",
            lambda s: of(s).connections_postgres / hosts.max_connections,
            "`max_connections`, a smaller `POSTGRES_POOL_SIZE`, fewer streams or fewer a minute",
        ),
        (
            "one event is on one Kvrocks server, which has one core for its scripts",
            lambda s: of(s).peak.kvrocks / hosts.busy,
            "fewer a minute, or two events; more servers help other events",
        ),
        (
            "Redis publishes on one core",
            lambda s: of(s).peak.redis / hosts.busy,
            "fewer processes, or fewer a minute",
        ),
        (
            f"the way out carries {hosts.gigabits:g} Gbit/s",
            lambda s: of(s).sent_peak * 8 / 1e9 / hosts.gigabits / hosts.busy,
            "a CDN for the pages' files, a longer `SSE_MERGE_WINDOW_SECONDS`",
        ),
    ]
    last = _factor(sale, any_number, _LARGEST)
    found = [(_factor(sale, share, last), name, moved_by) for name, share, moved_by in used]
    found.append(
        (
            last,
            "each process takes in every change",
            "fewer a minute, or two events; more processes do not help",
        )
    )
    return [
        Limit(name, None if math.isinf(factor) else round(sale.people * factor), moved_by)
        for factor, name, moved_by in sorted(found)
    ]


def _factor(sale: Sale, share: Callable[[Sale], float], most: float) -> float:
    """How many times the sale meets the limit of which this is the share; infinite if more than `most`."""
    low, high = math.log(1 / _LARGEST), math.log(min(most, _LARGEST))
    if share(sale.times(math.exp(high))) <= 1:
        return math.inf
    for _ in range(_STEPS):
        middle = (low + high) / 2
        try:
            fits = share(sale.times(math.exp(middle))) <= 1
        except SaleError:  # too small to be a sale
            fits = True
        low, high = (middle, high) if fits else (low, middle)
    return math.exp(low)

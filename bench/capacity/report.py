"""The model's results as tables."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from bench.capacity.costs import TIERS, Costs, Operation
from bench.capacity.model import (
    POSTGRES_POOLS,
    STREAMS_PER_PROCESS,
    Hosts,
    Limit,
    Needs,
    needs,
    rounds,
)
from bench.capacity.sale import FILES, Sale

_REQUESTS = {
    "page": "a page",
    "file": "a file of a page",
    "mine": "one's own reservations",
    "sign_in": "to sign in",
    "join": "to join a line",
    "place": "one's place in a line",
    "reserve": "to reserve two named seats",
    "best": "to reserve the best two",
    "confirm": "to confirm",
    "tickets": "one's tickets",
    "line": "to open a stream of a line",
}
_BY_SIZE = {
    "detail": "an event of {:g} areas, without its tickets",
    "house": "to open a stream of a house of {:g} areas",
    "area": "to open a stream of an area of {:g} seats",
}
_CLASSES = (
    (1.0, "less than 1"),
    (10.0, "some units"),
    (100.0, "tens"),
    (1_000.0, "hundreds"),
    (10_000.0, "thousands"),
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def report(costs: Costs, sales: Sequence[Sale], hosts: Hosts, limits: Sequence[Limit]) -> str:
    """All tables; the limits are those of the last sale when it grows."""
    facts = "".join(f"- {fact}\n" for fact in costs.made)
    return "\n".join(
        (
            facts,
            "**What single things cost**, in µs of CPU: alone / in a crowd.\n",
            costs_table(costs),
            others_table(costs),
            f"**What one carries** that is {hosts.busy:.0%} busy and does nothing else.\n",
            carries_table(costs, hosts),
            "**What a sale needs.**\n",
            needs_table(costs, sales, hosts),
            f"**Which limit is met first** when all of the sale of {sales[0].people:,} grows.\n",
            limits_table(limits),
        )
    )


def costs_table(costs: Costs) -> str:
    """CPU of one request in each tier."""

    named = [(what, costs.operations[name]) for name, what in _REQUESTS.items()]
    for name, what in _BY_SIZE.items():
        sized = costs.by_size[name]
        named += [
            (what.format(sized.few), sized.with_few),
            (what.format(sized.many), sized.with_many),
        ]

    def cells(one: Operation) -> list[str]:
        both = ((getattr(one.alone, tier), getattr(one.crowded, tier)) for tier in TIERS)
        return [f"{_us(alone)} / {_us(crowded)}" for alone, crowded in both]

    return table(
        ["request", *TIERS.values(), "bytes of the answer"],
        ([what, *cells(one), f"{one.answer:,.0f}"] for what, one in named),
    )


def others_table(costs: Costs) -> str:
    streams, process, storage = costs.streams, costs.process, costs.storage
    rest, of_stores = (
        ", ".join(f"{TIERS[t]} {getattr(spent, t) * 1e3:.1f} ms" for t in tiers)
        for spent, tiers in ((process.rest, list(TIERS)), (costs.stores, list(TIERS)[1:]))
    )
    served, compared = costs.served, costs.reconciled
    of_compared = (
        f"{compared.web * 1e6:.2f} µs in one process, {compared.postgres * 1e6:.2f} in PostgreSQL"
    )
    return table(
        ("something else", "costs"),
        (
            (
                "a message to one stream, compressed / plain",
                f"{streams.gzip_message * 1e6:.1f} / {streams.message * 1e6:.1f} µs",
            ),
            ("a round of messages besides", f"{_us(streams.round)} µs"),
            ("a change, taken in by a process that watches", f"{_us(streams.fold)} µs"),
            ("a change, delivered to one process by Redis", f"{streams.delivery * 1e6:.1f} µs"),
            ("a quiet stream, for a second", f"{streams.idle * 1e6:.1f} µs"),
            (
                "a number of a line that is let in",
                f"{_us(served.web)} µs in each process, {_us(served.postgres)} in PostgreSQL",
            ),
            ("a seat, compared by the reconciler", of_compared),
            ("a process at rest, for a second", rest),
            ("the stores at rest, besides", of_stores),
            (
                "memory",
                f"{process.memory / 1e6:,.0f} MB a process, {streams.memory / 1e3:.1f} KB a stream",
            ),
            (
                "PostgreSQL's disk",
                f"{storage.ticket:,.0f} bytes a ticket, {storage.reservation:,.0f} a reservation",
            ),
            ("a place in a line there", f"{storage.line_entry:,.0f} bytes"),
            ("its log", f"{storage.wal / 1e3:.1f} KB a reservation that is confirmed"),
            ("Kvrocks", f"{storage.kvrocks_seat:.1f} bytes a seat"),
        ),
    )


def carries_table(costs: Costs, hosts: Hosts) -> str:
    """What one of each carries, as busy as it may be, with nothing else to do."""
    asked, busy = costs.operations, hosts.busy
    sold = (asked["reserve"].crowded + asked["best"].crowded) * 0.5 + asked["confirm"].crowded
    seen = [costs.by_size[name].with_many for name in ("detail", "house")]
    visit = sum((one.crowded for one in seen), asked["page"].crowded)
    visit += asked["file"].crowded * FILES
    primary = f"primary of {hosts.primary_cores:g} cores"
    return table(
        ("one", "carries"),
        (
            ("process", f"{busy / sold.web:,.0f} reservations a second, made and confirmed"),
            ("process", f"{busy / visit.web:,.0f} first visits a second, with a stream each"),
            ("process", f"{busy / asked['join'].crowded.web:,.0f} who join a line a second"),
            ("process", f"{busy / asked['sign_in'].crowded.web:,.0f} who sign in a second"),
            ("process", f"{busy / costs.streams.fold:,.0f} changes a second of watched events"),
            *(("process", _watched(costs, n)) for n in (1_000, 5_000, STREAMS_PER_PROCESS)),
            (
                primary,
                f"{busy * hosts.primary_cores / sold.postgres:,.0f} such reservations a second",
            ),
            (
                "Kvrocks server",
                f"{busy / sold.kvrocks:,.0f} such reservations a second of one event",
            ),
        ),
    )


def _watched(costs: Costs, streams: int) -> str:
    rate = rounds(1_000.0, streams, costs.streams.round_seconds)
    cpu = rate * streams * costs.streams.gzip_message
    return (
        f"{streams:,} streams of a busy event: {rate:.1f} messages a second to each, {cpu:.0%} busy"
    )


def needs_table(costs: Costs, sales: Sequence[Sale], hosts: Hosts) -> str:
    found = [(sale, needs(costs, sale, hosts)) for sale in sales]
    return table(
        ("", *(f"{sale.people:,} people" for sale in sales)),
        [(what, *(cell(sale, one) for sale, one in found)) for what, cell in _PLAN]
        + [(what, *(cell(sale, one) for sale, one in found)) for what, cell in _NEEDS]
        + [("costs about, in units of money", *(_money(one, hosts) for _, one in found))],
    )


_Cell = Callable[[Sale, Needs], str]

_PLAN: tuple[tuple[str, _Cell], ...] = (
    ("seats, areas", lambda s, _: f"{s.seats:,}, {s.subsections:,}"),
    ("come within", lambda s, _: _time(s.arrive_seconds)),
    (
        "wait in line, watch",
        lambda s, _: f"{s.waiting if s.has_line else 0:,.0f}, {s.watching:,.0f}",
    ),
    ("buyers, seats of each", lambda s, _: f"{s.buyers:,}, {s.each}"),
    ("let in a minute", lambda s, _: f"{s.per_minute:,}" if s.has_line else "no line"),
    ("sold within", lambda s, _: _time(s.selling_seconds)),
)

_NEEDS: tuple[tuple[str, _Cell], ...] = (
    ("**processes**, a core each", lambda _, n: f"**{n.processes:,}**"),
    ("cores, busiest second: the service", lambda _, n: f"{n.peak.web:,.1f}"),
    ("PostgreSQL", lambda _, n: f"{n.peak.postgres:,.2f}"),
    ("Kvrocks", lambda _, n: f"{n.peak.kvrocks:,.3f}"),
    ("Redis", lambda _, n: f"{n.peak.redis:,.3f}"),
    (
        "cores, on average: the service, PostgreSQL",
        lambda _, n: f"{n.mean.web:,.1f}, {n.mean.postgres:,.2f}",
    ),
    (
        "open streams, of a process",
        lambda _, n: f"{n.streams:,.0f}, {n.streams / n.processes:,.0f}",
    ),
    ("open files of a process", lambda _, n: f"{n.files_per_process:,.0f}"),
    ("messages a second to who watches the house", lambda _, n: f"{n.rounds:.1f}"),
    (
        f"connections to PostgreSQL, at most ({POSTGRES_POOLS} a process)",
        lambda _, n: f"{n.connections_postgres:,}",
    ),
    (
        "connections to Kvrocks, to Redis",
        lambda _, n: f"{n.connections_kvrocks:,}, {n.connections_redis:,}",
    ),
    ("sent, busiest second", lambda _, n: f"{n.sent_peak * 8 / 1e6:,.0f} Mbit/s"),
    ("sent by a process", lambda _, n: f"{n.sent_peak * 8 / 1e6 / n.processes:,.0f} Mbit/s"),
    ("sent in all", lambda _, n: f"{n.sent_total / 1e9:,.0f} GB"),
    ("memory of the processes", lambda _, n: f"{n.memory / 1e9:,.1f} GB"),
    (
        "PostgreSQL's disk, log",
        lambda _, n: f"{n.postgres_disk / 1e6:,.0f} MB, {n.postgres_log / 1e6:,.0f} MB",
    ),
    ("Kvrocks' memory or disk", lambda _, n: f"{n.kvrocks / 1e6:,.2f} MB"),
)


def _money(found: Needs, hosts: Hosts) -> str:
    """A class, not a price: for the hours that it takes, and one more."""
    hours = math.ceil(found.seconds / 3600) + 1
    cores = found.processes + sum(
        math.ceil(cores / hosts.busy)
        for cores in (found.peak.postgres, found.peak.kvrocks, found.peak.redis)
    )
    spent = (
        cores * hours * hosts.core_hour
        + found.memory / 1e9 * hours * hosts.gigabyte_hour
        + found.sent_total / 1e9 * hosts.gigabyte_sent
    )
    return next((name for most, name in _CLASSES if spent < most), "more than that")


def limits_table(limits: Sequence[Limit]) -> str:
    return table(
        ("limit", "met at", "moved by"),
        (
            (limit.name, f"{limit.people:,} people" if limit.people else "never", limit.moved_by)
            for limit in limits
        ),
    )


def _time(seconds: float) -> str:
    return f"{timedelta(seconds=round(seconds))}"


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f}"

"""The figures of a soak, as text for people."""

from collections import Counter
from collections.abc import Iterable, Sequence

from soak.campaign import Outcome
from soak.load import LoadOutcome
from soak.rush import RushOutcome
from src.bootstrap.commands.rehearse.show import rows_of

_HEAD = (
    "fault", "times", "seen while it lasts", "longest wait for a refusal", "normal service after",
    "stores and clients agree after", "promises",
)  # fmt: skip


def fault_table(outcomes: Iterable[Outcome]) -> str:
    """A row for each fault; of several runs the worst figures."""
    runs: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        runs.setdefault(outcome.fault, []).append(outcome)
    rows = [_row(fault, of_fault) for fault, of_fault in runs.items()]
    return _markdown([_HEAD, *rows])


def load_table(outcome: LoadOutcome) -> str:
    load, crowd = outcome.load, outcome.crowd
    code, seconds = outcome.ended
    finished, under_way = outcome.answered_before_end
    rows = [
        ("figure", "value"),
        ("length", f"{load.seconds:.0f} s"),
        (
            "streams open",
            (
                f"{load.clients:,}: {crowd['readers']:,} read, {load.clients // 10:,} never read, "
                f"{load.clients // 10:,} come and go"
            ),
        ),
        (
            "reservations made",
            (
                f"{outcome.reserved_per_second:.0f} /s (asked for: {load.per_second:.0f} /s); "
                f"all requests: {outcome.asked_per_second:.0f} /s"
            ),
        ),
        ("time of a reservation", f"median {outcome.p50:.0f} ms, p99 {outcome.p99:.0f} ms"),
        ("messages to readers", f"{crowd['messages']:,}"),
        ("CPU of the process", f"{outcome.cpu:.0%} of one core"),
        ("memory, warm and at the end", f"{outcome.memory[0]:.0f} and {outcome.memory[1]:.0f} MiB"),
        ("open files, warm and at the end", f"{outcome.files[0]:.0f} and {outcome.files[1]:.0f}"),
        ("last snapshots that are exact", f"{crowd['exact']:,} of {crowd['readers']:,}"),
        ("readers that lost their stream", f"{crowd['lost']:,}"),
        ("streams beyond the limit, all refused with `Retry-After`", f"{outcome.turned_away}"),
        (
            "SIGTERM under load",
            (
                f"exit {code} after {seconds:.1f} s; "
                f"{finished} of {under_way} requests under way were answered"
            ),
        ),
        ("promises", _kept(outcome.wrong)),
    ]
    return _markdown(rows)


def rush_table(outcome: RushOutcome) -> str:
    plan = outcome.plan
    line = f", a line of {plan.line.per_minute:,} a minute" if plan.line else ""
    rows = [
        ("figure", "value"),
        (
            "asked for",
            (
                f"{plan.watchers:,} watchers, {plan.buyers:,} buyers of {plan.each} each, "
                f"{plan.seats:,} seats{line}"
            ),
        ),
        ("one of two instances killed", f"when {outcome.killed_at:,} seats had been given"),
        *((name.lower(), value) for name, value in rows_of(outcome.report) if name != "Wrong"),
        ("promises", _kept(outcome.wrong)),
    ]
    return _markdown(rows)


def _row(fault: str, runs: Sequence[Outcome]) -> tuple[str, ...]:
    seen: Counter[str] = sum((run.seen for run in runs), Counter())
    return (
        fault,
        str(len(runs)),
        _seen(seen),
        _seconds(max(run.slowest for run in runs)),
        _seconds(max(run.recovered for run in runs)),
        _seconds(max(run.agreed for run in runs)),
        _kept([line for run in runs for line in run.wrong]),
    )


def _seen(seen: Counter[str]) -> str:
    """Of each instance, how many requests were served, refused, and left without an answer."""
    parts = []
    for instance in ("direct", "behind"):
        served = refused = silent = 0
        for name, count in seen.items():
            if not name.startswith(f"{instance} "):
                continue
            status = name.removeprefix(f"{instance} ")
            if status == "no answer":
                silent += count
            elif status >= "500":
                refused += count
            else:
                served += count
        words = [
            f"{count} {word}"
            for count, word in ((served, "served"), (refused, "503"), (silent, "no answer"))
            if count
        ]
        parts.append(f"{'AB'[instance == 'behind']}: {', '.join(words) or 'nothing'}")
    return "; ".join(parts)


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value else "-"


def _kept(wrong: Sequence[str]) -> str:
    return "kept" if not wrong else f"**broken**: {'; '.join(wrong[:3])}".replace("|", "/")


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    lines = [head, ("---",) * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"

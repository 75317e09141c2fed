"""A rehearsal on a terminal: how far it is while it lasts, and the report."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from src.bootstrap.commands.rehearse.plan import Plan
from src.bootstrap.commands.rehearse.report import Report, Spread
from src.bootstrap.commands.rehearse.run import OnProgress, Progress

_BAR = 20
_WRONG_SHOWN = 20


@contextmanager
def progress_on(console: Console, plan: Plan) -> Iterator[OnProgress]:
    """One line that is written anew on a terminal; elsewhere a line a second."""
    if console.is_terminal:
        with Live(console=console, transient=True) as live:
            yield lambda progress: live.update(Text(progress_line(progress, plan)))
        return
    last = 0.0

    def write(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= 1:
            last = time.monotonic()
            console.print(progress_line(progress, plan), highlight=False, soft_wrap=True)

    yield write


def progress_line(progress: Progress, plan: Plan) -> str:
    if progress.since_opening is None:
        return f"{progress.doing}: {progress.accounts} of {plan.buyers} buyers"
    watching = f"{progress.watching} watch"
    if progress.since_opening < 0:
        return f"Opens in {-progress.since_opening:.0f} s: {watching}"
    share = min(1.0, progress.seats_given / plan.seats)
    bar = "█" * round(share * _BAR) + "░" * (_BAR - round(share * _BAR))
    called = "" if progress.called is None else f"{progress.called} called, "
    return (
        f"{progress.since_opening:5.1f} s {bar} {progress.seats_given}/{plan.seats} seats; {called}"
        f"{progress.bought}/{plan.buyers} bought, {progress.over - progress.bought} left without; "
        f"{progress.refusals} refused; {watching}"
    )


def report_table(report: Report) -> Table:
    table = Table("Rehearsed", "Found", title=f"Event {report.event_id}")
    for name, value in rows_of(report):
        table.add_row(name, value)
    return table


def wrong_lines(report: Report) -> Iterable[str]:
    """What is wrong, a line each; the last says how much more there is."""
    yield from report.wrong[:_WRONG_SHOWN]
    if (more := len(report.wrong) - _WRONG_SHOWN) > 0:
        yield f"and {more} more like these"


def rows_of(report: Report) -> Iterator[tuple[str, str]]:
    """Each figure with its name, for people."""
    yield (
        "Seats given",
        (
            f"{report.seats_given} of {report.seats}; {report.seats_a_second:.0f} a second, "
            f"{report.best_second} in the best second"
        ),
    )
    yield "Sold out after", _after(report.sold_out_after)
    yield (
        "Buyers",
        (
            f"{report.bought} bought, {report.without_seats} left without seats, "
            f"{report.unfinished} had no more time"
        ),
    )
    yield "From a buyer's turn to its seats", _spread(report.time_to_seats)
    yield "From a buyer's turn until they are bought", _spread(report.time_to_own)
    yield "Refusals", ", ".join(f"{n} x {kind}" for kind, n in report.refusals.items()) or "none"
    yield "Requests without an answer", str(report.unanswered)
    yield (
        "Place against order of purchase",
        (
            f"Spearman {_number(report.fairness.correlation)}; nobody was overtaken by more than "
            f"{report.fairness.most_overtaken}"
        ),
    )
    if (line := report.line) is not None:
        rate = "-" if line.called_a_second is None else f"{line.called_a_second:.1f} a second"
        yield (
            "Waiting line",
            (
                f"{line.joined} joined, {line.gathered} of them before the opening; {line.called} "
                f"called, {rate}; streams: {line.streams_refused} refused, {line.streams_lost} lost"
            ),
        )
    yield "Exact maps at the end", f"{report.exact_maps} of {report.watchers}"
    yield "Messages to watchers", f"{report.messages}"
    yield "From a buyer's answer until a watcher saw it", _spread(report.staleness)
    yield "Every map showed it as sold out after", _after(report.all_saw_sold_out_after)
    yield "Streams", f"{report.streams_refused} refused, {report.streams_lost} lost"
    yield "Wrong", str(len(report.wrong)) if report.wrong else "nothing"


def _spread(spread: Spread) -> str:
    if spread.p50 is None or spread.p99 is None:
        return "-"
    return f"median {_short(spread.p50)}, p99 {_short(spread.p99)}"


def _short(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"


def _after(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.2f} s"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"

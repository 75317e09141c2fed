"""The results as a table for people."""

from collections.abc import Iterable

from machines.trial import Result, counted

_HEAD = (
    "what is done", "behind", "seen while it lasts", "longest wait for a refusal",
    "what had to go on went on", "normal service after", "streams opened again",
    "stores and clients agree after", "promises",
)  # fmt: skip


def table(results: Iterable[Result]) -> str:
    rows = [_HEAD, ("---",) * len(_HEAD), *map(_row, results)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.trouble,
        result.balancer,
        counted(result.seen),
        _seconds(result.slowest),
        {True: "yes", False: "**no**", None: "nothing had to"}[result.went_on],
        _seconds(result.recovered),
        str(result.streams),
        _seconds(result.agreed),
        f"**broken**: {'; '.join(result.wrong[:3])}".replace("|", "/") if result.wrong else "kept",
    )


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value else "-"

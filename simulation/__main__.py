"""`python -m simulation [--seeds N] [--first N] [--jobs N]`, or `--seed N` for one, with all that happened."""

import argparse
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from simulation.plan import FAULTS, Plan, draw_plan
from simulation.run import Outcome, run
from simulation.shrink import shrink

_SECONDS_A_YEAR = 365.25 * 24 * 3600
_SEEDS_A_BATCH = 20
_MOST_FAILURES = 5
# More than that are not told apart any more.
_MOST_STATES = 1_000_000
_SECONDS_BETWEEN_NEWS = 60.0


@dataclass(slots=True)
class Sum:
    """What many seeds came to. `failures` are seeds and the promises that they broke."""

    seeds: int = 0
    seconds: float = 0.0
    steps: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    states: set[int] = field(default_factory=set)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.join(
            Sum(1, outcome.seconds, outcome.steps, outcome.faults, outcome.states),
        )
        if outcome.promise is not None:
            self.failures.append((outcome.plan.seed, outcome.seen))

    def join(self, other: "Sum") -> None:
        self.seeds += other.seeds
        self.seconds += other.seconds
        self.steps += other.steps
        self.faults += other.faults
        if len(self.states) < _MOST_STATES:
            self.states |= other.states
        self.failures += other.failures

    @property
    def years(self) -> float:
        return self.seconds / _SECONDS_A_YEAR


class News:
    """How far it is, for whoever waits: over and over in a line of a terminal, or a line a minute."""

    def __init__(self, seeds: int) -> None:
        self._seeds = seeds
        self._again = sys.stderr.isatty()
        self._began = self._told = time.monotonic()

    def tell(self, total: Sum) -> None:
        now = time.monotonic()
        if not self._again and now - self._told < _SECONDS_BETWEEN_NEWS:
            return
        self._told = now
        line = (
            f"{total.seeds:,} of {self._seeds:,} seeds in {now - self._began:.0f} s: "
            f"{total.years:.4f} years, {len(total.states):,} states, {len(total.failures)} broken"
        )
        sys.stderr.write(f"\r{line} " if self._again else f"{line}\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self._again:
            sys.stderr.write("\n")


def main() -> int:
    """1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument("--seed", type=int, help="only this one: show what happens in it")
    given = parser.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)  # what was cut off was never awaited
    if given.seed is not None:
        return _replay(given.seed)
    began = time.monotonic()
    total, news = Sum(), News(given.seeds)
    for part in _batches(range(given.first, given.first + given.seeds), given.jobs):
        total.join(part)
        for seed, seen in part.failures:
            _say(f"seed {seed}: {seen}")
        news.tell(total)
        if len(total.failures) >= _MOST_FAILURES:
            break
    news.end()
    _say(_report(total, time.monotonic() - began))
    if total.failures:
        _explain(total.failures[0][0])
    return 1 if total.failures else 0


def _batches(seeds: range, jobs: int) -> Iterator[Sum]:
    batches = [seeds[at : at + _SEEDS_A_BATCH] for at in range(0, len(seeds), _SEEDS_A_BATCH)]
    if jobs == 1:
        yield from map(_run_batch, batches)
        return
    with ProcessPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(_run_batch, batches)
        finally:
            pool.shutdown(cancel_futures=True)


def _run_batch(seeds: Sequence[int]) -> Sum:
    total = Sum()
    for seed in seeds:
        total.add(run(draw_plan(seed)))
    return total


def _replay(seed: int) -> int:
    outcome = run(draw_plan(seed), tracing=True)
    _say("\n".join(outcome.trace))
    _say(f"seed {seed}, digest {outcome.digest:08x}: {outcome.seen or 'every promise was kept'}")
    return 1 if outcome.promise else 0


def _explain(seed: int) -> None:
    plan = draw_plan(seed)
    promise = run(plan).promise
    small = shrink(plan, lambda candidate: run(candidate).promise == promise)
    _say(f"\nAs little of seed {seed} as breaks the same promise:")
    _say("\n".join(_lines(small)))
    _say("\n".join(run(small, tracing=True).trace))


def _lines(plan: Plan) -> Iterator[str]:
    yield from (f"  {fault}" for fault in plan.faults)
    for actor in plan.actors:
        yield from (f"  {actor.name}: {step}" for step in actor.steps)


def _report(total: Sum, took: float) -> str:
    more = " or more" if len(total.states) >= _MOST_STATES else ""
    figures = (
        f"{total.seeds:,} seeds in {took:.1f} s: {total.years:.4f} simulated years, "
        f"{total.steps:,} steps, {len(total.states):,}{more} states, {total.faults.total():,} faults, "
        f"{len(total.failures)} broken promises"
    )
    return "\n".join([figures, *(f"{total.faults[kind]:9,}  {kind}" for kind in FAULTS)])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""`python -m simulation [--seeds N] [--first N] [--jobs N]`, or `--seed N` for one, with all that happened."""

import argparse
import gc
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
        self.seeds += 1
        self.seconds += outcome.seconds
        self.steps += outcome.steps
        self.faults += outcome.faults
        self.states |= outcome.states
        if outcome.promise is not None:
            self.failures.append((outcome.plan.seed, outcome.seen))

    def join(self, other: "Sum") -> None:
        self.seeds += other.seeds
        self.seconds += other.seconds
        self.steps += other.steps
        self.faults += other.faults
        self.states |= other.states
        self.failures += other.failures


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
    total = Sum()
    for part in _batches(range(given.first, given.first + given.seeds), given.jobs):
        total.join(part)
        if len(total.failures) >= _MOST_FAILURES:
            break
    _say(_report(total, time.monotonic() - began))
    for seed, seen in total.failures:
        _say(f"seed {seed}: {seen}")
    if total.failures:
        _explain(total.failures[0][0])
    return 1 if total.failures else 0


def _batches(seeds: range, jobs: int) -> Iterator[Sum]:
    batches = [seeds[at : at + _SEEDS_A_BATCH] for at in range(0, len(seeds), _SEEDS_A_BATCH)]
    if jobs == 1:
        _only_seeds_are_collected()
        yield from map(_run_batch, batches)
        return
    with ProcessPoolExecutor(jobs, initializer=_only_seeds_are_collected) as pool:
        try:
            yield from pool.map(_run_batch, batches)
        finally:
            pool.shutdown(cancel_futures=True)


def _only_seeds_are_collected() -> None:
    gc.freeze()
    # What is left of the last of them goes when the process ends.
    sys.unraisablehook = lambda _: None


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
    years = total.seconds / _SECONDS_A_YEAR
    figures = (
        f"{total.seeds:,} seeds in {took:.1f} s: {years:.4f} simulated years, {total.steps:,} steps, "
        f"{len(total.states):,} states, {total.faults.total():,} faults, "
        f"{len(total.failures)} broken promises"
    )
    return "\n".join([figures, *(f"{total.faults[kind]:9,}  {kind}" for kind in FAULTS)])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())

"""Find the little that a failure needs."""

from collections.abc import Callable

from simulation.plan import Plan, without

_MOST_TRIES = 300


def shrink(plan: Plan, still_fails: Callable[[Plan], bool]) -> Plan:
    """Leave out faults, actors and steps, halves of them first, as long as the plan still fails."""
    tries = 0
    smaller = True
    while smaller and tries < _MOST_TRIES:
        smaller = False
        for part in ("faults", "actors", "steps"):
            size = max(1, _count(plan, part) // 2)
            while size:
                start = 0
                while start < _count(plan, part) and tries < _MOST_TRIES:
                    tries += 1
                    candidate = without(plan, part, set(range(start, start + size)))
                    if still_fails(candidate):
                        plan, smaller = candidate, True
                    else:
                        start += size
                size //= 2
    return plan


def _count(plan: Plan, part: str) -> int:
    if part == "steps":
        return sum(len(actor.steps) for actor in plan.actors)
    return len(plan.faults if part == "faults" else plan.actors)

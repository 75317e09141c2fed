"""`python -m soak [--seconds S] [--seed N] [--only WORD] [--save]`: faults, load, and a rush."""

import argparse
import asyncio
import logging
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from kit.document import saved
from kit.machine import description, require_linux
from soak.campaign import Campaign, Outcome
from soak.faults import FAULTS, Fault
from soak.kafka_world import KAFKA_FAULTS, WorldWithKafka
from soak.load import Load, LoadOutcome, run_load
from soak.people import People, gather_people
from soak.postgres_pair import FAILOVERS, WorldWithStandby
from soak.report import fault_table, load_table, rush_table
from soak.rush import RushOutcome, run_rush
from soak.settling import seconds_to_settle
from soak.world import World, running
from src.bootstrap.commands.rehearse.command import allow_connections
from src.bootstrap.commands.rehearse.plan import Line, Plan
from src.server.workers import environment_of

T = TypeVar("T")

_DOCUMENT = Path(__file__).resolve().parents[1] / "spec" / "RELIABILITY.md"
_BEGIN = "<!-- made by `make soak SAVE=1` -->\n"
_WHOLE_SECONDS = 600
_IN_ONE_WORLD = (*FAULTS, *KAFKA_FAULTS)
_BUYERS = 16
# An instance's turn to tell lasts so long after its death, and so long a failure is waited out.
_LISTENER_SECONDS = 30.0
_ANSWERS = 30
_LOAD_SHARE = 0.3
_CLIENTS = 3_000
_PER_SECOND = 200.0
_RUSH = Plan(
    watchers=3_000,
    buyers=2_000,
    seats=10_000,
    each=5,
    opens_in=15,
    seconds=180,
    line=Line(per_minute=6_000, pass_seconds=60),
)


def main() -> int:
    """Run, print the tables, and put them into the document when asked. 1 when a promise broke."""
    # The listener's client would tell of every outage, many times.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=_WHOLE_SECONDS, help="how long, about")
    parser.add_argument("--seed", type=int, help="makes the choices repeatable")
    parser.add_argument("--only", default="", help="faults whose name holds this; nothing else")
    parser.add_argument("--clients", type=int, default=_CLIENTS, help="streams of the load")
    parser.add_argument("--per-second", type=float, default=_PER_SECOND, help="reservations")
    parser.add_argument("--save", action="store_true", help=f"write {_DOCUMENT.name}")
    given = parser.parse_args()
    if given.save and given.only:
        parser.error("what is saved is a whole run: leave out --only")
    faults, failovers = (
        [fault for fault in all_ if given.only.lower() in fault.name.lower()]
        for all_ in (_IN_ONE_WORLD, FAILOVERS)
    )
    if not faults and not failovers:
        names = (fault.name for fault in (*_IN_ONE_WORLD, *FAILOVERS))
        parser.error(f"no fault is named so; there are: {'; '.join(names)}")
    require_linux()
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    _say(f"Seed: {seed}")

    began = time.monotonic()
    load_seconds = 0.0 if given.only else given.seconds * _LOAD_SHARE
    outcomes = _run(_campaigns(faults, seed, given.seconds - load_seconds)) if faults else []
    outcomes += _run(_failovers(failovers, seed)) if failovers else []
    loaded = rushed = None
    if load_seconds:
        loaded = _run(run_load(seed, Load(load_seconds, given.clients, given.per_second)))
        rushed = _run(run_rush(seed, _rush_of(given.clients, seed)))
    report = _report(seed, time.monotonic() - began, outcomes, loaded, rushed)
    sys.stdout.write(f"\n{report}")
    if given.save:
        _DOCUMENT.write_text(saved(_DOCUMENT.read_text(), report, begin=_BEGIN))
    broken = [*(line for o in outcomes for line in o.wrong), *(loaded.wrong if loaded else ())]
    broken += rushed.wrong if rushed else ()
    for line in broken:
        _say(line)
    return 1 if broken else 0


def _rush_of(clients: int, seed: int) -> Plan:
    """A rush that so many watch, and everything else in proportion."""
    share = clients / _CLIENTS
    plan = replace(
        _RUSH,
        watchers=clients,
        buyers=max(20, round(_RUSH.buyers * share)),
        seats=max(100, round(_RUSH.seats * share)),
        seed=seed,
    )
    allow_connections(plan)
    return plan


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


async def _campaigns(faults: Sequence[Fault], seed: int, seconds: float) -> list[Outcome]:
    """Every fault at least once, in an order of the seed's, again and again until time is up."""
    outcomes: list[Outcome] = []
    until = time.monotonic() + seconds
    async with running(WorldWithKafka, seed) as world:
        people = await gather_people(world.direct.port, _BUYERS)
        for number, fault in enumerate(_in_turn(faults, seed)):
            if number >= len(faults) and time.monotonic() > until:
                break
            outcomes.append(await _campaign(world, people, fault, seed + number))
        await _verify(world)
        within = seconds_to_settle(world.settings) + _LISTENER_SECONDS
        if wrong := await world.listener.disagreements(
            world.direct.port, people.seller, within=within
        ):
            raise RuntimeError("\n".join(wrong))
        heard = world.listener.heard
        _say(f"The listener had {heard.count:,} messages, {heard.again:,} of them again.")
    return sorted(outcomes, key=lambda o: [f.name for f in _IN_ONE_WORLD].index(o.fault))


async def _failovers(faults: Sequence[Fault], seed: int) -> list[Outcome]:
    """Each once: it needs a standby made anew."""
    outcomes: list[Outcome] = []
    async with running(WorldWithStandby, seed) as world:
        people = await gather_people(world.direct.port, _BUYERS)
        for fault in faults:
            await world.pair.add_standby(synchronous=True)
            outcomes.append(await _campaign(world, people, fault, seed))
        await _verify(world)
    return outcomes


async def _campaign(world: World, people: People, fault: Fault, seed: int) -> Outcome:
    _say(f"{fault.name} ...")
    outcome = await Campaign(world, people, fault, seed, answers=_ANSWERS).run()
    _say(
        f"  {outcome.requests} requests, normal after {outcome.recovered:.1f} s, agreed "
        f"after {outcome.agreed:.1f} s: {'; '.join(outcome.wrong) or 'kept'}"
    )
    return outcome


def _in_turn(faults: Sequence[Fault], seed: int) -> Iterator[Fault]:
    chance = random.Random(seed)  # noqa: S311 - chance, no secret
    while True:
        yield from chance.sample(faults, len(faults))


async def _verify(world: World) -> None:
    """The program's own word at the end of it all, as soon as it has nothing to say."""
    until = time.monotonic() + seconds_to_settle(world.settings)
    while True:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "src.cli", "verify"), env=environment_of(world.settings)
        )
        if await process.wait() == 0:
            return
        if time.monotonic() > until:
            raise subprocess.CalledProcessError(1, "ticketing verify")


def _report(
    seed: int,
    seconds: float,
    outcomes: Sequence[Outcome],
    loaded: LoadOutcome | None,
    rushed: RushOutcome | None,
) -> str:
    requests = sum(outcome.requests for outcome in outcomes)
    short = "" if seconds >= _WHOLE_SECONDS else "; a shortened run"
    facts = [
        *description(),
        (
            f"Run: {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {seconds:.0f} s, "
            f"seed {seed}, {len(outcomes)} campaigns with {requests:,} requests{short}"
        ),
    ]
    report = "".join(f"- {fact}\n" for fact in facts) + f"\n{fault_table(outcomes)}"
    tables = [*([load_table(loaded)] if loaded else []), *([rush_table(rushed)] if rushed else [])]
    return "\n".join([report, *tables])


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())

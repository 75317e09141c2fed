"""One seed from its beginning to its end."""

import asyncio
import gc
import logging
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import structlog

from simulation.broken import BrokenPromiseError
from simulation.faults import Nemesis
from simulation.kafka import SimulatedProducer
from simulation.people import Buyer, Person, Seller, Watcher
from simulation.plan import Actor, Plan
from simulation.promises import Observer, check_at_rest
from simulation.world import Way, World
from src.bootstrap import background
from src.service.integration.driven_adapter.kafka import aiokafka_message_sink
from src.service.shared_kernel import tasks

_OPENING_SECONDS = 4.0
# How long people go on when nothing goes wrong any more.
_GOING_HOME_SECONDS = 5.0
_LAST_QUESTIONS_SECONDS = 20.0
_COLLECTIONS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """`promise` and `seen` say what was broken, where something was. `digest` is the same for the same plan."""

    plan: Plan
    promise: str | None
    seen: str
    digest: int
    seconds: float
    steps: int
    faults: Counter[str]
    states: set[int]
    trace: list[str]


def run(plan: Plan, *, tracing: bool = False) -> Outcome:
    """Let everything of the plan happen, wait until it has come to rest, and check every promise."""
    promise, seen = None, ""
    with _alone(plan.seed):
        world = World(plan, tracing=tracing)
        observer = Observer(world)
        try:
            _play(world, observer)
        except BrokenPromiseError as broken:
            promise, seen = broken.promise, str(broken)
            world.note("BROKEN", seen)
        outcome = Outcome(
            plan,
            promise,
            seen,
            world.digest,
            world.timeline.now,
            world.timeline.steps,
            world.faults_met,
            observer.states,
            world.trace or [],
        )
        _forget(world)
        del world, observer
        # What is cut off goes on when it is closed, and what that has begun is closed the next time.
        for _ in range(_COLLECTIONS):
            gc.collect()
    return outcome


def _play(world: World, observer: Observer) -> None:
    plan, timeline = world.plan, world.timeline
    for instance in world.instances:
        instance.start()
    people: dict[type[Person], list[Any]] = {Buyer: [], Seller: [], Watcher: []}
    kinds: dict[str, type[Person]] = {"buyer": Buyer, "seller": Seller, "watcher": Watcher}
    for actor in plan.actors:
        kind = kinds[actor.kind]
        people[kind].append(kind(world, actor))
    opener = Seller(world, Actor("opener", 0, ()))
    timeline.run(0.1)
    world.clients.start(opener.open(plan.events, world.instances[0]))
    _wait_for(world, lambda: len(world.events) == len(plan.events), _OPENING_SECONDS)
    if len(world.events) < len(plan.events):
        raise BrokenPromiseError("an event can be created", f"only {world.events}")
    nemesis = Nemesis(world)
    nemesis.begin()
    for person in (each for of_kind in people.values() for each in of_kind):
        world.clients.start(person.act())
    timeline.run(timeline.now + plan.seconds)
    nemesis.end()
    world.note("QUIET")
    timeline.run(timeline.now + _GOING_HOME_SECONDS)
    world.over = True
    timeline.run(timeline.now + plan.quiet_seconds)
    check_at_rest(world, people[Buyer], [*people[Seller], opener], people[Watcher])
    observer.check_at_rest()
    _ask(world)


def _wait_for(world: World, happened: Callable[[], bool], seconds: float) -> None:
    """Go on until this is so, at most so many seconds."""
    end = world.timeline.now + seconds
    while not happened() and world.timeline.now < end:
        world.timeline.run(world.timeline.now + 0.2)


def _ask(world: World) -> None:
    """What the service itself says of its stores, which must be that there is nothing to say."""
    answers: list[list[str]] = []

    async def ask() -> None:
        for instance in world.instances:
            found = await Way(world, f"question to {instance.name}").call(
                instance, lambda s: s.reservation.verify.execute(), seconds=_LAST_QUESTIONS_SECONDS
            )
            answers.append(found)

    asked = world.clients.start(ask())
    _wait_for(world, asked.done, _LAST_QUESTIONS_SECONDS)
    if asked.done() and (error := asked.exception()) is not None:
        raise BrokenPromiseError("after all that it serves", repr(error))
    if len(answers) < len(world.instances):
        raise BrokenPromiseError("after all that it serves", f"{len(answers)} answers")
    for found in answers:
        for line in found:
            raise BrokenPromiseError("the stores agree", line)


@contextmanager
def _alone(seed: int) -> Iterator[None]:
    """Nothing from outside: no chance but the seed's, no collecting in between, no words."""
    state, hook = random.getstate(), sys.unraisablehook
    collecting = gc.isenabled()
    random.seed(seed)
    gc.disable()
    gc.freeze()  # so that what is collected in the end is this seed's alone
    logging.disable(logging.CRITICAL)
    config = structlog.get_config()
    structlog.configure(processors=[_drop])
    sys.unraisablehook = lambda _: None
    try:
        # How long something took in earnest must change nothing.
        with (
            warnings.catch_warnings(),
            patch.object(tasks, "time", _StoppedClock),
            patch.object(aiokafka_message_sink, "AIOKafkaProducer", SimulatedProducer),
            # As often as usual it would be half of all that happens.
            patch.object(background, "_LOOK_FOR_MESSAGES_SECONDS", 1.0),
        ):
            warnings.simplefilter("ignore", RuntimeWarning)  # what never ran was never awaited
            yield
    finally:
        sys.unraisablehook = hook
        structlog.configure(**config)
        logging.disable(logging.NOTSET)
        gc.unfreeze()
        if collecting:
            gc.enable()
        random.setstate(state)


class _StoppedClock:
    @staticmethod
    def perf_counter() -> float:
        return 0.0


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent


def _forget(world: World) -> None:
    """Processes that are cut off must not go on while they are taken apart."""
    for instance in world.instances:
        for process in instance.lives:
            process.alive = False
    world.clients.alive = False
    asyncio._set_running_loop(None)

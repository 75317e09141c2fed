"""What will be tried: who does what, and what breaks, all of it drawn from a seed.

A plan is plain data, so that parts of it can be left out to find what a failure needs.
"""

from dataclasses import dataclass, replace
from random import Random

from src.platform.settings import Settings
from src.service.shared_kernel.admission_terms import AdmissionTerms

# Longer pauses than that outlive a pending hold, and what is late then is for the reconciler to mend.
PENDING_SECONDS = 6
_DRAFT_SECONDS = 8
_CHECK_SECONDS = 1.0
# The steps of one request may come to more than its time where PostgreSQL is further away than that.
_SLOW_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class InstancePlan:
    """Its clock is `offset` seconds off, and `rate` times as fast as it should be. PostgreSQL is `slow`
    seconds away from it, on average."""

    offset: float
    rate: float
    slow: float


@dataclass(frozen=True, slots=True)
class EventPlan:
    rows: int
    cols: int
    sections: tuple[tuple[str, int], ...]
    admission: AdmissionTerms | None
    # Seconds from the start until the sale opens; None: at once.
    opens_in: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does, so many seconds after the step before. `choice` decides the rest."""

    after: float
    action: str
    choice: int


@dataclass(frozen=True, slots=True)
class Actor:
    kind: str
    number: int
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        return f"{self.kind} {self.number}"


@dataclass(frozen=True, slots=True)
class Fault:
    """`target` is an instance, where the kind is about one; `amount` means what the kind says."""

    kind: str
    at: float
    seconds: float
    target: int
    amount: float


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    instances: tuple[InstancePlan, ...]
    events: tuple[EventPlan, ...]
    actors: tuple[Actor, ...]
    faults: tuple[Fault, ...]
    seconds: float
    kvrocks_clock: float
    hold_seconds: int
    reconcile_seconds: float
    # Whether another program follows what happens.
    kafka: bool

    @property
    def settings(self) -> Settings:
        return Settings.model_construct(
            hold_ttl_seconds=self.hold_seconds,
            reconcile_interval_seconds=self.reconcile_seconds,
            pending_ttl_seconds=PENDING_SECONDS,
            draft_ttl_seconds=_DRAFT_SECONDS,
            max_held_seats=8,
            expiry_interval_seconds=3.0,
            sse_version_check_seconds=_CHECK_SECONDS,
        )

    @property
    def quiet_seconds(self) -> float:
        """How long everything has to come to rest: the reconciler has gone round after the last hold in doubt
        is overdue and the last draft stale, and every snapshot has been read again."""
        return (
            2 * self.reconcile_seconds + PENDING_SECONDS + max(10 * _CHECK_SECONDS, _DRAFT_SECONDS)
        )

    @property
    def healthy(self) -> bool:
        """Whether nothing goes wrong at all, nor takes longer than it may."""
        return (
            not self.faults
            and all(instance.slow <= _SLOW_SECONDS for instance in self.instances)
            and not any(step.action == "hang up" for actor in self.actors for step in actor.steps)
        )

    @property
    def forgetful(self) -> bool:
        """Whether Kvrocks loses something that it has said."""
        return any(fault.kind in FORGETTING for fault in self.faults)

    @property
    def gentle(self) -> bool:
        """Whether nothing is lost, or later than a pending hold may be."""
        return not self.forgetful and not any(
            fault.kind in PAUSING and fault.seconds > PENDING_SECONDS / 3 for fault in self.faults
        )


FORGETTING = frozenset({"Kvrocks forgets", "Kvrocks is emptied"})
PAUSING = frozenset({"instance pauses", "Kvrocks pauses", "PostgreSQL pauses"})
# How often each is drawn.
FAULTS = {
    "instance dies": 12,
    "instance ends": 2,
    "instance pauses": 3,
    "Kvrocks stops": 2,
    "Kvrocks pauses": 2,
    "Kvrocks is cut": 8,
    "Kvrocks forgets": 3,
    "Kvrocks is emptied": 1,
    "PostgreSQL stops": 2,
    "PostgreSQL pauses": 2,
    "Redis stops": 2,
    "subscribers are cut": 1,
    "messages are lost": 2,
    "messages come twice": 1,
    "messages come late": 2,
    "Kvrocks is slow": 2,
    "Kvrocks is not heard": 3,
    "Kvrocks cuts requests": 2,
    "Kvrocks cuts answers": 3,
    "PostgreSQL is slow": 2,
    "PostgreSQL is not heard": 3,
    "PostgreSQL cuts requests": 2,
    "PostgreSQL cuts answers": 4,
    "Redis is slow": 1,
    "Redis is not heard": 1,
    "Kafka stops": 2,
    "Kafka pauses": 1,
    "Kafka is slow": 1,
    "Kafka cuts answers": 2,
}
_BUYER = {
    "reserve": 10,
    "reserve best": 8,
    "hang up": 1,
    "confirm": 10,
    "release": 4,
    "release seat": 2,
    "join": 6,
    "leave": 1,
    "place": 2,
    "look": 4,
}
_SELLER = {
    "create": 2,
    "rename": 2,
    "hide": 1,
    "show": 1,
    "close": 2,
    "take house seats": 3,
    "take what is free": 1,
    "free house seats": 2,
    "cancel": 4,
}


# How far off, and how quick.
_CLOCKS = ((0.0, 1.0), (300.0, 1.0), (-300.0, 1.0), (40.0, 1.05))


def draw_plan(seed: int) -> Plan:
    chance = Random(f"plan {seed}")
    luck, uniform = chance.random, chance.uniform
    seconds = uniform(6, 20)
    instances = tuple(
        InstancePlan(*chance.choice(_CLOCKS), chance.choice((0.0, 0.0, _SLOW_SECONDS, 0.2)))
        for _ in range(chance.choice((1, 2, 2, 2, 3)))
    )
    events = tuple(_event(chance) for _ in range(chance.choice((1, 1, 1, 2))))
    buyers = [
        Actor("buyer", n, _steps(chance, _BUYER, chance.randint(4, 12), seconds))
        for n in range(chance.randint(2, 5))
    ]
    sellers = [Actor("seller", 0, _steps(chance, _SELLER, chance.choice((0, 1, 2, 4)), seconds))]
    watchers = [
        Actor("watcher", n, (Step(uniform(0, 5), "watch", chance.getrandbits(32)),))
        for n in range(chance.choice((0, 1, 2, 3)))
    ]
    kafka = luck() < 0.5
    count = 0 if luck() < 0.15 else chance.choice((1, 1, 2, 2, 3, 4, 6))
    return Plan(
        seed,
        instances,
        events,
        (*buyers, *sellers, *watchers),
        tuple(_fault(chance, len(instances), seconds, kafka=kafka) for _ in range(count)),
        seconds,
        kvrocks_clock=chance.choice((0.0, 0.0, 100.0, -100.0)),
        # Up long before the end, or never.
        hold_seconds=chance.choice((3, 12, 12, 900)),
        reconcile_seconds=chance.choice((2.0, 5.0, 8.0)),
        kafka=kafka,
    )


def without(plan: Plan, part: str, places: set[int]) -> Plan:
    """The plan without some of its faults, actors, or steps (counted over all actors)."""
    if part == "faults":
        return replace(plan, faults=_but(plan.faults, places))
    if part == "actors":
        return replace(plan, actors=_but(plan.actors, places))
    actors, start = [], 0
    for actor in plan.actors:
        own = {place - start for place in places}
        actors.append(replace(actor, steps=_but(actor.steps, own)))
        start += len(actor.steps)
    return replace(plan, actors=tuple(actors))


def _but(parts: tuple, places: set[int]) -> tuple:  # type: ignore[type-arg]
    return tuple(each for n, each in enumerate(parts) if n not in places)


def _event(chance: Random) -> EventPlan:
    sections = chance.choice(((("A", 1),), (("A", 2),), (("A", 1), ("B", 1))))
    admission = None
    if chance.random() < 0.3:
        admission = AdmissionTerms(
            per_minute=chance.choice((20, 60, 600)),
            pass_seconds=chance.choice((5, 10, 60)),
            max_active=chance.choice((None, None, 1, 2)),
        )
    opens_in = chance.uniform(3, 10) if chance.random() < (0.7 if admission else 0.1) else None
    return EventPlan(chance.randint(1, 2), chance.randint(2, 4), sections, admission, opens_in)


def _steps(chance: Random, weights: dict[str, int], count: int, seconds: float) -> tuple[Step, ...]:
    # Some people hurry, so that they meet.
    pause = seconds / (count + 1) * chance.choice((0.05, 0.5, 1.5))
    actions = chance.choices(list(weights), list(weights.values()), k=count)
    return tuple(
        Step(chance.expovariate(1 / pause), action, chance.getrandbits(32)) for action in actions
    )


def _fault(chance: Random, instances: int, seconds: float, *, kafka: bool) -> Fault:
    kinds = [kind for kind in FAULTS if kafka or not kind.startswith("Kafka")]
    [kind] = chance.choices(kinds, [FAULTS[kind] for kind in kinds])
    lasts = chance.choice((chance.uniform(0.1, 3), chance.uniform(0.1, 3), chance.uniform(3, 15)))
    if kind == "Kvrocks is cut":
        lasts += 10  # until somebody changes a seat
    return Fault(
        kind,
        chance.uniform(1, seconds),
        lasts,
        chance.randrange(instances),
        chance.choice((chance.random(), chance.random() * 0.3)),
    )

"""What goes wrong, and how it ends."""

from collections.abc import Callable

from simulation.instance import USUALLY_BACK_AFTER
from simulation.network import Server
from simulation.plan import Fault
from simulation.world import World

# Of one script, of those with few seats.
_MOST_WRITES = 4


class Nemesis:
    """Brings about the faults of a plan, each for its time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._undo: list[Callable[[], None]] = []

    def begin(self) -> None:
        for fault in self._world.plan.faults:
            self._world.timeline.after(fault.at, self._happen, fault)

    def end(self) -> None:
        """Everything works, from here on."""
        for undo in list(self._undo):
            undo()

    def _happen(self, fault: Fault) -> None:
        world = self._world
        world.note("FAULT", fault.kind, f"({fault.target})", f"for {fault.seconds:.2f} s")
        world.faults_met[fault.kind] += 1
        who, _, what = fault.kind.partition(" ")
        match who:
            case "instance":
                undo = self._instance(what, fault)
            case "messages":
                undo = self._messages(what, fault)
            case "subscribers":
                world.redis.cut_connections()
                return
            case _:
                undo = self._store(who, what, fault)

        def once() -> None:
            if once in self._undo:
                self._undo.remove(once)
                world.note("END OF", fault.kind, f"({fault.target})")
                undo()

        self._undo.append(once)
        world.timeline.after(fault.seconds, once)

    def _instance(self, what: str, fault: Fault) -> Callable[[], None]:
        instance = self._world.instances[fault.target]
        process = instance.process

        match what:
            case "dies":
                process.steps_left = int(fault.amount * 60)
            case "ends":
                instance.stop()
            case "pauses":
                process.pause()
                return process.resume
        instance.back_after = fault.seconds

        def come_back() -> None:
            process.steps_left = None
            instance.back_after = USUALLY_BACK_AFTER

        return come_back

    def _messages(self, what: str, fault: Fault) -> Callable[[], None]:
        deliveries = self._world.redis.deliveries
        kind = {"are lost": "lost", "come twice": "twice", "come late": "late"}[what]
        setattr(deliveries, kind, max(fault.amount, 0.2))
        return lambda: setattr(deliveries, kind, 0.0)

    def _store(self, who: str, what: str, fault: Fault) -> Callable[[], None]:
        world = self._world
        server: Server = {
            "Kvrocks": world.kvrocks,
            "PostgreSQL": world.postgres,
            "Redis": world.redis,
            "Kafka": world.kafka,
        }[who]
        match what:
            case "stops":
                server.stop()
                return server.start
            case "pauses":
                server.pause()
                return server.resume
            case "forgets":
                server.stop()
                world.kvrocks.forget_newest(fault.amount * 3)
                return server.start
            case "is emptied":
                server.stop()
                world.kvrocks.forget_all()
                return server.start
            case "is cut":
                return self._cut(fault)
        weather = world.instances[fault.target].weather[who]
        usually_slow = world.plan.instances[fault.target].slow if who == "PostgreSQL" else 0.0
        name, worse, usual = {
            "is slow": ("slow", fault.amount, usually_slow),
            "is not heard": ("swallowed", max(fault.amount, 0.1), 0.0),
            "cuts requests": ("request_cut", max(fault.amount, 0.1), 0.0),
            "cuts answers": ("answer_cut", max(fault.amount, 0.1), 0.0),
        }[what]
        setattr(weather, name, worse)
        return lambda: setattr(weather, name, usual)

    def _cut(self, fault: Fault) -> Callable[[], None]:
        kvrocks = self._world.kvrocks
        kvrocks.dies_after_writes = int(fault.at * 1000) % _MOST_WRITES

        def come_back() -> None:
            kvrocks.dies_after_writes = None
            kvrocks.start()

        def crashed() -> None:
            self._world.note("Kvrocks died in the middle of a script")
            self._world.timeline.after(min(fault.seconds, 0.5), come_back)

        kvrocks.on_crash = crashed
        return come_back

"""What the clients were told, and what must therefore be so."""

from dataclasses import dataclass, field

from soak.client import NO_ANSWER, Noted


@dataclass(slots=True)
class Told:
    """A reservation as its buyer was told of it: the answers to every request about it."""

    id: str
    buyer_id: int
    event_id: int
    seats: frozenset[str]
    confirm: list[int] = field(default_factory=list)
    release: list[int] = field(default_factory=list)

    def may_be(self, *, event_closed: bool) -> set[str]:
        """The statuses that no answer contradicts once its time is up."""
        if 200 in self.confirm:
            return {"confirmed"}
        if 204 in self.release:
            return {"released", "expired"}
        possible = {"expired"}
        if any(map(_unknown, self.confirm)):
            possible.add("confirmed")
        if event_closed or any(map(_unknown, self.release)):
            possible.add("released")
        return possible


@dataclass(slots=True)
class ToldOfEvent:
    """A creation as its seller was told of it. `id` is None when no answer named it."""

    name: str
    seats: int
    id: int | None = None
    close: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Journal:
    noted: list[Noted] = field(default_factory=list)
    reservations: dict[str, Told] = field(default_factory=dict)
    events: list[ToldOfEvent] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def since(self, instance: str, began: float) -> list[Noted]:
        """The requests with an outcome that began no earlier than that."""
        return [n for n in self.noted if n.instance == instance and n.began >= began]

    def waited(self, refused: Noted, seconds: float) -> bool:
        """Whether this request was refused after so long a wait, or while another of the same
        instance waited so long in vain: it may have stood in line behind that one."""
        return any(
            n.refused
            and n.instance == refused.instance
            and n.seconds >= seconds
            and n.began <= refused.ended
            and n.ended >= refused.began
            for n in self.noted
        )


def _unknown(status: int) -> bool:
    return status == NO_ANSWER or status >= 500

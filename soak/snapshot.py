"""What a client of a stream knows from its messages alone."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_COUNTS = ("total", "available", "reserved", "sold")


class Picture:
    """Kept from whole messages and from deltas alike. `wrong` says what a stream did that it must
    not: go back, or send counts that its seats do not add up to."""

    def __init__(self) -> None:
        self.version = (0, 0)
        self.entries: dict[str, Json] = {}
        self.counts: Json = {}
        self.wrong: list[str] = []

    def new_stream(self) -> None:
        """Connected again: the first message says everything, whatever was known."""
        self.version = (0, 0)

    def take(self, name: str, message_id: str, data: Json) -> None:
        epoch, _, number = message_id.partition(":")
        version = int(epoch), int(number)
        if version < self.version:
            self.wrong.append(f"{self.version} was followed by {version}")
        self.version = version
        if name == "initial_status":
            self.entries = {}
        self.entries |= entries_of(data)
        if "tickets" in data:
            self.counts = {name: data[name] for name in _COUNTS}
            found = Counter(entry["status"] for entry in self.entries.values())
            if any(found[status] != data[status] for status in _COUNTS[1:]):
                self.wrong.append(f"{message_id}: {self.counts}, but the seats are {dict(found)}")

    def shows(self, answer: Json) -> bool:
        """Whether this is what a REST answer says."""
        counts = {name: answer[name] for name in _COUNTS} if "tickets" in answer else {}
        return self.entries == entries_of(answer) and self.counts == counts


def entries_of(data: Mapping[str, Any]) -> dict[str, Json]:
    """The subsections of an overview, or the seats of a subsection, by name."""
    if "tickets" in data:
        return {seat["seat_identifier"]: seat for seat in data["tickets"]}
    return {f"{part['section']}-{part['subsection']}": part for part in data["sections"]}

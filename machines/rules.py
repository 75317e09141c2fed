"""What the network between the hosts does with a packet: pass it on, late, or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import orjson

# Of each packet: the version is in its first byte, the destination in bytes 16 to 19.
_IPV4 = 4
_HEADER_BYTES = 20
_RECEIVER = 19

# From one host to another, by their numbers.
Way = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """`delay` is in seconds, for each way of a packet between two hosts; `cut` are the ways that nothing takes."""

    delay: float = 0.0
    cut: frozenset[Way] = frozenset()

    def lets_pass(self, sender: int, receiver: int) -> bool:
        return (sender, receiver) not in self.cut

    def as_line(self) -> bytes:
        return orjson.dumps({"delay": self.delay, "cut": sorted(self.cut)}) + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Self:
        told = orjson.loads(line)
        return cls(told["delay"], frozenset((sender, receiver) for sender, receiver in told["cut"]))


def ways_between(side: Iterable[int], other: Iterable[int], *, back: bool = True) -> frozenset[Way]:
    """All ways from each of one side to each of the other; those back as well, unless told otherwise."""
    there = {(a, b) for a in side for b in other if a != b}
    return frozenset(there | {(b, a) for a, b in there} if back else there)


def receiver_of(packet: bytes) -> int | None:
    """The number of the host that a packet is for, the last part of its address; None if it is not IPv4."""
    if len(packet) < _HEADER_BYTES or packet[0] >> 4 != _IPV4:
        return None
    return packet[_RECEIVER]

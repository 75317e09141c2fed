"""`python -m machines.switch NUMBER:FD ...`: carries packets between the hosts' TUN devices.

A process of its own, so that the load's work delays no packet. Each line of its input is the rules from
now on; it answers each with a line once they hold, and ends when its input does.
"""

import contextlib
import heapq
import itertools
import os
import select
import sys
import time
from collections.abc import Mapping

from machines.rules import Rules, receiver_of

_LARGEST_PACKET = 1 << 16
# So many packets of one host, then the next one's turn.
_IN_A_ROW = 32


class Switch:
    """`devices` are the file descriptors of the hosts' devices, by the hosts' numbers."""

    def __init__(self, devices: Mapping[int, int]) -> None:
        self.rules = Rules()
        self._devices = devices
        self._hosts = {device: host for host, device in devices.items()}
        self._late: list[tuple[float, int, int, bytes]] = []
        self._order = itertools.count()

    def run(self) -> None:
        poll = select.epoll()
        orders = sys.stdin.fileno()
        for device in (*self._hosts, orders):
            os.set_blocking(device, False)
            poll.register(device, select.EPOLLIN)
        while True:
            for device, _ in poll.poll(self._wait()):
                if device != orders:
                    self._read(device)
                elif not self._obey(sys.stdin.buffer.readline()):
                    return
            self._deliver_late()

    def _obey(self, line: bytes) -> bool:
        if not line:
            return False
        self.rules = Rules.of_line(line)
        sys.stdout.write("done\n")
        sys.stdout.flush()
        return True

    def _wait(self) -> float:
        return max(0.0, self._late[0][0] - time.monotonic()) if self._late else -1.0

    def _read(self, device: int) -> None:
        sender = self._hosts[device]
        with contextlib.suppress(BlockingIOError):
            for _ in range(_IN_A_ROW):
                packet = os.read(device, _LARGEST_PACKET)
                receiver = receiver_of(packet)
                if receiver is None or receiver not in self._devices:
                    continue
                if not self.rules.lets_pass(sender, receiver):
                    continue
                if self.rules.delay:
                    due = time.monotonic() + self.rules.delay
                    heapq.heappush(self._late, (due, next(self._order), receiver, packet))
                else:
                    self._deliver(receiver, packet)

    def _deliver_late(self) -> None:
        while self._late and self._late[0][0] <= time.monotonic():
            _, _, receiver, packet = heapq.heappop(self._late)
            self._deliver(receiver, packet)

    def _deliver(self, receiver: int, packet: bytes) -> None:
        # A queue that is full loses packets, as everywhere.
        with contextlib.suppress(BlockingIOError):
            os.write(self._devices[receiver], packet)


if __name__ == "__main__":
    Switch({int(n): int(fd) for n, fd in (given.split(":") for given in sys.argv[1:])}).run()

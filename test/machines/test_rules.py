"""What passes between hosts, late or not at all."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kit.waiting import TIMEOUT
from machines.rules import Rules, receiver_of, ways_between


def packet(receiver: int, content: bytes = b"") -> bytes:
    """An IPv4 packet for 10.77.0.`receiver`."""
    return bytes([0x45]) + bytes(15) + bytes([10, 77, 0, receiver]) + content


class TestAPartition:
    def test_is_of_all_on_one_side_from_all_on_the_other(self) -> None:
        rules = Rules(cut=ways_between([1, 2], [3]))

        passed = {(a, b) for a in (1, 2, 3) for b in (1, 2, 3) if a != b and rules.lets_pass(a, b)}

        assert passed == {(1, 2), (2, 1)}

    def test_may_be_of_one_way(self) -> None:
        rules = Rules(cut=ways_between([1], [2], back=False))

        assert not rules.lets_pass(1, 2)
        assert rules.lets_pass(2, 1)

    def test_cuts_nobody_off_from_itself(self) -> None:
        assert ways_between([1], [1, 2]) == {(1, 2), (2, 1)}


def test_rules_are_told_in_a_line() -> None:
    rules = Rules(0.05, ways_between([1, 2], [3]))

    line = rules.as_line()

    assert line.count(b"\n") == 1
    assert Rules.of_line(line) == rules


@pytest.mark.parametrize(
    ("content", "receiver"),
    [
        (packet(7, b"x"), 7),
        (packet(7)[:19], None),
        (bytes([0x60]) + packet(7)[1:], None),
        (b"", None),
    ],
)
def test_whom_a_packet_is_for(content: bytes, receiver: int | None) -> None:
    assert receiver_of(content) == receiver


class RunningSwitch:
    """A switch between hosts 1 and 2, whose devices are pairs of sockets here."""

    def __init__(self, process: "subprocess.Popen[bytes]", ours: list[socket.socket]) -> None:
        self._process = process
        self.first, self.second = ours

    def obey(self, rules: Rules) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(rules.as_line())
        self._process.stdin.flush()
        assert self._process.stdout.readline() == b"done\n"


@contextmanager
def running_switch() -> Iterator[RunningSwitch]:
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    devices = [theirs.fileno() for _, theirs in pairs]
    with subprocess.Popen(
        [sys.executable, "-m", "machines.switch", *(f"{n}:{d}" for n, d in enumerate(devices, 1))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=devices,
        env={**os.environ},
    ) as process:
        for ours, theirs in pairs:
            theirs.close()
            ours.settimeout(TIMEOUT)
        yield RunningSwitch(process, [ours for ours, _ in pairs])
    for ours, _ in pairs:
        ours.close()
    assert process.returncode == 0


def test_the_switch_carries_delays_and_drops() -> None:
    with running_switch() as switch:
        switch.first.send(packet(2, b"at once"))
        assert switch.second.recv(100) == packet(2, b"at once")

        switch.obey(Rules(delay=0.2))
        began = time.monotonic()
        switch.first.send(packet(2, b"late"))
        assert switch.second.recv(100) == packet(2, b"late")
        assert time.monotonic() - began >= 0.2

        switch.obey(Rules(cut=ways_between([1], [2], back=False)))
        switch.first.send(packet(2, b"never"))
        switch.first.send(packet(9, b"to nobody"))
        switch.second.send(packet(1, b"the other way"))
        assert switch.first.recv(100) == packet(1, b"the other way")

        switch.obey(Rules())
        switch.first.send(packet(2, b"again"))
        assert switch.second.recv(100) == packet(2, b"again")

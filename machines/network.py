"""Hosts: network namespaces, joined by a switch of our own.

Each has one TUN device, of which this side keeps the file descriptor: what its processes send is read here, and what
is written here arrives there. That needs root, namespaces and /dev/net/tun, and nothing else of the kernel: no
bridge, no packet filter, no traffic control.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from machines.rules import Rules

P = ParamSpec("P")
T = TypeVar("T")

_TUN = Path("/dev/net/tun")
_NAMESPACES = Path("/run/netns")
# Our namespaces are named for the process that made them.
_OURS = re.compile(r"ticketing-(\d+)-.+")
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_CLONE_NEWNET = 0x40000000
# Large packets are few, and each costs the switch the same.
_MTU = 60_000
_END_SECONDS = 10.0

_libc = ctypes.CDLL(None, use_errno=True)


class NotAllowedError(Exception):
    """Hosts cannot be made here. The sentence says why."""


class Host:
    """A network namespace, with an address that the others reach it at."""

    def __init__(self, number: int, name: str, namespace: str) -> None:
        self.number = number
        self.name = name
        self.namespace = namespace
        self.address = f"10.77.0.{number}"

    def call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what work() does on this host: the sockets and processes that it makes are there."""
        with ThreadPoolExecutor(1, initializer=self.enter) as thread:
            return thread.submit(work, *args, **kwargs).result()

    def enter(self) -> None:
        """From now on what this thread, and threads begun by it, makes is on this host."""
        namespace = os.open(_NAMESPACES / self.namespace, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if _libc.setns(namespace, _CLONE_NEWNET):
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
        finally:
            os.close(namespace)


class Network:
    """The hosts of a run. To be made, and closed, by the thread that entered none of them."""

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}
        self._prefix = f"ticketing-{os.getpid()}"
        self._devices: dict[int, int] = {}
        self._switch: subprocess.Popen[bytes] | None = None

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    def numbers(self, names: Iterable[str]) -> list[int]:
        return [self.hosts[name].number for name in names]

    def open(self, names: Iterable[str]) -> None:
        """Raises NotAllowedError where hosts cannot be made."""
        _check()
        clear_up()
        for number, name in enumerate(names, 1):
            self._add(Host(number, name, f"{self._prefix}-{name}"))
        devices = [f"{number}:{device}" for number, device in self._devices.items()]
        self._switch = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "machines.switch", *devices],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tuple(self._devices.values()),
            start_new_session=True,
        )

    def obey(self, rules: Rules) -> None:
        """Return when these are the network's rules."""
        assert self._switch is not None
        assert self._switch.stdin is not None
        assert self._switch.stdout is not None
        self._switch.stdin.write(rules.as_line())
        self._switch.stdin.flush()
        if not self._switch.stdout.readline():
            raise RuntimeError("The switch has ended.")

    def close(self) -> None:
        if self._switch is not None:
            assert self._switch.stdin is not None
            self._switch.stdin.close()
            try:
                self._switch.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._switch.kill()
                self._switch.wait()
        for device in self._devices.values():
            os.close(device)
        for host in self.hosts.values():
            _ip("netns", "del", host.namespace)

    def _add(self, host: Host) -> None:
        _ip("netns", "add", host.namespace)
        self.hosts[host.name] = host
        device = f"t{os.getpid()}-{host.number}"
        self._devices[host.number] = _new_device(device)
        _ip("link", "set", device, "netns", host.namespace)
        inside = ("-n", host.namespace)
        _ip(*inside, "link", "set", "lo", "up")
        _ip(*inside, "addr", "add", f"{host.address}/24", "dev", device)
        _ip(*inside, "link", "set", device, "mtu", str(_MTU), "up")


def left_behind(namespaces: Iterable[str], alive: Callable[[int], bool]) -> list[str]:
    """Those of our namespaces whose maker is not alive."""
    makers = ((name, _OURS.fullmatch(name)) for name in namespaces)
    return [name for name, maker in makers if maker and not alive(int(maker[1]))]


def clear_up() -> None:
    """Remove the hosts of runs that were killed, and end what still runs there."""
    found = [path.name for path in _NAMESPACES.iterdir()] if _NAMESPACES.is_dir() else []
    for namespace in left_behind(found, _is_alive):
        for pid in _ip("netns", "pids", namespace).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _ip("netns", "del", namespace)


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _check() -> None:
    if sys.platform != "linux":
        raise NotAllowedError("Network namespaces are Linux's.")
    if os.geteuid() != 0:
        raise NotAllowedError("Only root may make network namespaces.")
    if shutil.which("ip") is None:
        raise NotAllowedError("The program `ip` (iproute2) is not here.")


def _new_device(name: str) -> int:
    try:
        device = os.open(_TUN, os.O_RDWR | os.O_CLOEXEC)
        request = struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI)
        fcntl.ioctl(device, _TUNSETIFF, request)
    except OSError as error:
        raise NotAllowedError(f"No TUN device can be made ({_TUN}: {error.strerror}).") from error
    return device


def _ip(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command line
        [shutil.which("ip") or "ip", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotAllowedError(f"`ip {' '.join(arguments)}` is refused: {done.stderr.strip()}")
    return done.stdout

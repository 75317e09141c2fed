"""The stores that the tests use: those named, containers, or embedded servers."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import redis

from kit.clusters import running_cluster
from kit.waiting import wait_until
from src.embedded.postgres import EmbeddedPostgres
from test.support.own_stores import own_kvrocks

POSTGRES_IMAGE = "postgres:18"
KVROCKS_IMAGE = "apache/kvrocks:2.17.0"
REDIS_IMAGE = "redis:8.10"


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """Where the stores are. `database_url` names a database from which others can be created."""

    name: str
    database_url: str
    kvrocks_url: str
    redis_url: str


@contextmanager
def chosen_infrastructure(
    environment: Mapping[str, str], directory: Path
) -> Iterator[Infrastructure]:
    """Start, or find, the stores that the environment asks for. Embedded ones live in directory.

    TEST_INFRA is `containers`, `embedded`, `cluster` (embedded, with seat state on a cluster), or not
    set: then containers if a Docker daemon answers.
    """
    names = ("DATABASE_URL", "KVROCKS_URL", "REDIS_URL")
    named = [environment[name] for name in names if environment.get(name)]
    wanted = environment.get("TEST_INFRA", "")
    if wanted not in ("", "containers", "embedded", "cluster"):
        raise ValueError(f"TEST_INFRA is {wanted!r}; it may be containers, embedded or cluster.")
    if named and len(named) < len(names):
        raise ValueError(f"Set all of {', '.join(names)}, or none of them.")
    if named and not wanted:
        yield Infrastructure("named", *named)
    elif wanted == "containers" or (not wanted and _docker_answers(environment)):
        with _containers() as infrastructure:
            yield infrastructure
    elif wanted == "cluster":
        (directory / "cluster").mkdir()
        with (
            _embedded(environment, directory) as infrastructure,
            running_cluster(environment, directory / "cluster") as cluster,
        ):
            yield replace(infrastructure, kvrocks_url=cluster.url)
    else:
        with _embedded(environment, directory) as infrastructure:
            yield infrastructure


@contextmanager
def _embedded(environment: Mapping[str, str], directory: Path) -> Iterator[Infrastructure]:
    if os.geteuid() == 0:
        directory.chmod(0o711)  # PostgreSQL's own account has to pass through
    postgres = EmbeddedPostgres(directory, durable=False)
    with own_kvrocks(environment, directory) as kvrocks:
        try:
            postgres.start()
            yield Infrastructure("embedded", postgres.url("postgres"), kvrocks.url, kvrocks.url)
        finally:
            postgres.stop()
            shutil.rmtree(directory / "postgres")  # a hundred databases and more


@contextmanager
def _containers() -> Iterator[Infrastructure]:
    from testcontainers.core.container import DockerContainer
    from testcontainers.postgres import PostgresContainer

    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresContainer(POSTGRES_IMAGE, driver="asyncpg"))

        def redis_protocol(image: str, port: int) -> str:
            container = stack.enter_context(DockerContainer(image).with_exposed_ports(port))
            host = container.get_container_host_ip()
            url = f"redis://{host}:{container.get_exposed_port(port)}/0"
            wait_until(_answering(url), within=60, what=image)
            return url

        yield Infrastructure(
            "containers",
            postgres.get_connection_url(),
            redis_protocol(KVROCKS_IMAGE, 6666),
            redis_protocol(REDIS_IMAGE, 6379),
        )


def _answering(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            with redis.Redis.from_url(url, protocol=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    return answers


def _docker_answers(environment: Mapping[str, str]) -> bool:
    if "DOCKER_HOST" not in environment and not Path("/var/run/docker.sock").exists():
        return False
    import docker

    try:
        client = docker.from_env(timeout=5, environment=dict(environment))
    except docker.errors.DockerException:
        return False
    with contextlib.closing(client):
        try:
            return bool(client.ping())
        except docker.errors.DockerException:
            return False

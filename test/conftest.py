"""Stores, databases and running services for every test."""

import gc
import os
import resource
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis

from kit.clusters import Cluster, running_cluster
from kit.ports import free_port
from src.bootstrap.migrations import upgrade
from src.cli import main as run_program
from src.platform.settings import Settings
from test.support.databases import create_database, drop_database
from test.support.infrastructure import Infrastructure, chosen_infrastructure
from test.support.service import ServiceProcess

StartService = Callable[..., ServiceProcess]

_SESSION_PREFIX = f"test-{uuid.uuid4().hex}"

# Property tests try the same in every run, and do not fail because the machine is busy.
hypothesis.settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("repeatable")


def pytest_configure() -> None:
    """A test may open a thousand connections beside all that others have open in this process."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def pytest_collection_finish() -> None:
    """All that was imported and collected stays to the end: the collector need not walk over it again."""
    gc.collect()
    gc.freeze()


# What takes longest begins first: the end of a run that waits for one file is the others' idle time.
_LONGEST_FIRST = (
    "simulation/test_simulation.py",
    "faults/test_processes.py",
    "faults/test_stores.py",
    "web/test_every_page.py",
    "embedded/test_embedded_stores.py",
    "integration/test_largest_events.py",
    "integration/test_api_shape.py",
    "faults/test_failover.py",
    "web/test_waiting_line.py",
    "integration/test_api_state_machine.py",
    "integration/test_cluster.py",
    "integration/test_waiting_line.py",
    "integration/test_login_limits.py",
    "integration/test_held_seats.py",
    "web/test_live.py",
    "server/test_serve.py",
    "faults/test_load.py",
    "web/test_seller_story.py",
    "integration/test_migrations.py",
    "integration/test_outages.py",
    "web/test_tabs.py",
    "web/test_map_gestures.py",
    "web/test_webhooks.py",
    "service/reservation/app/interface/test_reservation_ledger.py",
    "integration/test_commands.py",
    "integration/test_rehearsals.py",
    "integration/test_streams.py",
    "integration/test_events.py",
    "integration/test_cut_scripts.py",
    "integration/test_reservations.py",
    "integration/test_mistakes.py",
    "web/test_buyer_story.py",
    "web/test_safety.py",
    "web/test_preferences.py",
    "web/test_docs.py",
    "web/test_keyboard.py",
    "faults/test_rush.py",
    "web/test_door.py",
    "integration/test_webhooks.py",
    "integration/test_contention.py",
    "integration/test_overload.py",
    "integration/test_workers.py",
    "web/test_signing_in.py",
)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Each worker begins elsewhere: what one has compiled the others find, and need not compile."""
    report = yield
    if isinstance(collector, pytest.Dir | pytest.Session):
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        first = number * len(report.result) // workers
        report.result = report.result[first:] + report.result[:first]
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    turns = {here / name: turn for turn, name in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: (turns.get(item.path, len(turns)), item.path))


@pytest.fixture(scope="session", autouse=True)
def developer_environment() -> Iterator[dict[str, str]]:
    """The environment as it was found; tests run without its settings of the service."""
    found = dict(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        for name in found:
            if name.lower() in Settings.model_fields:
                patch.delenv(name)
        yield found


@pytest.fixture(scope="session")
def infrastructure(
    developer_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Infrastructure]:
    """Running stores, one set for each worker of the test run.

    What is in them goes with them. Only stores that others use are left as they were found.
    """
    directory = tmp_path_factory.mktemp("stores")
    with chosen_infrastructure(developer_environment, directory) as found:
        yield found
        if found.name == "named":
            _remove_keys(found)


@pytest.fixture(scope="session")
def cluster(
    developer_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """A running cluster for seat state; whoever breaks it mends it."""
    with running_cluster(developer_environment, tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def template_database(infrastructure: Infrastructure) -> Iterator[str]:
    """The URL of a migrated, empty database to copy. Do not connect to it."""
    url = create_database(infrastructure.database_url)
    try:
        upgrade(url)
        yield url
    finally:
        drop_database(infrastructure.database_url, url)


@pytest.fixture(scope="session")
def new_settings(
    infrastructure: Infrastructure, template_database: str
) -> Iterator[Callable[..., Settings]]:
    """Make settings with a database, keys and a port of their own; fields can be overridden."""
    databases = []

    def make(**overrides: Any) -> Settings:
        databases.append(create_database(infrastructure.database_url, template=template_database))
        values: dict[str, Any] = {
            "port": free_port(),
            "database_url": databases[-1],
            "kvrocks_url": infrastructure.kvrocks_url,
            "redis_url": infrastructure.redis_url,
            "key_prefix": f"{_SESSION_PREFIX}-{len(databases)}:",
            "jwt_secret": "a secret for tests alone, of 32 bytes or more",
            "expiry_interval_seconds": 0.2,
            "sse_version_check_seconds": 0.5,
            "postgres_pool_size": 5,
            # A store that shares a busy machine with other tests is slow, and not down.
            "postgres_timeout_seconds": 30,
            "store_timeout_seconds": 30,
            "answer_timeout_seconds": 60,
            # All tests come from one address, and many fail on purpose.
            "login_failures_per_address": 10_000,
            "taken_emails_per_address": 10_000,
        }
        return Settings(**(values | overrides))

    yield make
    if infrastructure.name == "named":
        for url in databases:
            drop_database(infrastructure.database_url, url)


@pytest.fixture
def settings(new_settings: Callable[..., Settings]) -> Settings:
    """Settings that no other test shares."""
    return new_settings()


@pytest.fixture(scope="session")
def server_process(
    new_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    """A service that many tests share; it must end well after the last."""
    with starting_services(new_settings, tmp_path_factory) as start:
        yield start(postgres_pool_size=20, webhook_allow_private=True)


@contextmanager
def starting_services(
    new_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartService]:
    """Start services inside the block: `start(hold_ttl_seconds=1)`, or `start(settings)`."""
    with ExitStack() as stack:

        def start(
            settings: Settings | None = None,
            *,
            arguments: tuple[str, ...] = ("serve",),
            main: Callable[[], object] = run_program,
            **overrides: Any,
        ) -> ServiceProcess:
            log = tmp_path_factory.mktemp("service") / "log"
            made = settings or new_settings(**overrides)
            service = ServiceProcess(made, log, arguments=arguments, main=main)
            stack.callback(service.stop)
            service.wait_until_ready()
            return service

        yield start


@pytest.fixture
def start_service(
    new_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartService]:
    """Start services that a test has for itself."""
    with starting_services(new_settings, tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def start_module_service(
    new_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartService]:
    """Start services that the tests of a module share."""
    with starting_services(new_settings, tmp_path_factory) as start:
        yield start


def _remove_keys(infrastructure: Infrastructure) -> None:
    with redis.Redis.from_url(infrastructure.kvrocks_url, protocol=2) as client:
        for key in client.scan_iter(f"{_SESSION_PREFIX}*", count=1000):
            client.delete(key)

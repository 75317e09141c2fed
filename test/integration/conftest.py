"""A service that the tests of a worker share, people who use it, and services for odd settings.

People are shared too, since signing up costs time on purpose; events are not.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from src.cli import main as run_program
from src.platform.settings import Settings
from test.support.api import Api, ApiClient, Json
from test.support.service import ServiceProcess

CROWD = 50


@contextmanager
def running(
    settings: Settings,
    log: Path,
    *,
    arguments: tuple[str, ...] = ("serve",),
    main: Callable[[], object] = run_program,
) -> Iterator[ServiceProcess]:
    """A service of its own, ready."""
    service = ServiceProcess(settings, log, arguments=arguments, main=main)
    try:
        service.wait_until_ready()
        yield service
    finally:
        service.stop()


@contextmanager
def api_of(service: ServiceProcess) -> Iterator[Api]:
    api = Api(service)
    try:
        yield api
    finally:
        api.close()


@pytest.fixture(scope="session")
def api(server_process: ServiceProcess) -> Iterator[Api]:
    with api_of(server_process) as api:
        yield api


@pytest.fixture
def visitor(api: Api) -> ApiClient:
    """Somebody new each time: what signs in keeps the cookie."""
    return api.visitor()


@pytest.fixture(scope="session")
def seller(api: Api) -> ApiClient:
    return api.seller()


@pytest.fixture(scope="session")
def buyer(api: Api) -> ApiClient:
    return api.buyer()


@pytest.fixture(scope="session")
def other_buyer(api: Api) -> ApiClient:
    return api.buyer()


@pytest.fixture(scope="session")
def crowd(api: Api) -> list[ApiClient]:
    """Many buyers."""
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda _: api.buyer(), range(CROWD)))


@pytest.fixture
def event(seller: ApiClient) -> Json:
    """An event on sale: 2 rows of 5 seats in A-1, A-2 and B-1."""
    return seller.create_event()


@pytest.fixture(scope="session")
def hasty_service(
    new_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    """A service that waits for nothing: holds last a second, few streams are allowed, and so on."""
    settings = new_settings(
        hold_ttl_seconds=1,
        expiry_interval_seconds=0.1,
        reconcile_interval_seconds=0.5,
        max_sse_clients=3,
        sse_heartbeat_seconds=0.2,
        sse_send_timeout_seconds=1,
    )
    with running(settings, tmp_path_factory.mktemp("hasty") / "log") as service:
        yield service


@pytest.fixture(scope="session")
def hasty(hasty_service: ServiceProcess) -> Iterator[Api]:
    with api_of(hasty_service) as api:
        yield api


@pytest.fixture(scope="session")
def hasty_seller(hasty: Api) -> ApiClient:
    return hasty.seller()


@pytest.fixture(scope="session")
def hasty_buyer(hasty: Api) -> ApiClient:
    return hasty.buyer()

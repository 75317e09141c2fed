"""A service that the tests of a worker share, people who use it, and services for odd settings.

People are shared by the tests of a module; events are not.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from src.platform.settings import Settings
from test.conftest import starting_services
from test.support.api import Api, ApiClient, Json
from test.support.service import ServiceProcess

CROWD = 50


@contextmanager
def api_of(service: ServiceProcess) -> Iterator[Api]:
    api = Api(service)
    try:
        yield api
    finally:
        api.close()


@pytest.fixture(scope="module")
def service(server_process: ServiceProcess) -> ServiceProcess:
    """The service that a module's tests talk to. A module that needs other settings has its own."""
    return server_process


@pytest.fixture(scope="module")
def api(service: ServiceProcess) -> Iterator[Api]:
    with api_of(service) as api:
        yield api


@pytest.fixture
def visitor(api: Api) -> ApiClient:
    """Somebody new each time: what signs in keeps the cookie."""
    return api.visitor()


@pytest.fixture(scope="module")
def seller(api: Api) -> ApiClient:
    return api.seller()


@pytest.fixture(scope="module")
def buyer(api: Api) -> ApiClient:
    return api.buyer()


@pytest.fixture(scope="module")
def other_buyer(api: Api) -> ApiClient:
    return api.buyer()


@pytest.fixture(scope="module")
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
    with starting_services(new_settings, tmp_path_factory) as start:
        yield start(
            hold_ttl_seconds=1,
            expiry_interval_seconds=0.1,
            reconcile_interval_seconds=0.5,
            max_sse_clients=3,
            sse_heartbeat_seconds=0.2,
            sse_send_timeout_seconds=1,
        )


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

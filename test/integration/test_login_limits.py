"""Guessing is slowed down, for each account and each address, and nobody else notices."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from kit.ports import free_port
from kit.waiting import TIMEOUT, wait_until
from test.conftest import StartService
from test.support.accounts import PASSWORD
from test.support.api import CONNECTIONS, Json, new_account, problem_of
from test.support.own_stores import own_kvrocks
from test.support.service import ServiceProcess
from test.support.together import together

PER_ACCOUNT, PER_ADDRESS, TAKEN_EMAILS, WINDOW = 4, 8, 3, 60

# What a process may look at beyond the limit when guesses come together: see LoginUseCase.
SLIP = 1


class Network:
    """Browsers at addresses that no other test uses."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._used = 1

    def address(self) -> str:
        self._used += 1
        return f"127.0.{self._used // 200}.{self._used % 200 + 2}"

    def browser(self, service: ServiceProcess, address: str | None = None) -> httpx.Client:
        transport = httpx.HTTPTransport(
            local_address=address or self.address(), verify=False, limits=CONNECTIONS
        )
        client = httpx.Client(
            base_url=service.base_url, transport=transport, timeout=TIMEOUT, trust_env=False
        )
        return self._stack.enter_context(client)


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with ExitStack() as stack:
        yield Network(stack)


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    return start_module_service(
        login_failures_per_account=PER_ACCOUNT,
        login_failures_per_address=PER_ADDRESS,
        taken_emails_per_address=TAKEN_EMAILS,
        failure_window_seconds=WINDOW,
    )


@pytest.fixture(scope="module")
def second_service(service: ServiceProcess, start_module_service: StartService) -> ServiceProcess:
    """Another instance on the same stores."""
    return start_module_service(service.settings.model_copy(update={"port": free_port()}))


def sign_up(browser: httpx.Client) -> Json:
    account = new_account()
    assert browser.post("/api/user", json=account).status_code == 201
    return account


def login(browser: httpx.Client, email: str, password: str = PASSWORD) -> httpx.Response:
    return browser.post("/api/user/login", json={"email": email, "password": password})


def guess(browser: httpx.Client, email: str) -> httpx.Response:
    return login(browser, email, "a wrong guess")


def assert_limited(answer: httpx.Response, policy: str, most: int, window: int = WINDOW) -> int:
    """Check a refusal and return how many seconds it says to wait."""
    problem = problem_of(answer, 429)
    wait = int(answer.headers["retry-after"])
    assert 1 <= wait <= window
    assert problem["type"] == "urn:ticketing:problem:too-many-attempts"
    assert answer.headers["ratelimit-policy"] == f'"{policy}";q={most};w={window}'
    assert answer.headers["ratelimit"] == f'"{policy}";r=0;t={wait}'
    assert "set-cookie" not in answer.headers
    return wait


class TestAnAccount:
    def test_is_guessed_at_so_often_and_not_more_from_wherever(
        self, service: ServiceProcess, network: Network
    ) -> None:
        account = sign_up(network.browser(service))
        for _ in range(PER_ACCOUNT):
            problem_of(guess(network.browser(service), account["email"]), 401)

        assert_limited(login(network.browser(service), account["email"]), "login-account", 4)

    def test_that_is_not_there_answers_alike(
        self, service: ServiceProcess, network: Network
    ) -> None:
        answers = []
        for email in (sign_up(network.browser(service))["email"], new_account()["email"]):
            guesses = [guess(network.browser(service), email) for _ in range(PER_ACCOUNT + 1)]
            assert_limited(guesses[-1], "login-account", PER_ACCOUNT)
            answers.append([re.sub(r"\d+ seconds", "N seconds", answer.text) for answer in guesses])

        assert answers[0] == answers[1]

    def test_is_the_same_on_every_instance(
        self, service: ServiceProcess, second_service: ServiceProcess, network: Network
    ) -> None:
        account = sign_up(network.browser(service))
        for place in [service, second_service] * (PER_ACCOUNT // 2):
            problem_of(guess(network.browser(place), account["email"]), 401)

        for place in (service, second_service):
            assert_limited(login(network.browser(place), account["email"]), "login-account", 4)

    def test_does_not_shut_out_its_owners_own_browser(
        self, service: ServiceProcess, second_service: ServiceProcess, network: Network
    ) -> None:
        own = network.browser(service)
        account = sign_up(own)
        assert login(own, account["email"]).status_code == 200
        own.post("/api/user/logout")
        for _ in range(PER_ACCOUNT):
            guess(network.browser(service), account["email"])
        assert_limited(login(network.browser(service), account["email"]), "login-account", 4)

        assert login(own, account["email"]).status_code == 200
        # The cookie is for this site, whichever instance answers.
        elsewhere = network.browser(second_service)
        elsewhere.cookies = own.cookies
        assert login(elsewhere, account["email"]).status_code == 200

    def test_is_guessed_at_no_more_by_its_owners_browser(
        self, service: ServiceProcess, network: Network
    ) -> None:
        own = network.browser(service)
        account = sign_up(own)
        login(own, account["email"])
        for _ in range(PER_ACCOUNT):
            problem_of(guess(own, account["email"]), 401)

        assert_limited(login(own, account["email"]), "login-device", PER_ACCOUNT)

    def test_is_guessed_at_by_many_at_once_hardly_more_often(
        self, service: ServiceProcess, network: Network
    ) -> None:
        account = sign_up(network.browser(service))
        strangers = [network.browser(service) for _ in range(40)]

        answers = together([partial(guess, stranger, account["email"]) for stranger in strangers])

        outcomes = [answer.status_code for answer in answers]
        assert set(outcomes) <= {401, 429, 503}  # 503: a slow machine cannot look at all of them
        assert PER_ACCOUNT <= outcomes.count(401) <= PER_ACCOUNT + SLIP

    def test_opens_again_by_itself(self, start_service: StartService, network: Network) -> None:
        service = start_service(login_failures_per_account=1, failure_window_seconds=2)
        account = sign_up(network.browser(service))
        owner = network.browser(service)

        def refusal() -> httpx.Response | None:
            """None when the window was over before its owner came."""
            guess(network.browser(service), account["email"])
            answer = login(network.browser(service), account["email"])
            return None if answer.is_success else answer

        assert_limited(wait_until(refusal), "login-account", 1, window=2)
        wait_until(lambda: login(owner, account["email"]).is_success, what="the window's end")


class TestAnAddress:
    def test_guesses_so_often_and_not_more_at_whichever_account(
        self, service: ServiceProcess, network: Network
    ) -> None:
        account = sign_up(network.browser(service))
        stranger = network.browser(service)
        for _ in range(PER_ADDRESS):
            problem_of(guess(stranger, new_account()["email"]), 401)

        assert_limited(login(stranger, account["email"]), "login-address", PER_ADDRESS)
        assert login(network.browser(service), account["email"]).status_code == 200

    def test_is_that_of_the_connection_whatever_a_header_says(
        self, service: ServiceProcess, network: Network
    ) -> None:
        stranger = network.browser(service)

        def guess_as(number: int) -> httpx.Response:
            stranger.headers["X-Forwarded-For"] = f"198.51.100.{number}"
            stranger.headers["Forwarded"] = f"for=198.51.100.{number}"
            return guess(stranger, new_account()["email"])

        answers = [guess_as(number) for number in range(PER_ADDRESS + 1)]

        assert_limited(answers[-1], "login-address", PER_ADDRESS)

    def test_is_what_a_proxy_says_that_the_service_was_told_to_believe(
        self, start_service: StartService, network: Network
    ) -> None:
        proxy, impostor = network.address(), network.address()
        service = start_service(
            forwarded_allow_ips=proxy, login_failures_per_address=1, login_failures_per_account=9
        )
        account = sign_up(network.browser(service))

        def come_by(address: str, client: str) -> httpx.Client:
            browser = network.browser(service, address)
            browser.headers["X-Forwarded-For"] = client
            return browser

        problem_of(guess(come_by(proxy, "198.51.100.1"), account["email"]), 401)
        assert_limited(login(come_by(proxy, "198.51.100.1"), account["email"]), "login-address", 1)
        assert login(come_by(proxy, "198.51.100.2"), account["email"]).status_code == 200
        assert login(come_by(proxy, "198.51.100.1, 198.51.100.3"), account["email"]).is_success

        problem_of(guess(come_by(impostor, "198.51.100.4"), account["email"]), 401)
        assert_limited(
            login(come_by(impostor, "198.51.100.5"), account["email"]), "login-address", 1
        )

    def test_may_sign_up_and_in_as_many_as_it_likes(
        self, service: ServiceProcess, network: Network
    ) -> None:
        address = network.address()
        for _ in range(3 * PER_ADDRESS):
            browser = network.browser(service, address)
            account = sign_up(browser)
            assert login(browser, account["email"]).status_code == 200

    def test_comes_upon_so_many_registered_emails_and_not_more(
        self, service: ServiceProcess, network: Network
    ) -> None:
        prober = network.browser(service)
        account = sign_up(prober)
        for _ in range(TAKEN_EMAILS):
            problem_of(prober.post("/api/user", json=account), 409)

        for probe in (account, new_account()):
            answer = prober.post("/api/user", json=probe)
            assert_limited(answer, "register-address", TAKEN_EMAILS)
        sign_up(network.browser(service))


def test_the_device_cookie_goes_to_the_login_alone_and_to_no_script(
    service: ServiceProcess, network: Network
) -> None:
    browser = network.browser(service)

    answer = login(browser, sign_up(browser)["email"])

    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("device=")]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/api/user/login", "max-age=15552000"} <= parts


def test_without_redis_people_sign_in_and_guessing_is_still_slowed_down(
    developer_environment: dict[str, str],
    tmp_path: Path,
    start_service: StartService,
    network: Network,
) -> None:
    with own_kvrocks(developer_environment, tmp_path) as redis:
        service = start_service(redis_url=redis.url, login_failures_per_account=PER_ACCOUNT)
        account = sign_up(network.browser(service))
        redis.kill()

        assert login(network.browser(service), account["email"]).status_code == 200
        for _ in range(PER_ACCOUNT):
            problem_of(guess(network.browser(service), account["email"]), 401)
        assert_limited(login(network.browser(service), account["email"]), "login-account", 4)
        assert sign_up(network.browser(service))

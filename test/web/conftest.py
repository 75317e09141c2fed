"""A browser for each worker of the test run, and the people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from test.support.service import ServiceProcess
from test.web.browsing import FLAGS, TIMEOUT_MS, Visitor
from test.web.ensure_chromium import ensure_chromium
from test.web.people import Person, signing_up

Arrive = Callable[..., Awaitable[Visitor]]
SignUp = Callable[..., Awaitable[Person]]
Library = Callable[..., Awaitable[Any]]

expect.set_options(timeout=TIMEOUT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser belongs to one event loop, so every test that uses it runs on that loop."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=ensure_chromium(), args=list(FLAGS)
        )
        yield browser
        await browser.close()


@pytest.fixture
def base_url(server_process: ServiceProcess) -> str:
    return server_process.base_url


@pytest_asyncio.fixture(loop_scope="session")
async def arrive(browser: Browser, base_url: str) -> AsyncIterator[Arrive]:
    """Let a visitor arrive: `await arrive(person, path, **context_options)`.

    Without a person the visitor is nobody in particular; without a path no page is opened.
    """
    visitors = []

    async def arrive(
        person: Person | None = None, path: str | None = None, at: str = base_url, **options: Any
    ) -> Visitor:
        visitor = await Visitor.arrive(browser, at, **options)
        visitors.append(visitor)
        if person is not None:
            await visitor.become(person)
        if path is not None:
            await visitor.page.goto(path)
        return visitor

    yield arrive
    for visitor in visitors:
        await visitor.leave()


@pytest_asyncio.fixture(loop_scope="session")
async def people(server_process: ServiceProcess) -> AsyncIterator[SignUp]:
    """Sign people up: `await people("buyer")`."""
    async with signing_up(server_process) as people:
        yield people


@pytest_asyncio.fixture(loop_scope="session")
async def seller(people: SignUp) -> Person:
    return await people("seller", "Seller Sue")


@pytest_asyncio.fixture(loop_scope="session")
async def buyer(people: SignUp) -> Person:
    return await people("buyer", "Buyer Bao")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def library(browser: Browser, server_process: ServiceProcess) -> AsyncIterator[Library]:
    """Evaluate an expression with `m` as one of the pages' modules and `a`, `b`, ... as values."""
    visitor = await Visitor.arrive(browser, server_process.base_url)
    await visitor.page.goto("/sign-in")

    async def call(module: str, expression: str, *values: Any) -> Any:
        names = ",".join("abcdef"[: len(values)])
        return await visitor.page.evaluate(
            f"async ([{names}]) => {{"
            f" const m = await import('/static/any/app/{module}.js'); return {expression}; }}",
            list(values),
        )

    yield call
    await visitor.leave()

"""Measure what a person waits for, in a real browser: `python -m test.web.measure_speed [URL]`.

Without a URL it starts a service of its own on embedded stores. Prints the tables of `spec/web.md`; with
`phone` or `map` in the place of the URL, the one of a phone or of the moving map alone.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from kit.ports import free_port
from src.platform.settings import Settings
from test.support.api import new_account
from test.support.service import ServiceProcess
from test.web.browsing import FLAGS, MAP, PHONE, Visitor
from test.web.ensure_chromium import ensure_chromium
from test.web.people import Person, http_client, seating, sign_in

TIMES = 15
LIVE_TIMES = 30
FLOW_SECONDS = 5.0
FLOW_CHANGES_A_SECOND = 20

# `drawn` becomes the moment, in milliseconds from the navigation, at which the frame that has
# all of the elements was handed to the screen.
_WATCH_DRAWING = """
window.drawn = new Promise((resolve) => {
  const look = () => {
    if (document.querySelectorAll(SELECTOR).length < COUNT) return requestAnimationFrame(look);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  };
  look();
});
"""
# The same for the next change of one seat, by the machine's clock.
_WATCH_SEAT = """
(row) => {
  const seat = document.querySelector(`[data-row="${row}"][data-seat="1"]`);
  window.changed = new Promise((resolve) => new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(Date.now());
      port2.postMessage(null);
    });
  }).observe(seat, { attributes: true, attributeFilter: ["data-state"] }));
}
"""
_WATCH_FRAMES = """
() => {
  window.frames_ = [];
  let last = performance.now();
  const frame = (now) => {
    frames_.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
"""


# What a phone sees of an event, in milliseconds from the navigation: its name, and the map.
_WATCH_PHONE = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shifted += value;
}).observe({ type: "layout-shift", buffered: true });
window.named = new Promise((resolve) => {
  const look = () => {
    if (!document.querySelector("h1")) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      resolve(Math.max(performance.now(), paint?.startTime ?? 0));
    }));
  };
  look();
});
"""
# 1.6 Mbit/s down, 750 kbit/s up, a round trip of 150 ms, and a processor of a quarter of the speed.
_NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
_SLOWER = 4
_MAP = f"{MAP}[data-drawn]"
_SEATS = f"{MAP}[data-drawn=seats]"
_PHONE_TIMES = 9


async def register(base_url: str, role: str) -> Person:
    account = new_account(role)
    async with http_client(base_url) as http:
        (await http.post("/api/user", json=account)).raise_for_status()
    return await sign_in(base_url, {name: account[name] for name in ("email", "password")})


async def measure(base_url: str) -> None:
    seller, buyer = await register(base_url, "seller"), await register(base_url, "buyer")
    big = await fifty_thousand(seller)
    wide = await seller.create_event(
        "Wide", seating_config=seating(("A", 900, 1), rows=50, cols=50)
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=ensure_chromium(), args=list(FLAGS)
        )
        print("| what | median | slowest | runs |\n|---|---|---|---|")  # noqa: T201
        for cached in (False, True):
            state = "again, files kept by the browser" if cached else "first visit, nothing kept"
            row(
                f"navigation to the drawn map, 50,000 seats in 100 subsections, {state}",
                await navigations(browser, base_url, f"/event/{big}", _MAP, 1, cached),
            )
            row(
                f"navigation to 2,500 drawn seats of one subsection, {state}",
                await navigations(browser, base_url, f"/event/{wide}#A/1", _SEATS, 1, cached),
            )
        async with watching(browser, base_url, f"/event/{wide}#A/1") as page:
            row(
                "reservation request to the changed seat on another's screen, 2,500 seats shown",
                await changes(page, buyer, wide),
            )
            frames = await flow(page, buyer, wide)
            row(f"frame, {FLOW_CHANGES_A_SECOND} of those 2,500 seats changing a second", frames)
        await measure_map(browser, base_url, big)
        await browser.close()
    for person in (seller, buyer):
        await person.http.aclose()


async def measure_map(browser: Browser, base_url: str, event_id: int) -> None:
    """Frames while the map of 50,000 seats is zoomed and moved by the mouse, and the heap after it."""
    print("\n| what | median | p95 | slowest | runs |\n|---|---|---|---|---|")  # noqa: T201
    for slower in (1, _SLOWER):
        async with watching(browser, base_url, f"/event/{event_id}") as page:
            session = await page.context.new_cdp_session(page)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            for what, frames in (await map_in_motion(page)).items():
                found = sorted(frames)
                middle, p95 = statistics.median(found), found[int(0.95 * len(found))]
                print(  # noqa: T201
                    f"| frame, 50,000 seats, {what}, processor 1/{slower} | {middle:.0f} ms"
                    f" | {p95:.0f} ms | {found[-1]:.0f} ms | {len(found)} |",
                    flush=True,
                )
            await session.send("HeapProfiler.collectGarbage")
            heap = (await session.send("Runtime.getHeapUsage"))["usedSize"] / 1e6
            print(f"| script heap after it, processor 1/{slower} | {heap:.0f} MB | | | 1 |")  # noqa: T201


async def map_in_motion(page: Page) -> dict[str, list[float]]:
    await page.locator(MAP).scroll_into_view_if_needed()
    box = await page.locator(MAP).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    found: dict[str, list[float]] = {}
    await page.evaluate(_WATCH_FRAMES)

    async def note(what: str) -> None:
        found.setdefault(what, []).extend(await page.evaluate("frames_.splice(0).slice(1)"))

    await page.mouse.move(x, y)
    for _ in range(3):
        await page.evaluate("void frames_.splice(0)")
        await page.keyboard.down("Control")
        for _ in range(60):
            await page.mouse.wheel(0, -8)
            await page.wait_for_timeout(16)
        await page.keyboard.up("Control")
        await note("zooming from the whole house to seats")
        await page.wait_for_timeout(1_000)
        await page.evaluate("void frames_.splice(0)")
        await page.mouse.down()
        for step in range(120):
            away = 3 * min(step, 120 - step)
            await page.mouse.move(x + away, y - 0.5 * away)
            await page.wait_for_timeout(16)
        await page.mouse.up()
        await note("moving among seats")
        await page.keyboard.down("Control")
        for _ in range(60):
            await page.mouse.wheel(0, 8)
            await page.wait_for_timeout(16)
        await page.keyboard.up("Control")
        await note("zooming back")
        await page.wait_for_timeout(500)
    return found


async def measure_phone(base_url: str) -> None:
    """The first visit of a phone to an event of 4,000 seats in 20 subsections, nothing kept."""
    seller = await register(base_url, "seller")
    event = await seller.create_event(
        "Moonlit Strings",
        starts_at="2090-05-01T20:00:00+08:00",
        seating_config=seating(("A", 2000, 10), ("B", 900, 10), rows=10, cols=20),
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=ensure_chromium(), args=list(FLAGS)
        )
        visits = [
            await phone_visit(browser, base_url, f"/event/{event}") for _ in range(_PHONE_TIMES)
        ]
        await browser.close()
    await seller.http.aclose()
    print("| what | median | most | runs |\n|---|---|---|---|")  # noqa: T201
    for name, unit in (("first text", " ms"), ("map", " ms"), ("requests", ""), ("KB", "")):
        row(f"phone, first visit: {name}", [visit[name] for visit in visits], unit)
    shifts = [visit["shift"] for visit in visits]
    middle, most = statistics.median(shifts), max(shifts)
    print(f"| phone, first visit: shift | {middle:.3f} | {most:.3f} | {len(shifts)} |")  # noqa: T201


async def phone_visit(browser: Browser, base_url: str, path: str) -> dict[str, float]:
    visitor = await Visitor.arrive(browser, base_url, **PHONE)
    session = await visitor.context.new_cdp_session(visitor.page)
    received = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal received
        received += event["encodedDataLength"]

    session.on("Network.loadingFinished", count)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", _NETWORK)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    await visitor.context.add_init_script(_WATCH_PHONE)
    watch_map = _WATCH_DRAWING.replace("SELECTOR", f"'{_MAP}'").replace("COUNT", "1")
    await visitor.context.add_init_script(watch_map)
    await visitor.page.goto(path, wait_until="commit")
    found = {
        "first text": float(await visitor.page.evaluate("named")),
        "map": float(await visitor.page.evaluate("drawn")),
    }
    await visitor.page.wait_for_timeout(1_000)
    found["shift"] = float(await visitor.page.evaluate("shifted"))
    found |= {"requests": float(len(visitor.requests)), "KB": received / 1000}
    await visitor.leave()
    return found


def row(what: str, found: list[float], unit: str = " ms") -> None:
    middle, most = statistics.median(found), max(found)
    print(f"| {what} | {middle:.0f}{unit} | {most:.0f}{unit} | {len(found)} |", flush=True)  # noqa: T201


async def navigations(
    browser: Browser, base_url: str, path: str, selector: str, count: int, cached: bool
) -> list[float]:
    found = []
    visitor = await Visitor.arrive(browser, base_url)
    watch = _WATCH_DRAWING.replace("SELECTOR", f"'{selector}'").replace("COUNT", str(count))
    for turn in range(TIMES + cached):
        if not cached:
            await visitor.leave()
            visitor = await Visitor.arrive(browser, base_url)
        if turn == 0 or not cached:
            await visitor.context.add_init_script(watch)
        await visitor.page.goto("about:blank")
        await visitor.page.goto(path, wait_until="commit")
        drawn = float(await visitor.page.evaluate("drawn"))
        if not cached or turn > 0:
            found.append(drawn)
    await visitor.leave()
    return found


@asynccontextmanager
async def watching(browser: Browser, base_url: str, path: str) -> AsyncIterator[Page]:
    visitor = await Visitor.arrive(browser, base_url)
    await visitor.page.goto(path)
    await visitor.page.get_by_text("Live", exact=True).wait_for()
    yield visitor.page
    await visitor.leave()


async def changes(page: Page, buyer: Person, event_id: int) -> list[float]:
    found = []
    for turn in range(LIVE_TIMES):
        place = turn % 50 + 1
        await page.evaluate(_WATCH_SEAT, place)
        sent = time.time() * 1000
        reservation = await buyer.reserve(event_id, [f"A-1-{place}-1"])
        found.append(float(await page.evaluate("changed")) - sent)
        await buyer.let_go(reservation)
        await page.locator(
            f'[data-row="{place}"][data-seat="1"][data-state="available"]'
        ).wait_for()
    return found


async def flow(page: Page, buyer: Person, event_id: int) -> list[float]:
    """The lengths of the frames while seats all over the map are taken one by one."""
    await page.evaluate(_WATCH_FRAMES)
    wanted = int(FLOW_SECONDS * FLOW_CHANGES_A_SECOND)
    started = time.monotonic()
    for turn in range(wanted):
        await buyer.reserve(event_id, [f"A-1-{turn * 7 % 50 + 1}-{turn // 50 + 2}"])
        await asyncio.sleep(max(0, started + turn / FLOW_CHANGES_A_SECOND - time.monotonic()))
    return [float(length) for length in await page.evaluate("frames_")]


async def with_own_service(use: Callable[[str], Awaitable[None]]) -> None:
    with tempfile.TemporaryDirectory(prefix="ticketing-speed-") as folder:
        os.chmod(folder, 0o711)  # noqa: PTH101  PostgreSQL's own account has to pass through
        settings = Settings(port=free_port(), data_dir=Path(folder) / "data", max_held_seats=10_000)
        service = ServiceProcess(settings, Path(folder) / "log")
        try:
            service.wait_until_ready(timeout=60)
            await use(service.base_url)
        finally:
            service.stop()


async def measure_map_alone(base_url: str) -> None:
    seller = await register(base_url, "seller")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=ensure_chromium(), args=list(FLAGS)
        )
        await measure_map(browser, base_url, await fifty_thousand(seller))
        await browser.close()
    await seller.http.aclose()


async def fifty_thousand(seller: Person) -> int:
    sections = ((chr(ord("A") + n), 5000 - 400 * n, 10) for n in range(10))
    return await seller.create_event(
        "Fifty Thousand", seating_config=seating(*sections, rows=20, cols=25)
    )


async def measure_all(base_url: str) -> None:
    await measure(base_url)
    await measure_phone(base_url)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["map"]:
            asyncio.run(with_own_service(measure_map_alone))
        case ["phone"]:
            asyncio.run(with_own_service(measure_phone))
        case [url]:
            asyncio.run(measure_all(url))
        case _:
            asyncio.run(with_own_service(measure_all))

"""The pictures of shared links: each is drawn once, one at a time, and for nobody who must not know."""

import asyncio
import struct
from dataclasses import replace
from pathlib import Path
from subprocess import CalledProcessError

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from src.service.shared_kernel.errors import OverloadedError, StoreUnavailableError
from src.web import pages
from src.web.cards import CARD_HEIGHT, CARD_WIDTH, Cards, rasterize
from src.web.poster import LONGEST_NAME, poster
from src.web.site import Site
from test.fake.clock import everything_ready, in_no_time
from test.fake.event_facts import FACTS, FakeFacts
from test.web.people import Person, http_client


def size_of(png: bytes) -> tuple[int, ...]:
    """The width and height in a PNG's first chunk."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[12:16] == b"IHDR"
    return struct.unpack(">II", png[16:24])


def asking(source: FakeFacts, event_id: int, seen: str = "") -> Request:
    headers = [(b"if-none-match", seen.encode())] if seen else []
    given = {"path_params": {"event_id": str(event_id)}, "state": {"event_facts": source}}
    return Request({"type": "http", "headers": headers, **given})


class Drawing:
    """Takes `seconds` for each card. `drawn` has them as SVG, `at_once` how many were ever drawn at
    the same time."""

    def __init__(self, seconds: float = 1.0, size: int = 10) -> None:
        self.seconds = seconds
        self.drawn: list[str] = []
        self.at_once = 0
        self._size = size
        self._now = 0

    async def __call__(self, svg: str) -> bytes:
        self.drawn.append(svg)
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        await asyncio.sleep(self.seconds)
        self._now -= 1
        return svg.encode()[: self._size].ljust(self._size)


@in_no_time
async def test_all_who_ask_for_the_same_get_one_drawing() -> None:
    drawing = Drawing()
    cards = Cards(drawing)

    first = asyncio.create_task(cards.get("Jazz"))
    await everything_ready()
    got = [await first, *await asyncio.gather(*(cards.get("Jazz") for _ in range(100)))]
    got += [await cards.get("Jazz")]

    assert len(set(got)) == 1
    assert drawing.drawn == [poster("Jazz", CARD_WIDTH, CARD_HEIGHT)]


@in_no_time
async def test_one_is_drawn_at_a_time() -> None:
    drawing = Drawing()
    cards = Cards(drawing)

    await asyncio.gather(*(cards.get(name) for name in ("Jazz", "Blues", "Soul")))

    assert (len(drawing.drawn), drawing.at_once) == (3, 1)


@in_no_time
async def test_who_would_wait_too_long_is_refused() -> None:
    drawing = Drawing()
    cards = Cards(drawing)
    await cards.get("before")  # so that it is known how long one takes

    answers = await asyncio.gather(
        *(cards.get(f"Event {number}") for number in range(20)), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, OverloadedError)]
    assert len(answers) - len(refused) == len(drawing.drawn) - 1
    assert 2 <= len(drawing.drawn) - 1 <= 5
    assert all(error.retry_after >= 1 for error in refused)
    assert await cards.get("Event 0")


@in_no_time
async def test_those_asked_for_last_are_kept_within_a_bound() -> None:
    drawing = Drawing(seconds=0.01, size=500_000)
    cards = Cards(drawing)

    for name in "abcde":
        await cards.get(name)
    await cards.get("e")
    assert len(drawing.drawn) == 5

    await cards.get("a")
    assert len(drawing.drawn) == 6


@settings(max_examples=6, deadline=None)
@given(st.text(max_size=2 * LONGEST_NAME))
@example("")
@example("五月天 </svg>\ud800")
def test_any_name_is_drawn(name: str) -> None:
    png = asyncio.run(rasterize(poster(name, CARD_WIDTH, CARD_HEIGHT)))

    assert size_of(png) == (1200, 630)


async def test_the_card_of_an_event_is_served(base_url: str, seller: Person) -> None:
    event = await seller.create_event("五月天")
    address = f"/event/{event}/card.png"

    async with http_client(base_url) as http:
        answer = await http.get(address)
        head = await http.head(address)
        again = await http.get(address, headers={"If-None-Match": answer.headers["ETag"]})

    assert (answer.status_code, size_of(answer.content)) == (200, (1200, 630))
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert (again.status_code, again.content) == (304, b"")


async def test_there_is_no_card_of_what_not_everybody_may_see(
    base_url: str, seller: Person
) -> None:
    hidden = await seller.create_event("Nobody knows", is_active=False)

    async with http_client(base_url) as http:
        for asking in (http, seller.http):
            for event in (hidden, 999_999_999):
                answer = await asking.get(f"/event/{event}/card.png")

                assert answer.status_code == 404
                assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_card_is_another_when_the_name_is() -> None:
    source = FakeFacts()
    site = Site(Path(pages.__file__).parent)

    jazz = await site.card(asking(source, 7))
    source.found = replace(FACTS, name="Blues")
    blues = await site.card(asking(source, 8))
    seen = await site.card(asking(source, 8, blues.headers["ETag"]))

    assert jazz.headers["ETag"] != blues.headers["ETag"]
    assert bytes(jazz.body) != bytes(blues.body)
    assert (seen.status_code, seen.headers["ETag"]) == (304, blues.headers["ETag"])

    source.found = StoreUnavailableError("PostgreSQL")
    with pytest.raises(OverloadedError):
        await site.card(asking(source, 9))


async def test_what_the_drawing_said_is_told_with_its_failure() -> None:
    with pytest.raises(CalledProcessError) as failure:
        await rasterize("<svg")

    assert "Traceback" in "".join(failure.value.__notes__)

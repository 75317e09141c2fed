"""The poster of an event: one for each name, the same everywhere, and without any of its text."""

import re
from xml.etree import ElementTree

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from src.web.poster import LONGEST_NAME, poster
from test.web.people import http_client

NAMES = [f"Event {number}" for number in range(200)]


def test_the_same_name_is_the_same_poster_on_every_machine() -> None:
    expected = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 400" width="900" height="1200" '
        'preserveAspectRatio="xMidYMid slice"><path d="M0 0h300v400h-300z" fill="#a3e3c4"/>'
    )
    assert poster("The Magic Flute").startswith(expected)
    assert poster(" The Magic Flute\n") == poster("The Magic Flute")
    assert poster("Café") == poster("Cafe\N{COMBINING ACUTE ACCENT}")


def test_twenty_events_have_twenty_posters_of_many_kinds() -> None:
    drawn = [poster(name) for name in NAMES]
    assert len(set(drawn)) == len(drawn)
    grounds = {match[1] for one in drawn if (match := re.search(r'fill="(#\w+)"', one))}
    assert len(grounds) > 8
    assert max(map(len, drawn)) < 6_000


@given(st.text(max_size=2 * LONGEST_NAME))
def test_no_name_gets_into_the_picture(name: str) -> None:
    drawn = ElementTree.fromstring(poster(name))
    assert "".join(drawn.itertext()) == ""
    assert {element.tag.split("}")[1] for element in drawn.iter()} <= {
        *("svg", "path", "circle", "g", "clipPath")
    }
    numbers = re.findall(r"-?\d+(?:\.\d+)?", poster(name))
    assert all(abs(float(number)) < 2_000 for number in numbers if "." in number)


@pytest_asyncio.fixture(loop_scope="session")
async def root(base_url: str) -> str:
    async with http_client(base_url) as http:
        found = re.search(r"/static/\w+", (await http.get("/")).text)
    assert found
    return f"{base_url}{found[0]}"


@pytest.mark.parametrize("name", ["五月天", "", "x" * 1_000, '"><script>alert(1)</script>'])
async def test_a_poster_is_served_and_may_be_kept_for_good(root: str, name: str) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{root}/poster.svg", params={"name": name, "other": "1"})
        again = await http.get(
            f"{root}/poster.svg",
            params={"name": name},
            headers={"If-None-Match": answer.headers["ETag"]},
        )
    assert answer.status_code == 200
    assert answer.text == poster(name)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert again.status_code == 304

"""What the HTML says of an event, as a browser, a scraper and a search engine read it."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from src.web.event_facts import EventFacts
from src.web.event_head import EventHead

ORIGIN = "https://tickets.example.com"
START = datetime(2027, 5, 1, 12, tzinfo=UTC)


def facts(**changes: Any) -> EventFacts:
    given: dict[str, Any] = {
        "id": 7,
        "name": "Jazz & <b>Blues</b>",
        "description": 'Quiet.\n\n"Late" too.',
        "venue_name": "Taipei Arena",
        "lowest_price": 900,
        "highest_price": 2000,
        "seats_left": True,
    }
    return EventFacts(**{**given, **changes})


class Reader(HTMLParser):
    """What a scraper finds: metas by name or property, links, the texts of elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.metas: dict[str, str | None] = {}
        self.links: dict[str | None, str | None] = {}
        self.texts: dict[str, str] = {}
        self.tags: list[str] = []
        self._in: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "meta":
            name = given.get("name") or given.get("property")
            assert name is not None
            assert name not in self.metas
            self.metas[name] = given["content"]
        elif tag == "link":
            self.links[given["rel"]] = given["href"]
        else:
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._in.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self._in):
            self.texts[tag] = self.texts.get(tag, "") + data


def read(event: EventFacts, origin: str | None = ORIGIN) -> Reader:
    head = EventHead(event, origin, "Front Row")
    return Reader(f"<title>{head.title}</title>{head.tags}{head.first_text}")


def test_a_shared_link_looks_like_the_event() -> None:
    page = read(facts(starts_at=START, timezone="Asia/Taipei"))

    about = '2027-05-01 20:00 · Taipei Arena · Quiet. "Late" too.'
    assert page.texts["title"] == "Jazz & <b>Blues</b> – Front Row"
    preloaded = "/api/event/7?tickets=false"
    assert page.links == {"canonical": f"{ORIGIN}/event/7", "preload": preloaded}
    assert page.metas == {
        "description": about,
        "og:type": "website",
        "og:site_name": "Front Row",
        "og:title": "Jazz & <b>Blues</b>",
        "og:description": about,
        "og:url": f"{ORIGIN}/event/7",
        "og:image": f"{ORIGIN}/event/7/card.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Jazz & <b>Blues</b>",
        "twitter:card": "summary_large_image",
        "twitter:title": "Jazz & <b>Blues</b>",
        "twitter:description": about,
    }


def test_the_first_text_is_what_and_where_and_when() -> None:
    page = read(facts(starts_at=START))

    assert page.texts["h1"] == "Jazz & <b>Blues</b>"
    assert page.texts["p"] == "2027-05-01 12:00 UTC Taipei Arena"
    assert "time" not in read(facts()).tags


def test_no_address_is_guessed() -> None:
    page = read(facts(), origin=None)

    assert page.links["canonical"] == "/event/7"
    assert not {"og:url", "og:image"} & set(page.metas)
    assert page.metas["twitter:card"] == "summary"
    assert "image" not in json.loads(page.texts["script"])


def test_a_search_engine_is_told_when_and_where_and_for_how_much() -> None:
    event = facts(
        starts_at=START,
        timezone="Asia/Taipei",
        sale_opens_at=datetime(2027, 4, 1, tzinfo=UTC),
        sale_closes_at=datetime(2027, 4, 30, tzinfo=UTC),
    )

    said = json.loads(read(event).texts["script"])

    assert said.pop("offers") == {
        "@type": "AggregateOffer",
        "lowPrice": 900,
        "highPrice": 2000,
        "priceCurrency": "TWD",
        "availability": "https://schema.org/InStock",
        "url": f"{ORIGIN}/event/7",
        "validFrom": "2027-04-01T00:00:00+00:00",
        "validThrough": "2027-04-30T00:00:00+00:00",
    }
    assert said == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.name,
        "description": 'Quiet. "Late" too.',
        "image": f"{ORIGIN}/event/7/card.png",
        "startDate": "2027-05-01T20:00:00+08:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": "Taipei Arena", "address": "Taipei Arena"},
        "url": f"{ORIGIN}/event/7",
    }


def test_a_search_engine_is_told_that_it_is_sold_out() -> None:
    said = json.loads(read(facts(seats_left=False)).texts["script"])

    assert said["offers"]["availability"] == "https://schema.org/SoldOut"
    assert "startDate" not in said


@pytest.mark.parametrize("length", [300, 301, 5_000])
def test_a_long_description_is_cut(length: int) -> None:
    said = read(facts(description="x" * length)).metas["og:description"]

    assert said is not None
    assert said.removeprefix("Taipei Arena · ") == ("x" * 300 if length == 300 else f"{'x' * 299}…")


# Whatever people may type, with much of what would end an attribute, an element or a script.
hostile = st.text(
    st.sampled_from("<>&\"'/!- =\u2028`$") | st.characters(exclude_categories=["Cs", "Cc"]),
    min_size=1,
    max_size=60,
)


@given(hostile, hostile)
@example("</script><script>alert(1)</script>", "<!--<script>")
@example('"><img src=x onerror=alert(1)>', "' onclick='")
@example("$root ${title}", "]]>")
def test_no_name_becomes_markup(name: str, text: str) -> None:
    event = facts(name=name, venue_name=text, description=text, timezone=None)
    page = read(event)

    assert page.tags == read(facts()).tags
    assert page.metas["og:title"] == name
    assert page.texts["h1"] == name
    said = json.loads(page.texts["script"])
    assert (said["name"], said["location"]["name"]) == (name, text)
    assert not {"<", ">", "&"} & set(page.texts["script"])

"""What the HTML of an event's page says of it before any script runs."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from src.web.cards import CARD_HEIGHT, CARD_WIDTH
from src.web.event_facts import EventFacts

# What the pages write prices in.
_CURRENCY = "TWD"
_LONGEST_DESCRIPTION = 300
_SCRIPT_ENDS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}


@dataclass(frozen=True, slots=True)
class EventHead:
    """HTML for the head and for the body of one event's page. `origin` is that of the service for
    the world (`https://tickets.example.com`), None where nobody has said what it is."""

    facts: EventFacts
    origin: str | None
    site: str

    @property
    def title(self) -> str:
        return escape(f"{self.facts.name} – {self.site}")

    @property
    def tags(self) -> str:
        title, description = self.facts.name, self._summary()
        properties = {
            "og:type": "website",
            "og:site_name": self.site,
            "og:title": title,
            "og:description": description,
        }
        names = {"description": description, "twitter:title": title}
        names |= {"twitter:description": description, "twitter:card": "summary"}
        if self.origin is not None:
            names["twitter:card"] = "summary_large_image"
            properties |= {
                "og:url": self._address,
                "og:image": self._card_address,
                "og:image:type": "image/png",
                "og:image:width": str(CARD_WIDTH),
                "og:image:height": str(CARD_HEIGHT),
                "og:image:alt": title,
            }
        lines = [
            f'<link rel="canonical" href="{escape(self._address)}">',
            f'<link rel="preload" as="fetch" crossorigin href="{self._api_address}">',
            *(f'<meta name="{name}" content="{escape(value)}">' for name, value in names.items()),
            *(
                f'<meta property="{name}" content="{escape(value)}">'
                for name, value in properties.items()
            ),
            f'<script type="application/ld+json">{self._linked_data()}</script>',
        ]
        return "\n".join(lines)

    @property
    def first_text(self) -> str:
        """As the page draws it itself; `data-served` is where the page's module reads it again."""
        facts = self.facts
        when = ""
        if (start := self._start()) is not None:
            when = f'<time class="when" datetime="{start.isoformat()}">{_shown(start)}</time>'
        return (
            '<header class="header"></header><main class="page" data-served'
            f' data-timezone="{escape(facts.timezone or "")}"><article class="event">'
            '<header class="board playbill"><span class="poster"></span>'
            f'<div class="playbill__text"><h1 class="playbill__name"><bdi>{escape(facts.name)}</bdi></h1>'
            f'<p class="playbill__facts">{when} '
            f'<bdi class="playbill__venue">{escape(facts.venue_name)}</bdi></p>'
            "</div></header></article></main>"
        )

    @property
    def _address(self) -> str:
        return f"{self.origin or ''}/event/{self.facts.id}"

    @property
    def _card_address(self) -> str:
        return f"{self._address}/card.png"

    @property
    def _api_address(self) -> str:
        """What the page asks for first, as it asks: the browser begins before any script is there."""
        return f"/api/event/{self.facts.id}?tickets=false"

    def _start(self) -> datetime | None:
        """In the event's own zone."""
        if self.facts.starts_at is None:
            return None
        zone = ZoneInfo(self.facts.timezone) if self.facts.timezone else UTC
        return self.facts.starts_at.astimezone(zone)

    def _summary(self) -> str:
        start = self._start()
        what = [_shown(start)] if start else []
        return " · ".join([*what, self.facts.venue_name, _shortened(self.facts.description)])

    def _linked_data(self) -> str:
        facts, start = self.facts, self._start()
        moments = {"validFrom": facts.sale_opens_at, "validThrough": facts.sale_closes_at}
        offers = {
            "@type": "AggregateOffer",
            "lowPrice": facts.lowest_price,
            "highPrice": facts.highest_price,
            "priceCurrency": _CURRENCY,
            "availability": f"https://schema.org/{'InStock' if facts.seats_left else 'SoldOut'}",
            "url": self._address,
            **{name: at.isoformat() for name, at in moments.items() if at is not None},
        }
        event = {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": facts.name,
            "description": _shortened(facts.description),
            **({} if self.origin is None else {"image": self._card_address}),
            **({} if start is None else {"startDate": start.isoformat()}),
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": {
                "@type": "Place",
                "name": facts.venue_name,
                "address": facts.venue_name,
            },
            "offers": offers,
            "url": self._address,
        }
        return json.dumps(event, ensure_ascii=False).translate(_SCRIPT_ENDS)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _LONGEST_DESCRIPTION:
        return line
    return f"{line[: _LONGEST_DESCRIPTION - 1].rstrip()}…"


def _shown(moment: datetime) -> str:
    """In no language."""
    return f"{moment:%Y-%m-%d %H:%M}{'' if moment.tzinfo is not UTC else ' UTC'}"

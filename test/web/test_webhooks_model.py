"""Webhooks on the pages: what a form sends, how a delivery stands, and how often the page looks."""

import inspect
import re
from datetime import timedelta
from typing import Any

import pytest

from src.service.integration.domain.delivery import Answer, Trouble, verdict_on
from src.service.integration.driven_adapter import checked_network, http_webhook_sender
from src.service.shared_kernel.message_type import MessageType
from test.web.conftest import Library

# Where the code says why a delivery failed.
_WHY_IT_FAILED = re.compile(r"""(?:UnreachableError\(|\berror = f?|\breturn f?)"([^"]+)\"""")

FORM = {"url": "https://example.com/in", "description": "", "types": ["event.created"]}


async def test_the_pages_know_every_type(library: Library) -> None:
    assert sorted(await library("model/webhooks", "m.TYPES")) == sorted(MessageType)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {}),
        ({"url": " "}, {"url": ["form.required"]}),
        ({"url": "example.com/in"}, {"url": ["field.address"]}),
        ({"url": "ftp://example.com/in"}, {"url": ["field.address"]}),
        ({"url": "https://"}, {"url": ["field.address"]}),
        ({"types": []}, {"types": ["webhook.noTypes"]}),
    ],
)
async def test_what_is_plainly_wrong(
    library: Library, typed: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert await library("model/webhooks", "m.check(a)", {**FORM, **typed}) == wrong


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ({}, {}),
        ({"url": " https://example.com/in "}, {}),
        ({"description": "Till"}, {"description": "Till"}),
        ({"types": ["ticket.checked_in"]}, {"types": ["ticket.checked_in"]}),
    ],
)
async def test_only_what_was_changed_is_sent(
    library: Library, typed: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert await library("model/webhooks", "m.changesOf(a, b)", FORM, {**FORM, **typed}) == sent


async def test_a_description_can_be_taken_away(library: Library) -> None:
    before = {**FORM, "description": "Till"}
    assert await library("model/webhooks", "m.changesOf(a, b)", before, FORM) == {
        "description": None
    }


async def test_the_page_looks_soon_after_something_happened_and_then_less_often(
    library: Library,
) -> None:
    waiting = [{"id": "2", "status": "waiting", "attempts": 0}]
    tried = [{"id": "2", "status": "waiting", "attempts": 1}]
    done = [{"id": "2", "status": "delivered", "attempts": 2}]
    pauses = await library(
        "model/webhooks",
        """(() => {
          const every = m.lookingAgain();
          return a.map(([deliveries, asked]) => every(deliveries, asked));
        })()""",
        [
            *((deliveries, False) for deliveries in (waiting, waiting, waiting, *[tried] * 6)),
            (tried, True),
            (done, False),
        ],
    )
    waits = [1000, 2000, 4000, 1000, 2000, 4000, 8000, 10_000, 10_000]
    assert pauses == [*waits, 1000, 10_000]


async def test_a_message_waits_for_the_oldest_of_its_event(library: Library) -> None:
    deliveries = [
        {"id": 5, "event_id": 7, "status": "waiting"},
        {"id": 4, "event_id": 8, "status": "waiting"},
        {"id": 3, "event_id": 7, "status": "waiting"},
        {"id": 2, "event_id": 7, "status": "waiting"},
        {"id": 1, "event_id": 7, "status": "failed"},
        {"id": 0, "status": "waiting"},
    ]
    ahead = await library("model/webhooks", "a.map((one) => m.aheadOf(one, a)?.id)", deliveries)
    assert ahead == [2, None, 2, None, None, None]


async def test_why_a_delivery_failed_is_said_in_the_pages_words(library: Library) -> None:
    code = inspect.getsource(http_webhook_sender) + inspect.getsource(checked_network)
    sentences = [re.sub(r"\{[^}]*\}", "7", found) for found in _WHY_IT_FAILED.findall(code)]
    assert len(sentences) > 7
    keys = await library("words/webhooks", "a.map((error) => m.errorSaying(error).key)", sentences)
    assert "delivery.error.other" not in keys


async def test_why_a_webhook_is_paused_is_said_in_the_pages_words(library: Library) -> None:
    day = timedelta(days=1)
    verdicts = [
        verdict_on(answer, Trouble(day, day), is_trial=False, spread=0)
        for answer in (Answer(0, 410), Answer(0, 500), Answer(0, error="TLS: expired"))
    ]
    reasons = [verdict.reason for verdict in verdicts]
    keys = await library(
        "words/webhooks", "[...a, undefined].map((why) => m.reasonSaying(why).key)", reasons
    )
    why = ["gone", "failing", "failing", "seller"]
    assert keys == [f"webhook.why.{one}" for one in why]

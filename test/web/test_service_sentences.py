"""What the service says of a field or instead of an answer, the pages say in their own words."""

import re

import pytest

from src.bootstrap.app import PROBLEMS
from test.support.service_sentences import field_sentences, validation_sentences
from test.web.conftest import Library

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH_WORDS = re.compile(r"[A-Za-z]{2,}")
# Shown as they are, in any language.
EXAMPLES = re.compile(r"name@example\.com|Asia/Taipei|https://")


async def test_every_sentence_about_a_field_is_known_and_said_in_chinese(
    library: Library,
) -> None:
    sentences = sorted({*field_sentences(), *validation_sentences()})
    assert len(sentences) > 40
    said = await library(
        "words/index",
        """(async () => {
          const { knownMessage } = await import("/static/any/app/words/field_messages.js");
          const { tell } = m.wordsFor("zh-Hant-TW");
          return a.map((sentence) => {
            const saying = knownMessage(sentence);
            return saying && tell(saying);
          });
        })()""",
        sentences,
    )
    unknown = [sentence for sentence, text in zip(sentences, said, strict=True) if text is None]
    assert not unknown, "words/field_messages.js does not know these"
    for text in said:
        assert CHINESE.search(text)
        assert not ENGLISH_WORDS.search(EXAMPLES.sub("", text)), text


@pytest.mark.parametrize(
    ("sentence", "english", "chinese"),
    [
        ("must have at most 5,000 characters", "At most 5,000 characters.", "最多 5,000 個字元。"),
        (
            "makes 200,000 seats; an event has at most 100,000",
            "This makes 200,000 seats. An event has at most 100,000.",
            "共 200,000 席，一個活動最多 100,000 席。",
        ),
        ("must be in the years 2000 to 2100", "A year from 2000 to 2100.", "年份須在 2000 到 2100 之間。"),
        ("must never be said", "This is not accepted.", "這項內容不被接受。"),
    ],
)  # fmt: skip
async def test_a_sentence_keeps_its_numbers_and_an_unknown_one_is_told_in_general(
    library: Library, sentence: str, english: str, chinese: str
) -> None:
    said = await library(
        "words/field_messages",
        """(async () => {
          const { wordsFor } = await import("/static/any/app/words/index.js");
          return ["en", "zh-Hant-TW"].map((tag) => wordsFor(tag).tell(m.fieldSaying(a)));
        })()""",
        sentence,
    )
    assert said == [english, chinese]


async def test_every_type_of_problem_has_a_text(library: Library) -> None:
    types = sorted({error.type for error in PROBLEMS})
    known = await library("words/problems", "a.filter(m.isKnown)", types)
    assert known == types
    said = await library(
        "words/index",
        """(async () => {
          const { Problem } = await import("/static/any/app/http.js");
          const told = (type) => new Problem(409, { type: `urn:x:${type}`, detail: "English" });
          return a.map((type) => m.problemText(m.wordsFor("zh-Hant-TW"), told(type)));
        })()""",
        types,
    )
    assert all(CHINESE.search(text) and "problem." not in text for text in said)


@pytest.mark.parametrize(
    ("status", "body", "wait", "text"),
    [
        (503, {"type": "urn:x:overloaded"}, 2, "Nothing was done. Try again in 2 seconds."),
        (429, None, 90, "Nothing was done. Try again in 2 minutes."),
        (0, None, 0, "The service does not answer."),
        (418, {"detail": "I am a teapot"}, 0, "Something went wrong. Try again."),
    ],
)
async def test_a_problem_is_told_with_when_to_try_again(
    library: Library, status: int, body: object, wait: int, text: str
) -> None:
    said = await library(
        "words/index",
        """(async () => {
          const { Problem } = await import("/static/any/app/http.js");
          return m.problemText(m.wordsFor("en"), new Problem(a, b, c));
        })()""",
        status,
        body,
        wait,
    )
    assert text in said


async def test_what_is_told_is_drawn_in_either_language(library: Library) -> None:
    saying = {
        "key": "hold.cancelledBecause",
        "values": {
            "reason": "Rain & wind",
            "seats": [
                {"key": "order.seat", "values": {"area": "A-1", "row": "2", "seat": n}}
                for n in ("3", "4")
            ],
        },
    }  # fmt: skip
    said = await library(
        "words/index", "['en', 'zh-Hant-TW'].map((tag) => m.wordsFor(tag).tell(a))", saying
    )
    assert said[0].endswith("A-1 · row 2 · seat 3 and A-1 · row 2 · seat 4: Rain & wind")
    assert "Rain & wind" in said[1]

"""The two languages say the same things, and nothing that no page says."""

import re
from pathlib import Path

import pytest

import src.web as web

APP = Path(web.__file__).parent / "app"


def keys(file: str) -> dict[str, set[str]]:
    """Each key of a language with the names of the values that its text takes."""
    text = (APP / "words" / file).read_text(encoding="utf-8")
    entries = re.split(r'^  (?="[\w.]+":)', text, flags=re.MULTILINE)[1:]
    return {entry.split('"')[1]: set(re.findall(r"\{(\w+)\}", entry)) for entry in entries}


ENGLISH = ("en.js", "en_problems.js", "en_webhooks.js")


@pytest.mark.parametrize("file", ENGLISH)
def test_both_languages_have_the_same_texts_with_the_same_values(file: str) -> None:
    assert keys(file) == keys(file.replace("en", "zh_tw", 1))


def test_every_text_is_used_and_every_used_text_exists() -> None:
    pages = "".join(
        path.read_text(encoding="utf-8")
        for path in APP.rglob("*.js")
        if path.name not in ENGLISH and not path.name.startswith("zh_tw")
    )
    known = {key for file in ENGLISH for key in keys(file)}
    used = set(re.findall(r'"([a-z]+\.[A-Za-z.0-9]+)"', pages)) & {
        key for key in re.findall(r'"([\w.]+)"', pages) if key.split(".")[0] in prefixes(known)
    }
    used = {key for key in used if not key.endswith(".js")}
    assert used <= known, used - known
    made = set(re.findall(r"`([a-z]+\.[\w.]*)\$\{", pages))
    unused = {key for key in known - used if not any(key.startswith(start) for start in made)}
    assert not unused


def prefixes(known: set[str]) -> set[str]:
    return {key.split(".")[0] for key in known}

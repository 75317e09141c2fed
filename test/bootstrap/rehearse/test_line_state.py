"""What a buyer of a rehearsal knows of its place from the line's stream alone."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

import test.support as support
from src.bootstrap.commands.rehearse.line_state import LineState, line_state_of

_PUBLISHED = json.loads((Path(support.__file__).parent / "shuffle_vectors.json").read_text())
_SEED = "07" * 32


def state(**changes: Any) -> LineState:
    content = {
        "event_id": 1,
        "phase": "open",
        "opens_at": None,
        "joined": 8,
        "gathered": 5,
        "serving": 2,
        "per_minute": 60,
        "seed_hash": sha256(bytes.fromhex(_SEED)).hexdigest(),
        "seed": _SEED,
    }
    return line_state_of(orjson.dumps(content | changes))


@pytest.mark.parametrize("vector", _PUBLISHED["vectors"], ids=lambda vector: str(vector["count"]))
def test_a_number_is_that_of_the_published_permutation(vector: dict[str, Any]) -> None:
    line = state(seed=vector["seed"], gathered=vector["count"])
    points = vector.get("points") or list(enumerate(vector["mapping"]))
    for index, shuffled in points:
        assert line.number_of(index + 1) == shuffled + 1


def test_who_came_after_the_opening_has_the_entry_as_number() -> None:
    assert [state().number_of(entry) for entry in (6, 7, 8)] == [6, 7, 8]


def test_nobody_knows_a_number_before_the_opening() -> None:
    assert state(phase="gathering", seed=None).number_of(3) is None


def test_a_seed_must_be_the_one_that_was_promised() -> None:
    assert state().keeps_its_word
    assert state(phase="gathering", seed=None).keeps_its_word
    assert not state(seed="08" * 32).keeps_its_word

"""The shuffle is the published one, moves everybody somewhere, and prefers nobody."""

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.service.admission.domain.shuffle import ROUNDS, Shuffle

_FILE = Path(__file__).parents[3] / "support" / "shuffle_vectors.json"
VECTORS: list[Any] = json.loads(_FILE.read_text())["vectors"]

seeds = st.binary(min_size=32, max_size=32)


def points_of(vector: Any) -> list[tuple[int, int]]:
    if "mapping" in vector:
        return list(enumerate(vector["mapping"]))
    return [(place, moved) for place, moved in vector["points"]]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"of {vector['count']}")
def test_is_that_of_the_published_vectors(vector: Any) -> None:
    shuffle = Shuffle(bytes.fromhex(vector["seed"]), vector["count"])

    for place, moved in points_of(vector):
        assert shuffle.shuffled(place) == moved
        assert shuffle.unshuffled(moved) == place


def test_the_vectors_are_of_as_many_rounds() -> None:
    assert json.loads(_FILE.read_text())["rounds"] == ROUNDS


@settings(max_examples=30)  # each is hundreds of places, of thousands of digests
@given(seed=seeds, count=st.integers(1, 300))
def test_gives_each_place_to_one(seed: bytes, count: int) -> None:
    shuffle = Shuffle(seed, count)

    assert sorted(map(shuffle.shuffled, range(count))) == list(range(count))


@given(seed=seeds, count=st.integers(1, 2**40), place=st.integers(0))
def test_runs_backwards(seed: bytes, count: int, place: int) -> None:
    shuffle, place = Shuffle(seed, count), place % count

    assert shuffle.unshuffled(shuffle.shuffled(place)) == place


@pytest.mark.parametrize("count", [2, 7, 10])
def test_prefers_no_place_to_another(count: int) -> None:
    """Chi-square of where each goes over many seeds, against its 99.99 % point."""
    seeds = [sha256(number.to_bytes(4)).digest() for number in range(500)]
    shuffles = [Shuffle(seed, count) for seed in seeds]
    expected = len(shuffles) / count

    for place in range(count):
        found = Counter(shuffle.shuffled(place) for shuffle in shuffles)
        chi_square = sum((found[to] - expected) ** 2 / expected for to in range(count))
        assert chi_square < {2: 15.1, 7: 27.9, 10: 33.7}[count]

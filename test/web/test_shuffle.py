"""The shuffle of a waiting line as the pages compute it."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import test.support as support
from test.web.conftest import Library

PUBLISHED = json.loads(
    (Path(support.__file__).parent / "shuffle_vectors.json").read_text(encoding="utf-8")
)["vectors"]


@pytest.mark.parametrize("vector", PUBLISHED, ids=lambda vector: str(vector["count"]))
async def test_is_the_published_permutation(library: Library, vector: dict[str, Any]) -> None:
    points = vector.get("points") or list(enumerate(vector["mapping"]))

    found = await library(
        "model/shuffle",
        "a.map((index) => m.shuffledIndex(index, b, c))",
        [index for index, _ in points],
        vector["count"],
        vector["seed"],
    )

    assert found == [shuffled for _, shuffled in points]


async def test_the_hash_of_a_seed_is_that_of_its_bytes(library: Library) -> None:
    seed = PUBLISHED[0]["seed"]

    found = await library("model/shuffle", "m.hashOf(a)", seed)

    assert found == sha256(bytes.fromhex(seed)).hexdigest()

"""What the stream of a waiting line says, and whose turn it is by that."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import orjson

from src.service.admission.domain.shuffle import Shuffle

_MESSAGES_KEPT = 64


@dataclass(frozen=True, slots=True)
class LineState:
    """`seed` is None before the opening. `joined` and `gathered` count people, `serving` is the last
    number that was let in."""

    joined: int
    gathered: int
    serving: int
    per_minute: int
    is_over: bool
    seed_hash: str
    seed: bytes | None

    @property
    def keeps_its_word(self) -> bool:
        """Whether the seed is the one whose hash was public before."""
        return self.seed is None or sha256(self.seed).hexdigest() == self.seed_hash

    def number_of(self, entry: int) -> int | None:
        """The number of who has this entry; None as long as nobody can know it."""
        if self.seed is None:
            return None
        if entry > self.gathered:
            return entry
        return _shuffle(self.seed, self.gathered).shuffled(entry - 1) + 1


@lru_cache(maxsize=_MESSAGES_KEPT)
def line_state_of(message: bytes) -> LineState:
    """The same bytes come to everybody in line, and are read once."""
    content = orjson.loads(message)
    return LineState(
        content["joined"],
        content["gathered"],
        content["serving"],
        content["per_minute"],
        content["phase"] == "over",
        content["seed_hash"],
        bytes.fromhex(content["seed"]) if content["seed"] else None,
    )


@lru_cache(maxsize=8)
def _shuffle(seed: bytes, count: int) -> Shuffle:
    return Shuffle(seed, count)

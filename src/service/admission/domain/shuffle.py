"""The order in which those who gathered before an opening are served: a permutation that anybody can
compute from its seed, in both directions, for one place at a time.

It is the swap-or-not shuffle of Ethereum's consensus specification (`compute_shuffled_index`, 90 rounds).
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

ROUNDS = 90

# One hash decides for so many positions that lie side by side.
_POSITIONS = 256

# The decisions of up to so many places are kept: who asks for one is often followed by others of the same
# shuffle. Of more places hardly two share a hash, and to keep one takes longer than to make it.
_MOST_KEPT = 20_000


class Shuffle:
    """The permutation of `count` places under a seed of 32 bytes. Places count from 0."""

    def __init__(self, seed: bytes, count: int) -> None:
        self._count = count
        # Two places are partners in a round when they add up to its pivot.
        self._pivots = [
            int.from_bytes(sha256(seed + bytes([number])).digest()[:8], "little") % count
            for number in range(ROUNDS)
        ]
        self._heads = [seed + bytes([number]) for number in range(ROUNDS)]
        self._decide = _kept_decisions if count <= _MOST_KEPT else _decisions

    def shuffled(self, place: int) -> int:
        """Where this place goes."""
        return self._moved(place, range(ROUNDS))

    def unshuffled(self, place: int) -> int:
        """Which place goes here: each round undoes itself, so this is the same in reverse."""
        return self._moved(place, reversed(range(ROUNDS)))

    def _moved(self, place: int, rounds: Iterable[int]) -> int:
        count, pivots, heads, decide = self._count, self._pivots, self._heads, self._decide
        for number in rounds:
            partner = (pivots[number] - place) % count
            position = max(place, partner)
            decisions = decide(heads[number], position // _POSITIONS)
            if decisions[position % _POSITIONS // 8] >> position % 8 & 1:
                place = partner
        return place


def _decisions(head: bytes, block: int) -> bytes:
    return sha256(head + block.to_bytes(4, "little")).digest()


# Enough for one shuffle of that size.
_kept_decisions = lru_cache(maxsize=8 * 1024)(_decisions)

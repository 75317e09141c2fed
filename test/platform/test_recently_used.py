"""What is kept of what was made, and what is dropped first."""

from src.platform.recently_used import RecentlyUsed


def kept(cache: RecentlyUsed[str, int], keys: str) -> str:
    """Those of these keys that are kept; asking is using."""
    return "".join(key for key in keys if cache.get(key) is not None)


def test_drops_what_was_not_used_for_the_longest_time() -> None:
    cache: RecentlyUsed[str, int] = RecentlyUsed(30)
    for number, key in enumerate("abc"):
        cache.put(key, number, 10)
    assert cache.get("a") == 0

    cache.put("d", 3, 10)

    assert kept(cache, "abcd") == "acd"


def test_counts_only_what_is_there() -> None:
    cache: RecentlyUsed[str, int] = RecentlyUsed(30)
    for number in range(10):
        cache.put("a", number, 20)
    cache.put("b", 1, 10)

    assert (cache.get("a"), cache.get("b")) == (9, 1)

    cache.put("a", 10, 25)
    assert kept(cache, "ab") == "a"


def test_keeps_nothing_that_is_larger_than_all_may_be() -> None:
    cache: RecentlyUsed[str, int] = RecentlyUsed(30)
    cache.put("a", 1, 10)

    cache.put("b", 2, 31)

    assert kept(cache, "ab") == ""
    cache.put("a", 1, 30)
    assert kept(cache, "ab") == "a"

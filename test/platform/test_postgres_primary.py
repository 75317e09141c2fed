"""The primary among several hosts, with hosts that are made up."""

import asyncio
from typing import Any

import asyncpg
import pytest

from src.platform.postgres_primary import NoPrimaryError, PrimaryFinder

# Longer than any test waits.
_NEVER = 3600.0


class Connection:
    def __init__(self, host: str, timeline: int) -> None:
        self.host = host
        self.is_open = True
        self._timeline = timeline

    async def fetchval(self, _statement: str) -> str:
        return f"{self._timeline:08X}"

    def terminate(self) -> None:
        self.is_open = False


class Hosts:
    """What each host does: a number is the timeline on which it takes writes."""

    def __init__(self, **does: int | str) -> None:
        self.does = does
        self.asked: list[str] = []
        self.opened: list[Connection] = []

    async def connect(self, *, host: str, port: int, **options: Any) -> Connection:
        self.asked.append(host)
        await asyncio.sleep(0)
        does = self.does[host]
        match does:
            case "refuses":
                raise ConnectionRefusedError("refused")
            case "swallows":
                await asyncio.sleep(_NEVER)
            case "follows" if options["target_session_attrs"] == "read-write":
                raise asyncpg.TargetServerAttributeNotMatched("read-write")
        assert isinstance(does, int)
        self.opened.append(Connection(host, does))
        return self.opened[-1]


async def connected(finder: PrimaryFinder, *hosts: str, **options: Any) -> Any:
    names = list(hosts) or ["a", "b"]
    return await finder.connect(host=names, port=[5432] * len(names), timeout=5.0, **options)


@pytest.mark.parametrize(
    "does",
    [
        {"a": 1, "b": "follows"},
        {"a": 3, "b": 2},
        {"a": 1, "b": "refuses"},
        {"a": 1, "b": "swallows"},
    ],
)
async def test_the_primary_is_found_in_any_order(does: dict[str, int | str]) -> None:
    hosts = Hosts(**does)

    for names in (["a", "b"], ["b", "a"]):
        assert (await connected(PrimaryFinder(hosts.connect), *names)).host == "a"

    assert sum(connection.is_open for connection in hosts.opened) == 2


async def test_once_it_is_known_no_other_host_is_asked() -> None:
    hosts = Hosts(a="swallows", b=1)
    finder = PrimaryFinder(hosts.connect)

    await connected(finder)
    hosts.asked.clear()
    await asyncio.gather(*(connected(finder) for _ in range(5)))

    assert hosts.asked == ["b"] * 5


async def test_all_who_want_to_know_share_the_answers() -> None:
    hosts = Hosts(a="follows", b=1)
    finder = PrimaryFinder(hosts.connect)

    await asyncio.gather(*(connected(finder) for _ in range(5)))

    assert hosts.asked == ["a", "b", *["b"] * 5]


async def test_a_failed_connection_makes_it_look_again_and_cut_off_the_old_ones() -> None:
    hosts = Hosts(a=1, b="follows")
    finder = PrimaryFinder(hosts.connect)
    old = await connected(finder)

    hosts.does = {"a": "swallows", "b": 2}
    finder.doubt()
    new = await connected(finder)

    assert new.host == "b"
    assert [connection for connection in hosts.opened if connection.is_open] == [new]
    assert old is not new


async def test_a_primary_that_cannot_be_reached_is_doubted() -> None:
    hosts = Hosts(a=1, b="follows")
    finder = PrimaryFinder(hosts.connect)
    await connected(finder)

    hosts.does = {"a": "refuses", "b": 2}
    with pytest.raises(ConnectionRefusedError):
        await connected(finder)

    assert (await connected(finder)).host == "b"


async def test_an_old_primary_is_never_taken_once_a_newer_one_was_seen() -> None:
    hosts = Hosts(a=1, b=2)
    finder = PrimaryFinder(hosts.connect)
    await connected(finder)

    hosts.does["b"] = "refuses"
    finder.doubt()
    for _ in range(2):
        with pytest.raises(NoPrimaryError, match=r"a:5432: an old primary; b:5432: refused"):
            await connected(finder)

    hosts.does["b"] = 1  # another server under the same name
    with pytest.raises(NoPrimaryError):
        await connected(finder)
    hosts.does["b"] = 3
    assert (await connected(finder)).host == "b"


async def test_another_server_under_the_name_of_the_primary_is_not_taken() -> None:
    hosts = Hosts(a=2, b="follows")
    finder = PrimaryFinder(hosts.connect)
    await connected(finder)

    hosts.does = {"a": 1, "b": 3}
    with pytest.raises(NoPrimaryError):
        await connected(finder)

    new = await connected(finder)
    assert new.host == "b"
    assert [connection for connection in hosts.opened if connection.is_open] == [new]


async def test_what_each_host_says_is_told() -> None:
    finder = PrimaryFinder(Hosts(a="refuses", b="follows").connect)

    with pytest.raises(NoPrimaryError, match=r"a:5432: refused; b:5432: takes no writes"):
        await connected(finder)


async def test_hosts_that_all_swallow_everything_end_the_search_in_time() -> None:
    finder = PrimaryFinder(Hosts(a="swallows", b="swallows").connect)

    with pytest.raises(NoPrimaryError, match="a:5432: no answer in time"):
        await finder.connect(host=["a", "b"], port=[5432, 5432], timeout=0.05)


async def test_one_host_is_connected_to_and_never_asked() -> None:
    hosts = Hosts(a=1)
    finder = PrimaryFinder(hosts.connect)

    connection = await finder.connect(host="a", port=5432)
    finder.doubt()

    assert connection.is_open
    assert hosts.asked == ["a"]

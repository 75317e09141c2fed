"""The scripts on a real server take for a lost state what the readers take for one."""

from collections.abc import Iterator
from contextlib import closing

import pytest
import redis
from hypothesis import example, given
from hypothesis import strategies as st

from src.service.reservation.driven_adapter import seat_scripts
from src.service.shared_kernel.seat_state_keys import Layout
from src.service.shared_kernel.stored_seat_state import StoredSeats
from test.fake.people import HOUSE
from test.support.infrastructure import Infrastructure

SUBSECTION = HOUSE.subsections[0]
KEYS = [f"judged:{{1}}:{name}" for name in ("layout", "version", "pending", "seats")]
LAYOUT = Layout(3, closed=False).to_json(HOUSE).encode()
HEAD = LAYOUT.index(b"rows")

cut_or_changed = st.builds(
    lambda start, length, instead: LAYOUT[:start] + instead + LAYOUT[start + length :],
    st.integers(0, HEAD) | st.just(len(LAYOUT) - 2),
    st.integers(0, 6),
    st.sampled_from([b"", b"0", b"7", b" ", b'"', b"true", b"x"]),
)
versions = st.sampled_from([b"1", b"17", b"0", b"", b"-1", b"1.5", b"1e3", b"many", b"9" * 16])
seat_bytes = st.sampled_from([b"000000", b"000200", b"00x000", b"000\x00\xff0", b"00"])


@pytest.fixture(scope="module")
def client(infrastructure: Infrastructure) -> Iterator[redis.Redis]:
    with closing(redis.Redis.from_url(infrastructure.kvrocks_url, protocol=2)) as client:
        yield client
        client.delete(*KEYS)


@given(st.just(LAYOUT) | cut_or_changed, versions, seat_bytes)
@example(LAYOUT, b"1", b"000000")
@example(b"rubbish", b"1", b"000000")
@example(LAYOUT, b"many", b"000000")
@example(LAYOUT, b"1", b"00x000")
def test_a_take_that_comes_upon_a_lost_state_changes_nothing(
    client: redis.Redis, layout: bytes, version: bytes, seats: bytes
) -> None:
    client.delete(*KEYS)
    client.mset(dict(zip((KEYS[0], KEYS[1], KEYS[3]), (layout, version, seats), strict=True)))
    whole = StoredSeats.read(HOUSE, (SUBSECTION,), (layout, version, seats))

    answer = client.eval(seat_scripts.TAKE, 4, *KEYS, "a hold", 1000, "0,1,2,3,4,5")

    assert (answer == [b"missing"]) == (whole is None)
    if whole is None:
        assert client.mget(KEYS[0], KEYS[1], KEYS[3]) == [layout, version, seats]
        assert not client.exists(KEYS[2])

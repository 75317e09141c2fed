"""Streams compressed from pieces that many share."""

import asyncio
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.platform.http import gzip_stream
from src.platform.http.gzip_stream import HEAD, GzipMember, Piece, SharedMessage


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_pieces_are_one_gzip_member(contents: list[bytes]) -> None:
    member = GzipMember()

    stream = HEAD + b"".join([member.add(Piece.of(content)) for content in contents]) + member.end()

    assert gzip.decompress(stream) == b"".join(contents)


@given(st.binary(max_size=2_000), st.binary(max_size=2_000))
def test_the_checksum_of_two_follows_from_those_of_each(one: bytes, other: bytes) -> None:
    assert Piece.of(other).crc_after(zlib.crc32(one)) == zlib.crc32(one + other)


def test_a_piece_does_not_need_what_came_before_it() -> None:
    content = b"the same again and again " * 20
    pieces = [Piece.of(content), Piece.of(content)]
    late, early = GzipMember(), GzipMember()
    early.add(pieces[0])
    stream = HEAD + late.add(pieces[1]) + late.end()

    assert gzip.decompress(stream) == content


async def test_a_large_message_is_compressed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzip_stream, "_AT_ONCE", 1_000)
    message = SharedMessage(b"0123456789" * 777)
    others = 0

    async def count_turns() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count_turns())
    pieces = await asyncio.gather(message.piece(), message.piece())
    counting.cancel()

    assert others > 7
    assert pieces[0] is pieces[1] is await message.piece()
    member = GzipMember()
    assert gzip.decompress(HEAD + member.add(pieces[0]) + member.end()) == message

"""One gzip member for each client, made of pieces that all clients share.

Each piece is compressed once, without a window into what came before it, and ends on a byte: so the same
bytes can follow whatever a client has been sent. What is left to do for each client is the checksum of
all that it got, and that of two pieces together follows from those of each and the second one's length.
"""

import asyncio
import zlib
from functools import lru_cache

# Seats as JSON come to a sixteenth, and 500 of them take a tenth of a millisecond.
_LEVEL = 4
_AT_ONCE = 256 * 1024  # some milliseconds, in which nothing else happens

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"

# Polynomials over GF(2) as CRC-32 writes them: the highest bit is x to the power of 0.
_CRC_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


class Piece:
    """A part of a stream, compressed."""

    def __init__(self, deflated: bytes, crc: int, size: int) -> None:
        """`crc` and `size` are of the plain content."""
        self.deflated = deflated
        self.crc = crc
        self.size = size

    @classmethod
    def of(cls, content: bytes) -> "Piece":
        compressor = _compressor()
        deflated = compressor.compress(content) + compressor.flush(zlib.Z_FULL_FLUSH)
        return cls(deflated, zlib.crc32(content), len(content))

    def crc_after(self, crc: int) -> int:
        """The checksum of a stream that had this one, with the piece at its end."""
        moved = _moved_by(self.size)
        return (
            moved[0][crc & 15]
            ^ moved[1][crc >> 4 & 15]
            ^ moved[2][crc >> 8 & 15]
            ^ moved[3][crc >> 12 & 15]
            ^ moved[4][crc >> 16 & 15]
            ^ moved[5][crc >> 20 & 15]
            ^ moved[6][crc >> 24 & 15]
            ^ moved[7][crc >> 28]
            ^ self.crc
        )


class SharedMessage(bytes):
    """A message that is sent to many, and compressed once: when the first of them wants it so."""

    _piece: Piece | None = None
    _making: asyncio.Future[Piece] | None = None

    async def piece(self) -> Piece:
        if self._piece is None:
            if len(self) <= _AT_ONCE:
                self._piece = Piece.of(self)
            else:
                if self._making is None:
                    self._making = asyncio.ensure_future(_in_parts(bytes(self)))
                self._piece = await asyncio.shield(self._making)
        return self._piece


class GzipMember:
    """What one client has been sent."""

    __slots__ = ("_crc", "_size")

    def __init__(self) -> None:
        self._crc = 0
        self._size = 0

    def add(self, piece: Piece) -> bytes:
        """Return the piece's bytes, which the client must be sent next; before the first, HEAD."""
        self._crc = piece.crc_after(self._crc)
        self._size += piece.size
        return piece.deflated

    def end(self) -> bytes:
        """Return what ends the stream."""
        size = self._size & 0xFFFFFFFF
        return _LAST_BLOCK + self._crc.to_bytes(4, "little") + size.to_bytes(4, "little")


async def _in_parts(content: bytes) -> Piece:
    """Others are served between the parts of a large one."""
    compressor = _compressor()
    parts, crc = [], 0
    for start in range(0, len(content), _AT_ONCE):
        part = content[start : start + _AT_ONCE]
        parts.append(compressor.compress(part))
        crc = zlib.crc32(part, crc)
        await asyncio.sleep(0)
    parts.append(compressor.flush(zlib.Z_FULL_FLUSH))
    return Piece(b"".join(parts), crc, len(content))


@lru_cache(maxsize=1024)
def _moved_by(size: int) -> list[list[int]]:
    """What each four bits of a checksum become when so many bytes follow: to move on by a byte is to
    multiply by x to the power of 8, and a product is the sum of those of its bits."""
    factor = _power_of_x(8 * size)
    columns = [0] * 32
    for bit in reversed(range(32)):
        columns[bit] = factor
        factor = _times_x(factor)
    tables = []
    for low in range(0, 32, 4):
        sums = [0]
        for column in columns[low : low + 4]:
            sums += [column ^ known for known in sums]
        tables.append(sums)
    return tables


def _compressor() -> "zlib._Compress":
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)


def _times_x(factor: int) -> int:
    return (factor >> 1) ^ (_CRC_POLYNOMIAL if factor & 1 else 0)


def _times(one: int, other: int) -> int:
    product = 0
    for bit in reversed(range(32)):
        if one >> bit & 1:
            product ^= other
        other = _times_x(other)
    return product


def _power_of_x(exponent: int) -> int:
    power, square = _ONE, _ONE >> 1
    while exponent:
        if exponent & 1:
            power = _times(power, square)
        square = _times(square, square)
        exponent >>= 1
    return power

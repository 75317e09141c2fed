"""The code on a ticket: it names a seat, and nobody without the event's key can make one.

20 bits for the seat's place in the event and 60 for the proof, in Crockford's base 32: short enough to be
typed at a door. One guess in 10^18 is right.
"""

import hmac
import struct
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256

from src.service.shared_kernel.ids import EventId, ReservationId
from src.service.shared_kernel.seating import MOST_SEATS

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {symbol: value for value, symbol in enumerate(_ALPHABET)}
_READ_AS = str.maketrans("OIL", "011")
_BITS_IN_SYMBOL = 5
_GROUPS, _GROUP = 4, 4
_SYMBOLS = _GROUPS * _GROUP

_PLACE_BITS = 20
_PROOF_BITS = 60
_PROOF_BYTES = 8
assert MOST_SEATS <= 1 << _PLACE_BITS

KEY_BYTES = 32

# What no code comes near, with everything that people put between the groups.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class TicketCode:
    """`place` is the seat's place in the event's layout order, from 0."""

    place: int
    proof: int

    def __str__(self) -> str:
        """As it is printed: XXXX-XXXX-XXXX-XXXX."""
        number = self.place << _PROOF_BITS | self.proof
        shifts = range((_SYMBOLS - 1) * _BITS_IN_SYMBOL, -1, -_BITS_IN_SYMBOL)
        symbols = "".join(_ALPHABET[number >> shift & 31] for shift in shifts)
        return "-".join(symbols[i : i + _GROUP] for i in range(0, _SYMBOLS, _GROUP))

    @classmethod
    def read(cls, text: str) -> "TicketCode | None":
        """The code that somebody typed or scanned, None when it is none.

        Read kindly: in any case and width, with spaces and dashes wherever they are, O for 0 and I or L
        for 1.
        """
        if len(text) > _LONGEST:
            return None
        plain = "".join(
            c for c in unicodedata.normalize("NFKC", text).upper() if not _separates(c)
        ).translate(_READ_AS)
        if len(plain) != _SYMBOLS or not _VALUE.keys() >= set(plain):
            return None
        number = 0
        for symbol in plain:
            number = number << _BITS_IN_SYMBOL | _VALUE[symbol]
        return cls(number >> _PROOF_BITS, number & (1 << _PROOF_BITS) - 1)


def _separates(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Pd"


@dataclass(frozen=True, slots=True)
class TicketKey:
    """The secret of one event, made once."""

    event_id: EventId
    secret: bytes = field(repr=False)

    def code(self, place: int, reservation_id: ReservationId) -> TicketCode:
        """The code of a seat, for whom it is sold to: another reservation of the same seat has another."""
        return TicketCode(place, self._proof(place, reservation_id))

    def has_made(self, code: TicketCode, reservation_id: ReservationId) -> bool:
        """Whether the code is that of its seat and this reservation."""
        proof = self._proof(code.place, reservation_id)
        return hmac.compare_digest(_bytes_of(proof), _bytes_of(code.proof))

    def _proof(self, place: int, reservation_id: ReservationId) -> int:
        named = struct.pack(">QL16s", self.event_id, place, reservation_id.bytes)
        digest = hmac.digest(self.secret, named, sha256)
        return int.from_bytes(digest[:_PROOF_BYTES]) >> _PROOF_BYTES * 8 - _PROOF_BITS


def _bytes_of(proof: int) -> bytes:
    return proof.to_bytes(_PROOF_BYTES)

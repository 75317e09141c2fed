"""Places and lines as JSON."""

from dataclasses import fields

import orjson

from src.platform.http.gzip_stream import SharedMessage
from src.service.admission.domain.line import Line, LinePhase
from src.service.admission.domain.place import Place

# The id of a line's last message, with which a client that has it comes back.
END = "over"

_PLACE = tuple(field.name for field in fields(Place))


def place_body(place: Place) -> bytes:
    present = {name: value for name in _PLACE if (value := getattr(place, name)) is not None}
    return orjson.dumps(present, option=orjson.OPT_UTC_Z)


def line_message(line: Line) -> bytes:
    """A Server-Sent Event without a name. The seed is a secret until the opening."""
    content = {
        "event_id": line.event_id,
        "phase": line.phase,
        "opens_at": line.opens_at,
        "joined": line.joined,
        "gathered": line.joined if line.gathered is None else line.gathered,
        "serving": line.serving,
        "per_minute": line.terms.per_minute,
        "seed_hash": line.seed_hash.hex(),
        "seed": None if line.gathered is None else line.seed.hex(),
    }
    head = f"id: {END}\n".encode() if line.phase is LinePhase.OVER else b""
    return SharedMessage(
        head + b"data: " + orjson.dumps(content, option=orjson.OPT_UTC_Z) + b"\n\n"
    )

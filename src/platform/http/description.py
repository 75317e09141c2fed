"""The API's description of itself, where the framework's falls short."""

from typing import Any

_STREAM = "text/event-stream"
_MESSAGE = {
    "title": "Server-Sent Event",
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+:[0-9]+$"},
        "event": {"type": "string", "enum": ["initial_status", "status_update"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}


def say_what_streams_send(schema: dict[str, Any]) -> None:
    """Describe each message of a stream; the framework takes the whole of it for one text."""
    for path in schema["paths"].values():
        for operation in path.values():
            content = operation["responses"].get("200", {}).get("content", {})
            if _STREAM in content:
                content[_STREAM] = {"itemSchema": _MESSAGE}

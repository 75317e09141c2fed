"""A message as it is written to whoever listens."""

import orjson

from src.service.integration.domain.message import Message


def as_json(message: Message) -> bytes:
    """A CloudEvent in JSON, times in UTC; the same bytes for every listener."""
    return orjson.dumps(message.as_cloud_event(), option=orjson.OPT_UTC_Z)

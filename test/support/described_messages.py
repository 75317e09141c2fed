"""Messages held against spec/asyncapi.yaml."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

Json = dict[str, Any]

DOCUMENT = Path(__file__).resolve().parents[2] / "spec" / "asyncapi.yaml"


@cache
def described_messages() -> Json:
    content: Json = yaml.safe_load(DOCUMENT.read_text())
    return content


def as_told(message: Json) -> None:
    """Fail when a message to another program is not as its type is described."""
    follow_message(message["type"], message)


def as_streamed(path: str, event: str, message_id: str, text: str) -> None:
    """Fail when a stream's message is not as the channel with this address is described. What is not one
    of the API's streams is not looked at."""
    if (name := _channel(path)) is None:
        return
    follow_message(name, json.loads(text))
    if "headers" in described_messages()["components"]["messages"][name]:
        _validator("#/components/schemas/StreamFields").validate({"id": message_id, "event": event})


def follow_message(name: str, payload: Json) -> None:
    """Fail when the payload is not what the message of this name is, or has a field that is not told of."""
    _payload_validator(name).validate(payload)


@cache
def _channel(path: str) -> str | None:
    for name, channel in described_messages()["channels"].items():
        address = channel["address"] or ""
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", address), path):
            return str(name)
    return None


@cache
def _payload_validator(name: str) -> jsonschema_rs.Draft7Validator:
    messages = described_messages()["components"]["messages"]
    [key] = (key for key, one in messages.items() if name in (key, one.get("name")))
    return _validator(f"#/components/messages/{key}/payload")


@cache
def _validator(reference: str) -> jsonschema_rs.Draft7Validator:
    whole = {"$ref": reference, "components": _closed(described_messages()["components"])}
    return jsonschema_rs.Draft7Validator(json.loads(json.dumps(whole)), validate_formats=True)


def _closed(found: Any) -> Any:
    """The same, but that no object may have a field that its schema does not name."""
    if isinstance(found, list):
        return [_closed(one) for one in found]
    if not isinstance(found, dict):
        return found
    closed = {name: _closed(one) for name, one in found.items()}
    if found.get("type") == "object" and "properties" in found:
        closed["additionalProperties"] = False
    return closed

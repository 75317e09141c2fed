"""spec/asyncapi.yaml is a valid description, whole, and its examples are what it says."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from src.service.shared_kernel.message_type import MessageType
from test.support.described_messages import described_messages, follow_message

_SCHEMA = Path(__file__).parent / "support" / "asyncapi-3.0.0.json"
MESSAGES = described_messages()["components"]["messages"]


def test_is_asyncapi() -> None:
    document = json.loads(json.dumps(described_messages()))
    jsonschema_rs.Draft7Validator(json.loads(_SCHEMA.read_text())).validate(document)


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(described_messages()):
        found: Any = described_messages()
        for name in reference.removeprefix("#/").split("/"):
            assert name in found, reference
            found = found[name]


def test_has_every_message_that_programs_are_told() -> None:
    told = described_messages()["channels"]["topic"]["messages"]

    assert {MESSAGES[name]["name"] for name in told} == {kind.value for kind in MessageType}
    assert described_messages()["channels"]["webhook"]["messages"].keys() == {
        *told,
        "webhookTest",
    }


@pytest.mark.parametrize("name", MESSAGES)
def test_examples_are_as_described(name: str) -> None:
    assert MESSAGES[name]["examples"]
    for example in MESSAGES[name]["examples"]:
        follow_message(name, example["payload"])


@pytest.mark.parametrize(
    "spoiled",
    [
        {"id": "x"},
        {"subject": "7"},
        {"surprise": 1},
        {"data": {"event_id": 7, "status": "sold_out", "surprise": 1}},
        {"data": {"event_id": "7", "status": "sold_out"}},
        {"type": "event.closed"},
    ],
)
def test_what_is_not_described_is_found(spoiled: dict[str, Any]) -> None:
    [example] = MESSAGES["eventSoldOut"]["examples"]
    with pytest.raises(jsonschema_rs.ValidationError):
        follow_message("event.sold_out", {**example["payload"], **spoiled})


def _references(found: Any) -> list[str]:
    if isinstance(found, list):
        return [reference for one in found for reference in _references(one)]
    if not isinstance(found, dict):
        return []
    if isinstance(found.get("$ref"), str):
        return [found["$ref"]]
    return [reference for one in found.values() for reference in _references(one)]

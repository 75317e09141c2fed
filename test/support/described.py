"""Answers held against the API's own description."""

import json
import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from src.bootstrap.app import create_app
from src.platform.settings import Settings

Json = dict[str, Any]

# What an answer may carry is said of these; of all others nothing.
_NAMED = {"etag", "link", "location", "ratelimit", "ratelimit-policy", "retry-after", "set-cookie"}


@cache
def described_api() -> Json:
    settings = Settings(jwt_secret="a secret for tests alone, of 32 bytes or more")
    return create_app(settings).openapi()


def as_described(response: httpx.Response) -> None:
    """Fail on a status, a problem type, a media type, a header or JSON that its operation does not
    name.

    What goes to no operation is not looked at.
    """
    operation = _operation(response.request.method, response.request.url.path)
    if operation is None:
        return
    name = f"{operation['operationId']} {response.status_code}"
    assert str(response.status_code) in operation["responses"], f"{name} is not described"
    described = _resolved(operation["responses"][str(response.status_code)])
    unnamed = _NAMED & response.headers.keys() - {
        each.lower() for each in described.get("headers", ())
    }
    assert not unnamed, f"{name} does not name {unnamed}"
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if not media_type:
        return
    assert media_type in described.get("content", ()), f"{name} has no {media_type}"
    if not media_type.endswith("json"):
        return
    response.read()
    follow_schema(response.json(), described["content"][media_type]["schema"])
    if media_type == "application/problem+json":
        kind = response.json()["type"].removeprefix("urn:ticketing:problem:")
        types = described["content"][media_type].get("examples", {"about:blank": None})
        assert kind in types, f"{name} is never {kind}"


def follow_schema(value: Any, schema: Json) -> None:
    """Fail when the value is not what the schema, one of the description, says."""
    _validator(json.dumps(schema)).validate(value)


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": described_api()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def _operation(method: str, path: str) -> Json | None:
    for template, item in described_api()["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path):
            found: Json | None = item.get(method.lower())
            return found
    return None


def _resolved(found: Json) -> Json:
    if "$ref" in found:
        name = found["$ref"].rpartition("/")[2]
        resolved: Json = described_api()["components"]["responses"][name]
        return resolved
    return found

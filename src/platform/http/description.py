"""The API's description of itself, where the framework's falls short."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from src.platform.http.authentication import required_caller

_NOBODY: dict[str, list[str]] = {}

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


def say_where_nobody_need_sign_in(schema: dict[str, Any], routers: Iterable[APIRouter]) -> None:
    """Add to the schema which operations know a caller, but do well without one.

    The framework takes every credential that is looked for as one that is required.
    """
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and not _requires_caller(route.dependant):
                for method in route.methods or ():
                    operation = schema["paths"][route.path_format][method.lower()]
                    if "security" in operation:
                        operation["security"].append(_NOBODY)


def _requires_caller(dependant: Dependant) -> bool:
    return dependant.call is required_caller or any(map(_requires_caller, dependant.dependencies))

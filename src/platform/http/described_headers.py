"""The headers that endpoints read and send, as the API's description names them."""

from typing import Any

_Json = dict[str, Any]

HEADERS: _Json = {
    "ETag": {
        "description": "Names this version of what is answered.",
        "schema": {"type": "string", "examples": ['"1:7"']},
    },
    "Link": {
        "description": 'The next page, with `rel="next"`. Not there on the last page.',
        "schema": {"type": "string", "examples": ['</api/event?limit=50&cursor=7>; rel="next"']},
    },
    "Location": {
        "description": "The address of what was made.",
        "schema": {"type": "string", "format": "uri-reference", "examples": ["/api/event/1"]},
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer", "minimum": 0, "examples": [2]},
    },
    "WWW-Authenticate": {
        "description": "How to sign in.",
        "schema": {"type": "string", "examples": ["Bearer"]},
    },
    "RateLimit": {
        "description": "The limit that was reached, what is left of it, and seconds until it ends.",
        "schema": {"type": "string", "examples": ['"login-account";r=0;t=120']},
    },
    "RateLimit-Policy": {
        "description": "The limit that was reached, how much it allows, and in how many seconds.",
        "schema": {"type": "string", "examples": ['"login-account";q=10;w=900']},
    },
    "Set-Cookie": {
        "description": "The cookies that sign a browser in, or remove what did.",
        "schema": {"type": "string"},
    },
    "Accept": {
        "description": "The media type that the body has to have.",
        "schema": {"type": "string", "examples": ["application/json"]},
    },
}
PARAMETERS: _Json = {
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The `ETag` of the event as it was read. Nothing is changed when it has"
        " changed since.",
        "schema": {"type": "string", "examples": ['"3f9c1a5be0d24c7f8e6a2b1c0d9e8f70"']},
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "An `ETag`. When it still holds, the answer is 304 without a body.",
        "schema": {"type": "string", "examples": ['"1:7"']},
    },
    "Last-Event-ID": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The `id` of the last message that came. Clients of streams send it by"
        " themselves when they come back; each gets the whole state again.",
        "schema": {"type": "string", "examples": ["1:7"]},
    },
}

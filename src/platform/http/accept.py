"""Which of several forms of an answer a client wants (RFC 9110, 12.5.1)."""

import mimeparse
from fastapi import Request

# Says to caches that the answer depends on it.
VARY = {"Vary": "Accept"}

JSON = "application/json"
CSV = "text/csv"


def wants_csv(request: Request) -> bool:
    """Whether the client wants CSV rather than JSON. JSON is for who has no wish, or one that cannot be
    read or met."""
    accepted = ", ".join(request.headers.getlist("accept")).lower()
    try:
        # Of those that are equally welcome it takes the last.
        return bool(accepted) and mimeparse.best_match([CSV, JSON], accepted) == CSV
    except mimeparse.MimeTypeParseException:
        return False

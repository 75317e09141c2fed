"""What a client that comes back has seen."""

import re

from fastapi import Request

from src.service.shared_kernel.seat_state import StateVersion

_ID = re.compile("([0-9]{1,18}):([0-9]{1,18})", re.ASCII)


def last_event_id(request: Request) -> StateVersion | None:
    """The state that `Last-Event-ID` names; None when there is none, or it is no id of ours."""
    match = _ID.fullmatch(request.headers.get("last-event-id", ""))
    return match and StateVersion(int(match[1]), int(match[2]))

"""The port that recognises a browser in which a user has signed in before."""

from dataclasses import dataclass, field
from typing import Protocol

from src.service.shared_kernel.ids import UserId


@dataclass(frozen=True, slots=True)
class DeviceCookie:
    """A signed cookie and its life in seconds."""

    value: str = field(repr=False)
    expires_in: int


class DeviceCookies(Protocol):
    def issue(self, user_id: UserId) -> DeviceCookie:
        """Return a signed cookie for a new device of this user."""
        ...

    def device_of(self, cookie: str | None, user_id: UserId) -> str | None:
        """Return the device, if the cookie is valid and was issued to this very user."""
        ...

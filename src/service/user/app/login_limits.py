"""The failures that a login or a registration is refused for.

Failed logins are counted per account and per client address. A browser in which the owner has signed
in before is counted separately (OWASP's device cookie), so that a stranger who keeps an account's
bucket full does not lock its owner out. An account that does not exist is counted like any other.
"""

import hashlib
from dataclasses import dataclass, field

from src.service.user.domain.attempts import Bucket, Limit


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attempt comes from: the network, and the device cookie if one was sent."""

    network: str
    device_cookie: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LoginLimits:
    """Allowed in a window of `window` seconds: failed logins per account (or device) and per address,
    and registrations of emails in use per address."""

    per_account: int
    per_address: int
    taken_emails_per_address: int
    window: int

    def of_login(self, email: str, network: str, device: str | None) -> tuple[Bucket, ...]:
        if device is not None:
            return (self._bucket("login-device", self.per_account, device),)
        return (
            # Not the email itself: a counter need not know it.
            self._bucket("login-account", self.per_account, _digest(email)),
            self._bucket("login-address", self.per_address, network),
        )

    def of_registration(self, network: str) -> tuple[Bucket, ...]:
        return (self._bucket("register-address", self.taken_emails_per_address, network),)

    def _bucket(self, name: str, failures: int, key: str) -> Bucket:
        return Bucket(Limit(name, failures, self.window), key)


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()

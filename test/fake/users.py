"""Users, passwords and tokens, in memory."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.identity import Caller
from src.service.shared_kernel.ids import UserId
from src.service.user.app.interface.access_tokens import (
    AccessToken,
    AccessTokens,
    TokenClaims,
    TokenId,
)
from src.service.user.app.interface.device_cookies import DeviceCookie, DeviceCookies
from src.service.user.app.interface.failure_limiter import FailureLimiter
from src.service.user.app.interface.password_hasher import PasswordHasher
from src.service.user.app.interface.revoked_tokens import RevokedTokens
from src.service.user.app.interface.user_repository import UserRepository
from src.service.user.domain.attempts import Bucket
from src.service.user.domain.errors import EmailInUseError, TooManyAttemptsError
from src.service.user.domain.user import Profile, User
from test.fake.failing import Failing
from test.fake.people import NOW


class FakeUserRepository(Failing, UserRepository):
    def __init__(self) -> None:
        super().__init__()
        self.users: dict[UserId, tuple[User, str]] = {}

    async def add(self, profile: Profile, password_hash: str) -> User:
        with self._step("add"):
            if any(user.profile.email == profile.email for user, _ in self.users.values()):
                raise EmailInUseError("This email is registered already.")
            user = User(UserId(len(self.users) + 1), profile, NOW)
            self.users[user.id] = (user, password_hash)
            return user

    async def find_by_email(self, email: str) -> tuple[User, str] | None:
        with self._step("find_by_email"):
            found = (known for known in self.users.values() if known[0].profile.email == email)
            return next(found, None)

    async def get(self, user_id: UserId) -> User | None:
        with self._step("get"):
            user, _ = self.users.get(user_id, (None, ""))
            return user


class FakePasswordHasher(PasswordHasher):
    """Writes passwords backwards. `verified` are the hashes it was asked about, `hashed` is how
    many passwords it was given to hash. Either takes a while."""

    def __init__(self) -> None:
        self.verified: list[str | None] = []
        self.hashed = 0

    async def hash(self, password: str) -> str:
        self.hashed += 1
        await asyncio.sleep(0)
        return password[::-1]

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self.verified.append(password_hash)
        await asyncio.sleep(0)
        return password_hash is not None and password[::-1] == password_hash


class FakeAccessTokens(AccessTokens):
    def __init__(self) -> None:
        self._issued: dict[str, TokenClaims] = {}

    def issue(self, caller: Caller, account_since: datetime) -> AccessToken:
        number = len(self._issued) + 1
        claims = TokenClaims(
            TokenId(UUID(int=number)), caller, account_since, NOW + timedelta(hours=1)
        )
        self._issued[f"token-{number}"] = claims
        return AccessToken(f"token-{number}", 3600)

    def read(self, token: str) -> TokenClaims:
        if token not in self._issued:
            raise NotSignedInError("The access token is not valid.")
        return self._issued[token]


class FakeRevokedTokens(Failing, RevokedTokens):
    """`now` is the time by which tokens are old. Some clocks are a day behind it. `accounts` says since
    when there are those that it knows of."""

    def __init__(self, now: datetime = NOW) -> None:
        super().__init__()
        self.now = now
        self.revoked: dict[TokenId, TokenClaims] = {}
        self.accounts: dict[UserId, datetime] = {}

    async def add(self, token: TokenClaims) -> None:
        with self._step("add"):
            self.revoked[token.id] = token

    async def includes(self, token: TokenClaims) -> bool:
        with self._step("includes"):
            since = self.accounts.get(token.caller.id, token.account_since)
            return token.id in self.revoked or since != token.account_since

    async def remove_expired(self) -> int:
        with self._step("remove_expired"):
            before = self.now - timedelta(days=1)
            old = [each for each, token in self.revoked.items() if token.expires_at < before]
            for each in old:
                del self.revoked[each]
            return len(old)


class FakeDeviceCookies(DeviceCookies):
    def __init__(self) -> None:
        self._issued: dict[str, UserId] = {}

    def issue(self, user_id: UserId) -> DeviceCookie:
        device = f"device-{len(self._issued) + 1}"
        self._issued[device] = user_id
        return DeviceCookie(device, 3600)

    def device_of(self, cookie: str | None, user_id: UserId) -> str | None:
        return cookie if cookie and self._issued.get(cookie) == user_id else None


class FakeFailureLimiter(Failing, FailureLimiter):
    """`now` is in seconds, and stands still unless a test sets it; `new_window` empties all buckets."""

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        super().__init__()
        self.now = now
        self.failures: Counter[Bucket] = Counter()
        self._ends: dict[Bucket, float] = {}

    async def check(self, *buckets: Bucket) -> None:
        with self._step("check"):
            await asyncio.sleep(0)
            waits = {bucket: self._wait(bucket) for bucket in buckets}
            if waits and (wait := max(waits.values())) > 0:
                raise TooManyAttemptsError(max(buckets, key=waits.__getitem__).limit, wait)

    async def count(self, *buckets: Bucket) -> None:
        with self._step("count"):
            await asyncio.sleep(0)
            for bucket in buckets:
                if self._ends.get(bucket, 0.0) <= self.now():
                    self._ends[bucket] = self.now() + bucket.limit.window
                    self.failures[bucket] = 0
                self.failures[bucket] += 1

    def new_window(self) -> None:
        self.failures.clear()
        self._ends.clear()

    def _wait(self, bucket: Bucket) -> int:
        if self.failures[bucket] < bucket.limit.failures:
            return 0
        return max(0, math.ceil(self._ends[bucket] - self.now()))

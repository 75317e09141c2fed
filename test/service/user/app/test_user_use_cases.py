"""Signing up, in and out, and what becomes of those who guess."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from src.service.shared_kernel.errors import (
    InvalidInputError,
    NotSignedInError,
    StoreUnavailableError,
)
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.shared_kernel.lane import Lane
from src.service.user.app.command.login_use_case import Login, LoginUseCase
from src.service.user.app.command.logout_use_case import LogoutUseCase
from src.service.user.app.command.purge_revoked_tokens_use_case import PurgeRevokedTokensUseCase
from src.service.user.app.command.register_user_use_case import RegisterUserUseCase
from src.service.user.app.login_limits import LoginLimits, Origin
from src.service.user.app.query.get_user_use_case import GetUserUseCase
from src.service.user.app.query.identify_caller_use_case import IdentifyCallerUseCase
from src.service.user.domain.attempts import Limit
from src.service.user.domain.errors import (
    BadCredentialsError,
    EmailInUseError,
    TooManyAttemptsError,
)
from src.service.user.domain.user import Profile, User
from test.fake.clock import everything_ready
from test.fake.people import NOW, SELLER
from test.fake.users import (
    FakeAccessTokens,
    FakeDeviceCookies,
    FakeFailureLimiter,
    FakePasswordHasher,
    FakeRevokedTokens,
    FakeUserRepository,
)

LIMITS = LoginLimits(per_account=3, per_address=5, taken_emails_per_address=2, window=60)
HOME = Origin("192.0.2.1")


class Accounts:
    def __init__(self) -> None:
        self.users = FakeUserRepository()
        self.hasher = FakePasswordHasher()
        self.tokens = FakeAccessTokens()
        self.limiter = FakeFailureLimiter()
        self._login = LoginUseCase(
            self.users,
            self.hasher,
            self.tokens,
            FakeDeviceCookies(),
            self.limiter,
            LIMITS,
            Lane("sign in", at_once=2, timeout=60),
        )
        self._register = RegisterUserUseCase(
            self.users, self.hasher, self.limiter, LIMITS, Lane("sign up", at_once=1, timeout=60)
        )
        self.get = GetUserUseCase(self.users)

    async def register(
        self,
        email: str = "Ann@Example.com ",
        password: str = "correct horse",
        name: str = " Ann ",
        role: Role = Role.SELLER,
        network: str | None = None,
    ) -> User:
        return await self._register.execute(email, password, name, role, network)

    async def login(
        self,
        email: str = "ann@example.com",
        password: str = "correct horse",
        origin: Origin = HOME,
    ) -> Login:
        return await self._login.execute(email, password, origin)

    async def guess(
        self, email: str = "ann@example.com", origin: Origin = HOME, times: int = 1
    ) -> None:
        """Fail to sign in."""
        for _ in range(times):
            with pytest.raises(BadCredentialsError):
                await self.login(email, "a wrong guess", origin)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


class TestRegister:
    async def test_keeps_the_profile_trimmed_and_the_email_in_lower_case(
        self, accounts: Accounts
    ) -> None:
        user = await accounts.register()

        assert user.profile == Profile("ann@example.com", "Ann", Role.SELLER)

    async def test_keeps_the_hash_and_never_the_password(self, accounts: Accounts) -> None:
        user = await accounts.register(password="correct horse")

        assert accounts.users.users[user.id][1] == "esroh tcerroc"

    async def test_an_email_is_used_once_in_whatever_case(self, accounts: Accounts) -> None:
        await accounts.register("ann@example.com")

        with pytest.raises(EmailInUseError):
            await accounts.register("ANN@EXAMPLE.COM", role=Role.BUYER)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", ""),
            ("email", "ann"),
            ("email", "ann@example"),
            ("email", "a nn@example.com"),
            ("email", "ann@@example.com"),
            ("email", "ann@example..com"),
            ("email", "a" * 250 + "@b.cc"),
            ("name", " "),
            ("name", "x" * 101),
            ("name", "a\nb"),
            ("password", "1234567"),
            ("password", "x" * 129),
            ("password", "password\x00"),
        ],
    )
    async def test_what_breaks_a_rule_is_refused(
        self, accounts: Accounts, field: str, value: str
    ) -> None:
        change: dict[str, Any] = {field: value}
        with pytest.raises(InvalidInputError) as refused:
            await accounts.register(**change)

        assert [error.loc for error in refused.value.errors] == [(field,)]
        assert accounts.users.users == {}


class TestLogin:
    async def test_gives_the_user_a_token_in_their_name(self, accounts: Accounts) -> None:
        registered = await accounts.register()

        login = await accounts.login(" ANN@example.com")

        assert login.user == registered
        read = accounts.tokens.read(login.token.token)
        assert read.caller == Caller(registered.id, Role.SELLER)

    async def test_does_not_say_whether_email_or_password_is_wrong(
        self, accounts: Accounts
    ) -> None:
        await accounts.register()

        messages = set()
        for email, password in (
            ("ann@example.com", "wrong horse"),
            ("bob@example.com", "correct horse"),
        ):
            with pytest.raises(BadCredentialsError) as refused:
                await accounts.login(email, password)
            messages.add(str(refused.value))

        assert len(messages) == 1

    async def test_takes_as_long_for_an_unknown_email(self, accounts: Accounts) -> None:
        with pytest.raises(BadCredentialsError):
            await accounts.login("nobody@example.com", "correct horse")

        assert accounts.hasher.verified == [None]


class TestAnAccountFromBefore:
    """Emails were kept in lower case, and passwords hashed as typed."""

    async def test_is_still_found(self, accounts: Accounts) -> None:
        for email in ("rene\u0301@example.com", "ann@corp.local", "a@xn--bcher-kva.example"):
            former = await accounts.users.add(
                Profile(email, "R", Role.BUYER), await accounts.hasher.hash("correct horse")
            )

            assert (await accounts.login(email.upper())).user == former

    async def test_opens_to_a_password_as_it_was_typed(self, accounts: Accounts) -> None:
        for number, password in enumerate(("Pa\u030asswort", "密碼\u00a0密碼密碼", "a·b·c·d·e")):
            email = f"{number}@example.com"
            await accounts.users.add(
                Profile(email, "R", Role.BUYER), await accounts.hasher.hash(password)
            )

            assert (await accounts.login(email, password)).user.profile.email == email

    async def test_takes_as_long_when_it_is_not_there(self, accounts: Accounts) -> None:
        await accounts.register("rene\u0301@example.com")
        looks = []
        for email in ("rene\u0301@example.com", "nobody\u0301@example.com"):
            accounts.hasher.verified.clear()
            with pytest.raises(BadCredentialsError):
                await accounts.login(email, "wrong Pa\u030asswort")
            looks.append(len(accounts.hasher.verified))

        assert looks == [2, 2]


class TestGuessing:
    """Failures are counted for an account and for an address."""

    async def test_at_an_account_is_refused_after_so_many_failures_whoever_guesses(
        self, accounts: Accounts
    ) -> None:
        await accounts.register()
        for number in range(3):
            await accounts.guess(origin=Origin(f"198.51.100.{number}"))
        accounts.limiter.now = lambda: 30.0

        with pytest.raises(TooManyAttemptsError) as refused:
            await accounts.login(origin=Origin("203.0.113.9"))

        assert refused.value.limit == Limit("login-account", 3, 60)
        assert refused.value.wait == 30

    async def test_from_an_address_is_refused_after_so_many_failures_at_whichever_account(
        self, accounts: Accounts
    ) -> None:
        for number in range(5):
            await accounts.guess(f"somebody-{number}@example.com")

        with pytest.raises(TooManyAttemptsError) as refused:
            await accounts.login("somebody-else@example.com")

        assert refused.value.limit == Limit("login-address", 5, 60)

    async def test_costs_no_hashing_once_it_is_refused(self, accounts: Accounts) -> None:
        await accounts.register()
        await accounts.guess(times=3)
        before = len(accounts.hasher.verified)

        with pytest.raises(TooManyAttemptsError):
            await accounts.login()

        assert len(accounts.hasher.verified) == before

    async def test_goes_on_when_the_window_has_ended(self, accounts: Accounts) -> None:
        await accounts.register()
        await accounts.guess(times=3)

        accounts.limiter.new_window()

        assert (await accounts.login()).user.profile.name == "Ann"

    async def test_that_is_refused_does_not_count(self, accounts: Accounts) -> None:
        """So nobody is kept waiting for longer by trying again."""
        await accounts.register()
        await accounts.guess(times=3)
        before = accounts.limiter.failures.copy()

        with pytest.raises(TooManyAttemptsError):
            await accounts.login()

        assert accounts.limiter.failures == before

    @pytest.mark.parametrize(
        "email", ["nobody@example.com", "not an address", "\x00", "\ud800@example.com"]
    )
    async def test_at_an_account_that_is_not_there_is_refused_alike(
        self, accounts: Accounts, email: str
    ) -> None:
        """The same work for each, and the same words."""
        await accounts.register()
        told = []
        for guessed in ("ann@example.com", email):
            accounts.limiter.new_window()
            accounts.limiter.journal.clear()
            accounts.hasher.verified.clear()
            await accounts.guess(guessed, times=3)
            with pytest.raises(TooManyAttemptsError) as refused:
                await accounts.login(guessed)
            told.append(
                (
                    str(refused.value),
                    refused.value.limit,
                    accounts.limiter.journal.copy(),
                    len(accounts.hasher.verified),
                )
            )

        assert told[0] == told[1]

    async def test_is_not_what_people_do_who_know_their_password(self, accounts: Accounts) -> None:
        """However many of them are behind one address, and however often."""
        await accounts.register()

        await asyncio.gather(*(accounts.login() for _ in range(100)))

        assert accounts.limiter.failures.total() == 0

    @pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
    async def test_in_parallel_slips_past_the_limit_by_less_than_the_slots(
        self, accounts: Accounts, email: str
    ) -> None:
        await accounts.register()

        outcomes = await asyncio.gather(
            *(accounts.login(email, f"guess {n}") for n in range(200)), return_exceptions=True
        )

        looked_at = [each for each in outcomes if isinstance(each, BadCredentialsError)]
        refused = [each for each in outcomes if isinstance(each, TooManyAttemptsError)]
        assert len(looked_at) + len(refused) == 200
        assert 3 <= len(looked_at) <= 3 + 1
        assert len(accounts.hasher.verified) == len(looked_at)

    @pytest.mark.parametrize("steps", range(12))
    async def test_counts_also_when_the_guesser_hangs_up(
        self, accounts: Accounts, steps: int
    ) -> None:
        """At whatever moment: either the password was not looked at, or the failure counts."""
        await accounts.register()
        guess = asyncio.ensure_future(accounts.login(password="a wrong guess"))
        for _ in range(steps):
            await asyncio.sleep(0)

        guess.cancel()
        await everything_ready()

        looked_at = len(accounts.hasher.verified)
        assert sorted(accounts.limiter.failures.values()) == [1, 1] * looked_at

    async def test_that_hung_up_before_its_slot_costs_nothing(self, accounts: Accounts) -> None:
        await accounts.register()
        guesses = [
            asyncio.ensure_future(accounts.login(password=f"guess {number}"))
            for number in range(100)
        ]
        while not accounts.hasher.verified:  # noqa: ASYNC110 - step by step
            await asyncio.sleep(0)

        for guess in guesses:
            guess.cancel()
        await everything_ready()

        assert len(accounts.hasher.verified) == 2
        assert accounts.users.journal.count("find_by_email") == 2

    async def test_does_not_tell_the_limiter_whose_account_it_is(self, accounts: Accounts) -> None:
        await accounts.guess("ann@example.com")

        assert all("ann" not in bucket.key for bucket in accounts.limiter.failures)

    async def test_is_the_same_account_however_the_email_is_written(
        self, accounts: Accounts
    ) -> None:
        for email in ("ann@example.com", "ANN@example.com", " Ann@Example.com "):
            await accounts.guess(email)

        with pytest.raises(TooManyAttemptsError):
            await accounts.login("ann@example.com")


class TestTheOwnersBrowser:
    """A browser in which somebody signed in before is counted by itself."""

    @pytest.fixture
    async def browser(self, accounts: Accounts) -> Origin:
        await accounts.register()
        login = await accounts.login()
        return Origin("203.0.113.7", login.device_cookie.value)

    async def test_gets_in_while_strangers_keep_the_account_full(
        self, accounts: Accounts, browser: Origin
    ) -> None:
        await accounts.guess(times=3)
        with pytest.raises(TooManyAttemptsError):
            await accounts.login()

        assert (await accounts.login(origin=browser)).user.profile.name == "Ann"

    async def test_gets_in_from_an_address_that_others_have_used_up(
        self, accounts: Accounts, browser: Origin
    ) -> None:
        for number in range(5):
            await accounts.guess(f"somebody-{number}@example.com", Origin(browser.network))

        assert (await accounts.login(origin=browser)).user.profile.name == "Ann"

    async def test_has_a_limit_too(self, accounts: Accounts, browser: Origin) -> None:
        await accounts.guess(origin=browser, times=3)

        with pytest.raises(TooManyAttemptsError) as refused:
            await accounts.login(origin=browser)

        assert refused.value.limit == Limit("login-device", 3, 60)
        assert (await accounts.login()).user.profile.name == "Ann"

    async def test_is_a_stranger_to_every_other_account(
        self, accounts: Accounts, browser: Origin
    ) -> None:
        await accounts.register("bob@example.com")
        await accounts.guess("bob@example.com", times=3)

        with pytest.raises(TooManyAttemptsError) as refused:
            await accounts.login("bob@example.com", origin=browser)

        assert refused.value.limit.name == "login-account"

    async def test_cannot_be_made_up(self, accounts: Accounts, browser: Origin) -> None:
        await accounts.guess(times=3)

        with pytest.raises(TooManyAttemptsError):
            await accounts.login(origin=Origin("203.0.113.7", "device-4711"))


class TestProbingForEmails:
    """By registering them."""

    @pytest.fixture
    async def prober(self, accounts: Accounts) -> Accounts:
        await accounts.register()
        return accounts

    async def test_is_refused_after_so_many_hits(self, prober: Accounts) -> None:
        for _ in range(2):
            with pytest.raises(EmailInUseError):
                await prober.register(network="192.0.2.1")

        for email in ("ann@example.com", "free@example.com"):
            with pytest.raises(TooManyAttemptsError) as refused:
                await prober.register(email, network="192.0.2.1")
            assert refused.value.limit == Limit("register-address", 2, 60)
        assert (await prober.register("free@example.com", network="192.0.2.2")).id

    async def test_costs_no_hashing_once_it_is_refused(self, prober: Accounts) -> None:
        for _ in range(2):
            with pytest.raises(EmailInUseError):
                await prober.register(network="192.0.2.1")
        before = prober.hasher.hashed

        with pytest.raises(TooManyAttemptsError):
            await prober.register(network="192.0.2.1")

        assert prober.hasher.hashed == before

    async def test_is_not_what_people_do_who_sign_up(self, accounts: Accounts) -> None:
        """However many of them are behind one address."""
        await asyncio.gather(
            *(
                accounts.register(f"person-{number}@example.com", network="192.0.2.1")
                for number in range(100)
            )
        )

        assert len(accounts.users.users) == 100

    async def test_takes_the_same_work_for_an_email_in_use_as_for_a_free_one(
        self, prober: Accounts
    ) -> None:
        before = prober.hasher.hashed

        with pytest.raises(EmailInUseError):
            await prober.register()
        assert prober.hasher.hashed == before + 1
        await prober.register("free@example.com")
        assert prober.hasher.hashed == before + 2

    async def test_is_stopped_also_for_those_that_came_at_the_same_time(
        self, prober: Accounts
    ) -> None:
        outcomes = await asyncio.gather(
            *(prober.register(network="192.0.2.1") for _ in range(50)), return_exceptions=True
        )

        hits = [each for each in outcomes if isinstance(each, EmailInUseError)]
        refused = [each for each in outcomes if isinstance(each, TooManyAttemptsError)]
        assert (len(hits), len(refused)) == (2, 48)
        assert prober.hasher.hashed == 1 + 2

    async def test_counts_also_when_the_prober_hangs_up(self, prober: Accounts) -> None:
        probe = asyncio.ensure_future(prober.register(network="192.0.2.1"))
        while prober.hasher.hashed < 2:  # noqa: ASYNC110 - step by step
            await asyncio.sleep(0)

        probe.cancel()
        await everything_ready()

        assert prober.limiter.failures.total() == 1


class TestMe:
    async def test_is_the_caller(self, accounts: Accounts) -> None:
        user = await accounts.register()

        assert await accounts.get.execute(Caller(user.id, Role.SELLER)) == user

    async def test_of_an_account_that_is_gone_has_to_sign_in_again(
        self, accounts: Accounts
    ) -> None:
        with pytest.raises(NotSignedInError):
            await accounts.get.execute(Caller(UserId(9), Role.BUYER))


class SignedIn:
    """Somebody with a token, and what ends it."""

    def __init__(self) -> None:
        self.tokens = FakeAccessTokens()
        self.revoked = FakeRevokedTokens()
        self.identify = IdentifyCallerUseCase(self.tokens, self.revoked)
        self.logout = LogoutUseCase(self.tokens, self.revoked)
        self.token = self.tokens.issue(SELLER, NOW).token


class TestLogout:
    async def test_ends_the_token_everywhere(self) -> None:
        here = SignedIn()
        elsewhere = IdentifyCallerUseCase(here.tokens, here.revoked)
        assert await elsewhere.execute(here.token) == SELLER

        await here.logout.execute(here.token)

        for identify in (here.identify, elsewhere):
            with pytest.raises(NotSignedInError, match="signed out"):
                await identify.execute(here.token)

    async def test_leaves_the_persons_other_tokens_alone(self) -> None:
        people = SignedIn()
        other = people.tokens.issue(SELLER, NOW).token

        await people.logout.execute(people.token)

        assert await people.identify.execute(other) == SELLER

    async def test_of_no_valid_token_ends_nothing(self) -> None:
        people = SignedIn()

        await people.logout.execute("nonsense")

        assert people.revoked.revoked == {}

    async def test_that_cannot_be_recorded_has_not_happened(self) -> None:
        people = SignedIn()
        people.revoked.fails_with["add"] = StoreUnavailableError("PostgreSQL")

        with pytest.raises(StoreUnavailableError):
            await people.logout.execute(people.token)

        assert await people.identify.execute(people.token) == SELLER


class TestIdentifying:
    async def test_asks_nothing_about_a_token_that_is_not_valid(self) -> None:
        people = SignedIn()

        with pytest.raises(NotSignedInError):
            await people.identify.execute("nonsense")

        assert people.revoked.journal == []

    async def test_lets_nobody_in_while_it_cannot_be_known(self) -> None:
        people = SignedIn()
        people.revoked.fails_with["includes"] = StoreUnavailableError("PostgreSQL")

        with pytest.raises(StoreUnavailableError):
            await people.identify.execute(people.token)


async def test_revoked_tokens_are_purged_once_they_are_too_old_anyway() -> None:
    people = SignedIn()
    await people.logout.execute(people.token)
    purge = PurgeRevokedTokensUseCase(people.revoked)

    assert await purge.execute() == 0
    people.revoked.now += timedelta(days=2)
    assert await purge.execute() == 1
    assert people.revoked.revoked == {}

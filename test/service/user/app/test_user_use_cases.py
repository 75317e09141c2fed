"""Signing up, in and out."""

from datetime import timedelta

import pytest

from src.service.shared_kernel.errors import (
    InvalidInputError,
    NotSignedInError,
    StoreUnavailableError,
)
from src.service.shared_kernel.identity import Caller, Role
from src.service.shared_kernel.ids import UserId
from src.service.user.app.command.forget_ended_tokens_use_case import ForgetEndedTokensUseCase
from src.service.user.app.command.login_use_case import LoginUseCase
from src.service.user.app.command.logout_use_case import LogoutUseCase
from src.service.user.app.command.register_user_use_case import RegisterUserUseCase
from src.service.user.app.query.get_user_use_case import GetUserUseCase
from src.service.user.app.query.identify_caller_use_case import IdentifyCallerUseCase
from src.service.user.domain.user import BadCredentialsError, EmailInUseError, Profile, User
from test.fake.people import SELLER
from test.fake.users import (
    FakeAccessTokens,
    FakeEndedTokens,
    FakePasswordHasher,
    FakeUserRepository,
)


class Accounts:
    def __init__(self) -> None:
        self.users = FakeUserRepository()
        self.hasher = FakePasswordHasher()
        self.tokens = FakeAccessTokens()
        self.login = LoginUseCase(self.users, self.hasher, self.tokens)
        self.get = GetUserUseCase(self.users)

    async def register(
        self,
        email: str = "Ann@Example.com ",
        password: str = "correct horse",
        name: str = " Ann ",
        role: Role = Role.SELLER,
    ) -> User:
        return await RegisterUserUseCase(self.users, self.hasher).execute(
            email, password, name, role
        )


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
        with pytest.raises(InvalidInputError) as refused:
            await accounts.register(**{field: value})

        assert [error.loc for error in refused.value.errors] == [(field,)]
        assert accounts.users.users == {}


class TestLogin:
    async def test_gives_the_user_a_token_in_their_name(self, accounts: Accounts) -> None:
        registered = await accounts.register()

        user, token = await accounts.login.execute(" ANN@example.com", "correct horse")

        assert user == registered
        assert accounts.tokens.read(token.token).caller == Caller(user.id, Role.SELLER)

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
                await accounts.login.execute(email, password)
            messages.add(str(refused.value))

        assert len(messages) == 1

    async def test_takes_as_long_for_an_unknown_email(self, accounts: Accounts) -> None:
        with pytest.raises(BadCredentialsError):
            await accounts.login.execute("nobody@example.com", "correct horse")

        assert accounts.hasher.verified == [None]


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
        self.ended = FakeEndedTokens()
        self.identify = IdentifyCallerUseCase(self.tokens, self.ended)
        self.logout = LogoutUseCase(self.tokens, self.ended)
        self.token = self.tokens.issue(SELLER).token


class TestLogout:
    async def test_ends_the_token_everywhere(self) -> None:
        here = SignedIn()
        elsewhere = IdentifyCallerUseCase(here.tokens, here.ended)
        assert await elsewhere.execute(here.token) == SELLER

        await here.logout.execute(here.token)

        for identify in (here.identify, elsewhere):
            with pytest.raises(NotSignedInError, match="signed out"):
                await identify.execute(here.token)

    async def test_leaves_the_persons_other_tokens_alone(self) -> None:
        people = SignedIn()
        other = people.tokens.issue(SELLER).token

        await people.logout.execute(people.token)

        assert await people.identify.execute(other) == SELLER

    async def test_of_no_valid_token_ends_nothing(self) -> None:
        people = SignedIn()

        await people.logout.execute("nonsense")

        assert people.ended.ended == {}

    async def test_that_cannot_be_recorded_has_not_happened(self) -> None:
        people = SignedIn()
        people.ended.fails_with["add"] = StoreUnavailableError("PostgreSQL")

        with pytest.raises(StoreUnavailableError):
            await people.logout.execute(people.token)

        assert await people.identify.execute(people.token) == SELLER


class TestIdentifying:
    async def test_asks_nothing_about_a_token_that_is_not_valid(self) -> None:
        people = SignedIn()

        with pytest.raises(NotSignedInError):
            await people.identify.execute("nonsense")

        assert people.ended.journal == []

    async def test_lets_nobody_in_while_it_cannot_be_known(self) -> None:
        people = SignedIn()
        people.ended.fails_with["includes"] = StoreUnavailableError("PostgreSQL")

        with pytest.raises(StoreUnavailableError):
            await people.identify.execute(people.token)


async def test_ended_tokens_are_forgotten_once_they_are_too_old_anyway() -> None:
    people = SignedIn()
    await people.logout.execute(people.token)
    forget = ForgetEndedTokensUseCase(people.ended)

    assert await forget.execute() == 0
    people.ended.now += timedelta(hours=2)
    assert await forget.execute() == 1
    assert people.ended.ended == {}

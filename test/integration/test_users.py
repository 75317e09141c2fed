"""Signing up, in and out, and who may do what."""

import base64
import json
import time
import warnings

import httpx
import jwt
import pytest

from src.service.user.driven_adapter.jwt_access_tokens import JwtAccessTokens
from test.support.accounts import PASSWORD
from test.support.api import (
    Api,
    ApiClient,
    Json,
    broken_rules,
    event_request,
    new_account,
    problem_of,
)
from test.support.service import ServiceProcess
from test.support.together import together


@pytest.fixture
def account(visitor: ApiClient) -> Json:
    """A registration that was accepted."""
    account = new_account("buyer")
    assert visitor.post("/api/user", account).status_code == 201
    return account


def login(client: ApiClient, email: str, password: str = PASSWORD) -> httpx.Response:
    body = json.dumps({"email": email, "password": password})  # which escapes surrogates
    headers = {"Content-Type": "application/json"}
    return client.http.post("/api/user/login", content=body, headers=headers)


def nobody() -> str:
    """An email that nobody has, and at which nobody has guessed."""
    return str(new_account()["email"])


def secret_of(service: ServiceProcess) -> str:
    """What the service signs its tokens with."""
    assert service.settings.jwt_secret
    return service.settings.jwt_secret.get_secret_value()


class TestRegistering:
    @pytest.mark.parametrize("role", ["seller", "buyer"])
    def test_answers_the_user_without_the_password(self, visitor: ApiClient, role: str) -> None:
        account = new_account(role)

        answer = visitor.post("/api/user", account)

        assert answer.status_code == 201
        user = answer.json()
        assert isinstance(user.pop("id"), int)
        assert user == {"email": account["email"], "name": account["name"], "role": role}

    def test_takes_an_email_once_however_it_is_written(
        self, visitor: ApiClient, account: Json
    ) -> None:
        for email in (account["email"], account["email"].upper(), f" {account['email']} "):
            problem_of(visitor.post("/api/user", account | {"email": email}), 409)

    def test_takes_an_email_once_of_many_at_the_same_time(self, visitor: ApiClient) -> None:
        account = new_account()

        answers = together([lambda: visitor.post("/api/user", account)] * 6)

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", ""),
            ("email", "nobody"),
            ("email", "a@b"),
            ("email", "a b@example.com"),
            ("email", "a@b@example.com"),
            ("email", "a\x00@example.com"),
            ("email", f"{'x' * 250}@example.com"),
            ("email", 7),
            ("email", None),
            ("password", ""),
            ("password", "1234567"),
            ("password", "x" * 129),
            ("password", "x" * 2000),
            ("password", "12345678\x00"),
            ("password", 12345678),
            ("name", ""),
            ("name", "   "),
            ("name", "x" * 101),
            ("name", "a\tb"),
            ("role", "admin"),
            ("role", ""),
            ("role", None),
        ],
    )
    def test_is_refused_with_the_place_of_the_mistake(
        self, visitor: ApiClient, field: str, value: object
    ) -> None:
        answer = visitor.post("/api/user", new_account() | {field: value})

        assert list(broken_rules(answer)) == [f"body.{field}"]
        assert str(value) not in answer.text or field != "password" or value == ""

    @pytest.mark.parametrize("field", ["email", "password", "name", "role"])
    def test_needs_every_field(self, visitor: ApiClient, field: str) -> None:
        account = new_account()
        del account[field]

        assert list(broken_rules(visitor.post("/api/user", account))) == [f"body.{field}"]

    def test_takes_names_and_passwords_of_any_script(self, visitor: ApiClient) -> None:
        account = new_account() | {"name": "王小明", "password": "密碼密碼密碼密碼"}

        assert visitor.post("/api/user", account).json()["name"] == "王小明"
        assert login(visitor, account["email"], account["password"]).status_code == 200


class TestSigningIn:
    def test_answers_the_user_and_a_token(self, visitor: ApiClient, account: Json) -> None:
        answer = login(visitor, account["email"])

        content = answer.json()
        assert answer.status_code == 200
        assert content["email"] == account["email"]
        assert content["role"] == "buyer"
        assert content["token_type"] == "bearer"
        assert content["expires_in"] > 0
        assert answer.headers["cache-control"] == "no-store"
        claims = jwt.decode(content["access_token"], options={"verify_signature": False})
        assert {"exp", "iat", "aud", "sub"} <= claims.keys()
        assert claims["sub"] == str(content["id"])

    def test_does_not_mind_the_case_of_the_email(self, visitor: ApiClient, account: Json) -> None:
        assert login(visitor, account["email"].upper()).status_code == 200

    def test_sets_a_cookie_that_scripts_and_other_sites_do_not_get(
        self, api: Api, account: Json
    ) -> None:
        answer = login(api.visitor(), account["email"])

        cookie = answer.headers["set-cookie"]
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith(f"access_token={answer.json()['access_token']};")
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert f"max-age={answer.json()['expires_in']}" in parts

    def test_says_the_same_of_a_wrong_password_and_an_unknown_email(
        self, visitor: ApiClient, account: Json
    ) -> None:
        wrong = login(visitor, account["email"], "a wrong password")
        unknown = login(visitor, nobody())

        assert problem_of(wrong, 401) == problem_of(unknown, 401)
        assert wrong.headers["www-authenticate"] == "Bearer"
        assert "set-cookie" not in wrong.headers

    def test_takes_as_long_for_an_unknown_email_as_for_a_wrong_password(
        self, visitor: ApiClient, account: Json
    ) -> None:
        def seconds(email: str) -> float:
            started = time.perf_counter()
            login(visitor, email, "a wrong password")
            return time.perf_counter() - started

        # By turns, so that both meet the same quiet and the same busy moments.
        turns = [(seconds(nobody()), seconds(account["email"])) for _ in range(8)]
        unknown, wrong = map(min, zip(*turns, strict=True))

        assert unknown > wrong / 3

    @pytest.mark.parametrize("email", ["", "\x01", "\u202e@example.com", "x" * 10_000])
    def test_with_an_email_that_cannot_be_is_refused_alike(
        self, visitor: ApiClient, email: str
    ) -> None:
        unknown = login(visitor, nobody())

        assert problem_of(login(visitor, email), 401) == problem_of(unknown, 401)

    @pytest.mark.parametrize("password", ["", "\x01", "x" * 1000, "\u0301" * 10_000])
    def test_with_a_password_that_cannot_be_is_refused_too(
        self, visitor: ApiClient, account: Json, password: str
    ) -> None:
        answer = login(visitor, account["email"], password)

        problem_of(answer, 401)


class TestBeingSignedIn:
    def test_works_by_header(self, api: Api, buyer: ApiClient) -> None:
        me = api.with_token(buyer.token).get("/api/user/me")

        assert me.json() == {key: buyer.user[key] for key in ("id", "email", "name", "role")}

    def test_works_by_cookie(self, api: Api, account: Json) -> None:
        browser = api.visitor()
        login(browser, account["email"])

        assert browser.get("/api/user/me").json()["email"] == account["email"]

    def test_by_cookie_is_enough_to_create_and_to_reserve(self, api: Api) -> None:
        browsers = {}
        for role in ("seller", "buyer"):
            browsers[role] = api.visitor()
            account = new_account(role)
            browsers[role].post("/api/user", account)
            login(browsers[role], account["email"])

        event = browsers["seller"].create_event()

        assert browsers["buyer"].reserve(event["id"], "A-1-1-1")["status"] == "reserved"

    def test_ends_with_signing_out(self, api: Api, account: Json) -> None:
        browser = api.visitor()
        login(browser, account["email"])

        answer = browser.post("/api/user/logout")

        assert answer.status_code == 204
        assert answer.content == b""
        problem_of(browser.get("/api/user/me"), 401)

    def test_ends_for_whoever_copied_the_token(self, api: Api, account: Json) -> None:
        browser = api.visitor()
        token = login(browser, account["email"]).json()["access_token"]
        thief = api.with_token(token)
        assert thief.get("/api/user/me").status_code == 200

        browser.post("/api/user/logout")

        problem_of(thief.get("/api/user/me"), 401)
        problem_of(thief.get("/api/event"), 401)

    def test_ends_by_header_too_and_for_that_token_alone(self, api: Api, account: Json) -> None:
        one, other = (
            api.with_token(login(api.visitor(), account["email"]).json()["access_token"])
            for _ in range(2)
        )

        assert one.post("/api/user/logout").status_code == 204
        assert one.post("/api/user/logout").status_code == 204

        problem_of(one.get("/api/user/me"), 401)
        assert other.get("/api/user/me").status_code == 200

    def test_ends_for_the_header_and_the_cookie_when_both_are_sent(
        self, api: Api, account: Json
    ) -> None:
        browser = api.visitor()
        login(browser, account["email"])
        cookie = browser.http.cookies["access_token"]
        token = login(api.visitor(), account["email"]).json()["access_token"]

        browser.post("/api/user/logout", headers={"Authorization": f"Bearer {token}"})

        for ended in (cookie, token):
            problem_of(api.with_token(ended).get("/api/user/me"), 401)

    def test_that_has_ended_makes_the_cookie_nobody(self, api: Api, account: Json) -> None:
        token = login(api.visitor(), account["email"]).json()["access_token"]
        api.with_token(token).post("/api/user/logout")
        browser = api.visitor(Cookie=f"access_token={token}")

        assert browser.get("/api/event").status_code == 200
        problem_of(browser.get("/api/user/me"), 401)

    @pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
    def test_by_header_does_not_mind_how_the_scheme_is_written(
        self, api: Api, buyer: ApiClient, scheme: str
    ) -> None:
        client = api.visitor(Authorization=f"{scheme} {buyer.token}")

        assert client.get("/api/user/me").status_code == 200

    @pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Token x"])
    def test_by_cookie_works_beside_a_header_that_is_no_token(
        self, api: Api, buyer: ApiClient, header: str
    ) -> None:
        client = api.visitor(Authorization=header, Cookie=f"access_token={buyer.token}")

        assert client.get("/api/user/me").status_code == 200

    def test_is_not_needed_to_sign_out(self, visitor: ApiClient) -> None:
        assert visitor.post("/api/user/logout").status_code == 204


class TestAnInvalidToken:
    @pytest.mark.parametrize("token", ["nonsense", "a.b.c", "x" * 5000])
    def test_that_is_none_is_refused(self, api: Api, token: str) -> None:
        problem_of(api.with_token(token).get("/api/user/me"), 401)

    def test_of_another_signer_is_refused(self, api: Api, buyer: ApiClient) -> None:
        claims = jwt.decode(buyer.token, options={"verify_signature": False})
        forged = jwt.encode(claims, "another secret of 32 bytes or more", algorithm="HS256")

        problem_of(api.with_token(forged).get("/api/user/me"), 401)

    def test_without_a_signature_is_refused(self, api: Api, seller: ApiClient) -> None:
        def part(content: Json) -> str:
            return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

        claims = jwt.decode(seller.token, options={"verify_signature": False})
        unsigned = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."

        problem_of(api.with_token(unsigned).get("/api/user/me"), 401)

    @pytest.mark.parametrize(
        "change",
        [
            {"exp": 1},
            {"aud": "others"},
            {"sub": None},
            {"sub": "x"},
            {"role": "admin"},
            {"jti": None},
            {"since": None},
            {"since": 1},
        ],
    )
    def test_with_other_claims_is_refused(
        self, api: Api, buyer: ApiClient, server_process: ServiceProcess, change: Json
    ) -> None:
        claims = jwt.decode(buyer.token, options={"verify_signature": False}) | change
        claims = {name: value for name, value in claims.items() if value is not None}
        secret = secret_of(server_process)
        token = jwt.encode(claims, secret, algorithm="HS256")

        problem_of(api.with_token(token).get("/api/user/me"), 401)

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
    def test_of_another_algorithm_is_refused_though_the_key_is_right(
        self, api: Api, buyer: ApiClient, server_process: ServiceProcess, algorithm: str
    ) -> None:
        claims = jwt.decode(buyer.token, options={"verify_signature": False})
        secret = secret_of(server_process)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the key is short for these
            token = jwt.encode(claims, secret, algorithm=algorithm)

        problem_of(api.with_token(token).get("/api/user/me"), 401)

    def test_that_calls_its_algorithm_by_another_name_is_refused(
        self, api: Api, buyer: ApiClient
    ) -> None:
        """A public key taken for an HMAC key would let anybody sign."""
        _, payload, signature = buyer.token.split(".")
        header = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")

        problem_of(api.with_token(f"{header}.{payload}.{signature}").get("/api/user/me"), 401)

    def test_made_for_telling_browsers_apart_is_refused(self, api: Api, account: Json) -> None:
        browser = api.visitor()
        login(browser, account["email"])
        device = browser.http.cookies["device"]

        problem_of(api.with_token(device).get("/api/user/me"), 401)
        problem_of(api.visitor(Cookie=f"access_token={device}").get("/api/user/me"), 401)

    def test_is_refused_even_where_none_is_needed(self, api: Api) -> None:
        problem_of(api.with_token("nonsense").get("/api/event"), 401)

    def test_in_a_stale_cookie_is_nobody(self, api: Api) -> None:
        browser = api.visitor(Cookie="access_token=stale")

        assert browser.get("/api/event").status_code == 200
        problem_of(browser.get("/api/user/me"), 401)


class TestWhoMayDoWhat:
    def test_a_buyer_may_not_create_nor_change_events(self, buyer: ApiClient, event: Json) -> None:
        problem_of(buyer.post("/api/event", event_request()), 403)
        problem_of(buyer.patch(f"/api/event/{event['id']}", {"name": "Mine"}), 403)

    def test_a_visitor_may_not_either(self, visitor: ApiClient, event: Json) -> None:
        for answer in (
            visitor.post("/api/event", event_request()),
            visitor.patch(f"/api/event/{event['id']}", {"name": "Mine"}),
            visitor.get("/api/user/me"),
        ):
            problem_of(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_of_ours_is_read_by_the_service(
    api: Api, buyer: ApiClient, server_process: ServiceProcess
) -> None:
    """The tokens forged above fail for what is wrong with them, not for how they are made."""
    tokens = JwtAccessTokens(secret_of(server_process), 60)

    read = tokens.read(buyer.token)

    made = tokens.issue(read.caller, read.account_since).token

    assert api.with_token(made).get("/api/user/me").json()["id"] == buyer.id

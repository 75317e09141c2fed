"""The log of a busy day, in every detail, holds nothing that would let a reader in."""

import json

import pytest
from sqlalchemy.engine import make_url

from kit.waiting import wait_until
from src.platform.settings import Settings
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import Api, ApiClient, new_account, problem_of
from test.support.stores import query

PASSWORD, WRONG, DATABASE_PASSWORD = "pass-4711-word", "wrong-4712-word", "base-4713-word"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_nothing_secret_is_logged(
    settings: Settings, start_service: StartService, log_format: str
) -> None:
    assert settings.database_url
    url = make_url(settings.database_url).set(password=DATABASE_PASSWORD)
    service = start_service(
        settings.model_copy(
            update={
                "database_url": url.render_as_string(hide_password=False),
                "log_level": "DEBUG",
                "log_format": log_format,
                "webhook_allow_private": True,
            }
        )
    )
    with api_of(service) as api:
        account = new_account() | {"password": PASSWORD}
        login = {field: account[field] for field in ("email", "password")}
        visitor = api.visitor()
        visitor.post("/api/user", account)
        visitor.post("/api/user", account)  # in use
        visitor.post("/api/user", account | {"name": ""})  # invalid
        answer = visitor.post("/api/user/login", login).json()
        visitor.post("/api/user/login", login | {"password": WRONG})
        visitor.get("/api/user/me")
        other = visitor.post("/api/user/login", login).json()
        api.with_token(other["access_token"] + "x").get("/api/user/me")
        visitor.post("/api/user/logout")
        webhook = _rotated_webhook(api.seller())
        query(service.settings, 'ALTER TABLE "user" RENAME TO gone')
        once = {"Connection": "close"}  # as the server does with a connection that saw a 500
        problem_of(visitor.post("/api/user", account, headers=once), 500)
        problem_of(visitor.post("/api/user/login", login, headers=once), 500)
        me = api.with_token(answer["access_token"]).get("/api/user/me", headers=once)
        problem_of(me, 500)
    service.stop()
    assert service.settings.jwt_secret

    log = service.log.read_text()

    assert "/api/user/login" in log
    assert "UndefinedTableError" in log
    for secret in (
        PASSWORD,
        WRONG,
        DATABASE_PASSWORD,
        answer["access_token"],
        other["access_token"],
        answer["access_token"].rpartition(".")[2],
        service.settings.jwt_secret.get_secret_value(),
        "$argon2",
        *(secret.removeprefix("whsec_") for secret in webhook),
    ):
        assert secret not in log
    if log_format == "json":
        assert all(json.loads(line) for line in log.splitlines() if line.startswith("{"))


def _rotated_webhook(seller: ApiClient) -> list[str]:
    """Both secrets of a webhook that was sent something with them, and did not take it."""
    webhook = seller.post("/api/webhook", {"url": "http://127.0.0.1:9/"}).json()
    path = f"/api/webhook/{webhook['id']}"
    rotated = seller.post(f"{path}/secret").json()["secret"]
    seller.post(f"{path}/test")
    wait_until(lambda: seller.get(f"{path}/delivery?status=failed").json()["deliveries"])
    return [webhook["secret"], rotated]


@pytest.mark.parametrize(
    "body",
    [
        {"password": PASSWORD},
        {"email": 7, "password": PASSWORD},
        {"email": "a@b.example", "password": [PASSWORD]},
        {"email": "a@b.example", "password": {"is": PASSWORD}},
        {"email": "a@b.example", "password": PASSWORD * 100},
        [PASSWORD],
        PASSWORD,
    ],
)
@pytest.mark.parametrize("path", ["/api/user", "/api/user/login"])
def test_no_refusal_repeats_a_password(api: Api, path: str, body: object) -> None:
    answer = api.visitor().post(path, body)

    assert answer.status_code in (400, 401)
    assert PASSWORD not in answer.text

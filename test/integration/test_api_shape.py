"""Whatever is sent, and whoever sends it, the API answers as its own description says.

Schemathesis makes the requests, those that follow the description and those that break it, from the
description alone and always the same ones. Its settings, and what it has to be told, are in
schemathesis.toml.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from test.conftest import StartService
from test.support.api import Api, ApiClient
from test.support.service import ServiceProcess

_CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    """A service of its own: what is in it, and so what is asked, is the same every time."""
    # Schemathesis leaves a stream at its second message, which may be a comment.
    return start_module_service(sse_heartbeat_seconds=0.1)


# What is for buyers; all else is for sellers, or for everybody.
_BUYERS = r"^/api/reservation(?!.*/cancel$)|/line\b"


# Each operation is asked by whom it is for, and without signing in, which is one of the checks. That the
# other role is refused, as is described, is what tests of each operation say.
@pytest.mark.parametrize(("role", "which"), [("seller", "exclude"), ("buyer", "include")])
def test_every_answer_is_as_described(api: Api, role: str, which: str, tmp_path: Path) -> None:
    seller, buyer = api.seller(), api.buyer()
    event_id = seller.create_event()["id"]
    hold = buyer.reserve(event_id, "A-1-1-1")
    webhook = seller.post("/api/webhook", {"url": "https://receiver.example/"}).json()
    person = {"seller": seller, "buyer": buyer}[role]

    config = tmp_path / _CONFIG.name
    config.write_text(
        _CONFIG.read_text()
        .replace("RESERVATION_ID", hold["id"])
        .replace("WEBHOOK_ID", webhook["id"])
        .replace("LEAVERS_TOKEN", api.buyer().token)
    )

    run = subprocess.run(
        [
            *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
            *("--config-file", str(config), "run", f"{api.base_url}/openapi.json"),
            "--no-color",
            *(f"--{which}-path-regex", _BUYERS),
            *("--header", f"Authorization: Bearer {person.token}"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    described = api.visitor().get("/openapi.json").json()["paths"]
    asked = [path for path in described if bool(re.search(_BUYERS, path)) == (role == "buyer")]
    assert f"Tested: {sum(len(described[path]) for path in asked)}\n" in run.stdout
    generated = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert generated, run.stdout
    assert int(generated[2]) > 300
    # Whoever asked was signed in to the end.
    assert person.get("/api/user/me").status_code == 200


def test_a_credential_is_the_header_or_the_cookie(visitor: ApiClient) -> None:
    described = visitor.get("/openapi.json").json()

    assert described["components"]["securitySchemes"] == {
        "HTTPBearer": {"type": "http", "scheme": "bearer"},
        "APIKeyCookie": {"type": "apiKey", "in": "cookie", "name": "access_token"},
    }
    for path, operations in described["paths"].items():
        for operation in operations.values():
            known = {name for each in operation.get("security", ()) for name in each}
            signs_in = path.startswith("/api/") and path not in ("/api/user", "/api/user/login")
            assert known == ({"HTTPBearer", "APIKeyCookie"} if signs_in else set()), path

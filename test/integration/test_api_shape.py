"""Whatever is sent, the API answers as its own description says."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks

from test.support.api import Api, ApiClient

# Streams do not end, and the page is no part of the API.
_LEFT_OUT = r"/sse$|^/(?!api/|health/|metrics)"


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_is_as_described(
    api: Api, seller: ApiClient, buyer: ApiClient, mode: GenerationMode
) -> None:
    """To requests that follow the description, and to requests that break it."""
    seller.create_event()
    described = schemathesis.openapi.from_url(f"{api.base_url}/openapi.json")
    operations = [
        found.ok() for found in described.exclude(path_regex=_LEFT_OUT).get_all_operations()
    ]
    assert len(operations) > 15

    for operation in operations:
        person = buyer if "reservation" in operation.path else seller
        if operation.path.endswith("/logout"):
            person = api.buyer()  # whose token it ends
        _check(operation, person, mode)


def _check(operation: schemathesis.APIOperation, person: ApiClient, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=10,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def every_answer_is_as_described(case: schemathesis.Case) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {person.token}"},
            checks=[
                checks.not_a_server_error,
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_schema_conformance,
            ],
        )

    # Where nothing is sent, nothing about it can be wrong.
    with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):
        every_answer_is_as_described()


def test_a_credential_is_the_header_or_the_cookie(visitor: ApiClient) -> None:
    described = visitor.get("/openapi.json").json()

    assert described["components"]["securitySchemes"] == {
        "HTTPBearer": {"type": "http", "scheme": "bearer"},
        "APIKeyCookie": {"type": "apiKey", "in": "cookie", "name": "access_token"},
    }
    for path, operations in described["paths"].items():
        for operation in operations.values():
            known = {name for each in operation.get("security", ()) for name in each}
            signs_in = path.startswith(("/api/event", "/api/reservation")) or path.endswith("/me")
            assert known == ({"HTTPBearer", "APIKeyCookie"} if signs_in else set()), path

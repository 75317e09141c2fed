"""A token that was revoked is refused by every instance."""

from kit.ports import free_port
from test.conftest import StartService
from test.integration.conftest import api_of
from test.support.api import problem_of


def test_signing_out_of_one_instance_is_signing_out_of_all(start_service: StartService) -> None:
    one = start_service()
    other = start_service(one.settings.model_copy(update={"port": free_port()}))
    with api_of(one) as here, api_of(other) as there:
        token = here.buyer().token
        for api in (here, there):
            assert api.with_token(token).get("/api/user/me").status_code == 200

        here.with_token(token).post("/api/user/logout")

        for api in (here, there):
            problem_of(api.with_token(token).get("/api/user/me"), 401)
            problem_of(api.with_token(token).get("/api/reservation"), 401)

"""Every refusal is a problem in the one form, whoever it comes from."""

import json

import httpx
import pytest

from test.support.api import ApiClient, broken_rules, event_request, problem_of


class TestAnAddressThatIsNot:
    @pytest.mark.parametrize("path", ["/nowhere", "/api", "/api/nothing", "/api/event/1/nothing"])
    def test_is_not_found(self, visitor: ApiClient, path: str) -> None:
        problem = problem_of(visitor.get(path), 404)

        assert problem["title"] == "Not Found"

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("DELETE", "/api/event", "GET, HEAD, POST"),
            ("PUT", "/api/event/1", "GET, HEAD, PATCH"),
            ("OPTIONS", "/api/reservation/1", "DELETE, GET, HEAD"),
            ("PROPFIND", "/api/event", "GET, HEAD, POST"),
            ("TRACE", "/api/user/me", "GET, HEAD"),
            ("POST", "/api/event/1/all_subsection_status", "GET, HEAD"),
            ("PATCH", "/api/reservation", "GET, HEAD, POST"),
            ("GET", "/api/user/login", "POST"),
            ("POST", "/health/live", "GET, HEAD"),
            ("POST", "/", "GET, HEAD"),
        ],
    )
    def test_does_not_take_the_method(
        self, visitor: ApiClient, method: str, path: str, allowed: str
    ) -> None:
        answer = visitor.http.request(method, path)

        problem_of(answer, 405)
        assert answer.headers["allow"] == allowed

    def test_does_not_take_head_where_there_is_no_get(self, visitor: ApiClient) -> None:
        answer = visitor.http.head("/api/user/login")

        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.content == b""

    @pytest.mark.parametrize("path", ["/api/event/", "//api/event", "/API/event", "/api/event/1/"])
    def test_is_none_even_if_it_is_much_like_one(self, visitor: ApiClient, path: str) -> None:
        answer = visitor.http.get(httpx.URL(f"{visitor.http.base_url}").copy_with(path=path))

        problem_of(answer, 404)


class TestABodyThatIsNone:
    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "null",
            "[]",
            '"text"',
            "name=Rock",
            '{"name": }',
            "\ufeff{}",
            "[" * 60_000,
            '{"name":' * 8_000,
            '{"name": NaN',
        ],
    )
    def test_is_refused(self, seller: ApiClient, body: str) -> None:
        answer = seller.http.post(
            "/api/event", content=body, headers={"Content-Type": "application/json"}
        )

        assert broken_rules(answer)

    @pytest.mark.parametrize("body", [b"\xff\xfe", b'{"name": "\xff"}', b"\x00"])
    def test_is_refused_when_it_is_not_even_text(self, seller: ApiClient, body: bytes) -> None:
        answer = seller.http.post(
            "/api/event", content=body, headers={"Content-Type": "application/json"}
        )

        assert broken_rules(answer)

    @pytest.mark.parametrize("body", ["Infinity", "NaN", "1e999", "9" * 5000])
    def test_is_refused_when_a_number_is_none(self, seller: ApiClient, body: str) -> None:
        request = '{"name": "N", "description": "D", "venue_name": "V", "seating_config": '
        request += f'{{"rows": {body}, "cols": 1, "sections": [{{"name": "A"}}]}}}}'

        answer = seller.http.post(
            "/api/event", content=request, headers={"Content-Type": "application/json"}
        )

        assert broken_rules(answer)

    @pytest.mark.parametrize(
        "content_type",
        [
            b"text/plain",
            b"application/xml",
            b"application/x-www-form-urlencoded",
            b"multipart/form-data; boundary=x",
            b"nonsense",
            b"\xff\xfe",
            b"",
            None,
        ],
    )
    def test_is_refused_when_it_is_not_called_json(
        self, seller: ApiClient, content_type: bytes | None
    ) -> None:
        headers = [] if content_type is None else [(b"Content-Type", content_type)]
        answer = seller.http.post(
            "/api/event", content=json.dumps(event_request()), headers=headers
        )

        problem_of(answer, 415)
        assert answer.headers["accept"] == "application/json"

    @pytest.mark.parametrize(
        "content_type",
        ["application/json; charset=latin-1", "APPLICATION/JSON", "application/a+json"],
    )
    def test_is_json_by_any_of_its_names(self, seller: ApiClient, content_type: str) -> None:
        answer = seller.http.post(
            "/api/event", content="{}", headers={"Content-Type": content_type}
        )

        assert "body.name" in broken_rules(answer)


class TestAProblem:
    def test_of_a_rule_says_where_and_why(self, seller: ApiClient) -> None:
        answer = seller.post("/api/event", event_request(name=" "))

        problem = problem_of(answer, 400)
        assert problem == {
            "type": "urn:ticketing:problem:invalid-input",
            "title": "Invalid input",
            "status": 400,
            "detail": "name: must not be empty.",
            "errors": [{"loc": ["body", "name"], "msg": "must not be empty"}],
        }

    def test_never_repeats_a_password(self, visitor: ApiClient) -> None:
        secret = "hunter2" * 200
        account = {"email": "x@example.com", "password": secret, "name": "X", "role": "buyer"}

        answer = visitor.post("/api/user", account)

        assert broken_rules(answer).keys() == {"body.password"}
        assert "hunter2" not in answer.text

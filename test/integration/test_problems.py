"""Every refusal is a problem in the one form, whoever it comes from."""

import pytest

from test.support.api import ApiClient, broken_rules, event_request, problem_of


class TestAnAddressThatIsNot:
    @pytest.mark.parametrize("path", ["/nowhere", "/api", "/api/nothing", "/api/event/1/nothing"])
    def test_is_not_found(self, visitor: ApiClient, path: str) -> None:
        problem = problem_of(visitor.get(path), 404)

        assert problem["title"] == "Not Found"

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", "/api/event"),
            ("PUT", "/api/event/1"),
            ("POST", "/api/event/1/all_subsection_status"),
            ("PATCH", "/api/reservation"),
            ("GET", "/api/user/login"),
            ("POST", "/health/live"),
        ],
    )
    def test_does_not_take_the_method(self, visitor: ApiClient, method: str, path: str) -> None:
        answer = visitor.http.request(method, path)

        problem_of(answer, 405)
        assert answer.headers["allow"]


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
            "[" * 100_000,
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

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "nonsense"])
    def test_is_refused_when_it_is_not_called_json(
        self, seller: ApiClient, content_type: str
    ) -> None:
        answer = seller.http.post(
            "/api/event", content=b"<event/>", headers={"Content-Type": content_type}
        )

        assert broken_rules(answer)


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

    def test_names_fields_that_cannot_be_written(self, seller: ApiClient) -> None:
        answer = seller.http.post(
            "/api/event",
            content='{"seating_config": {"rows": 1, "cols": 1, "sections": {"\\ud800": 1}}}',
            headers={"Content-Type": "application/json"},
        )

        assert "body.seating_config.sections" in broken_rules(answer)

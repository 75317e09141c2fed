"""Requests that nobody means: too large, misspelled, contradictory. None of them is our mistake."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import pytest

from kit.waiting import TIMEOUT
from test.support.api import (
    Api,
    ApiClient,
    Json,
    broken_rules,
    event_request,
    new_account,
    overview_path,
    problem_of,
    seating,
    seats_path,
    section,
)
from test.support.waiting import quickest_of

_LIMIT = 65_536
_JSON = {"Content-Type": "application/json"}


@contextmanager
def connection(api: Api) -> Iterator[socket.socket]:
    address = urlsplit(api.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=TIMEOUT) as opened:
        yield opened


def said(opened: socket.socket) -> bytes:
    """What the server says until it hangs up."""
    parts = []
    while part := opened.recv(65_536):
        parts.append(part)
    return b"".join(parts)


class TestABodyThatIsTooLarge:
    def test_is_refused_before_it_comes(self, api: Api) -> None:
        with connection(api) as opened:
            opened.sendall(
                b"POST /api/user/login HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\n"
                b"Content-Type: application/json\r\nContent-Length: 65537\r\n\r\n"
            )
            opened.shutdown(socket.SHUT_WR)
            answer = said(opened)

        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in head
        assert b"keep-alive" not in head
        assert b"65,536 bytes" in body

    @pytest.mark.parametrize("size", [_LIMIT + 1, 5_000_000])
    @pytest.mark.parametrize("path", ["/api/event", "/api/user/login", "/nothing"])
    def test_is_refused_with_a_word(self, seller: ApiClient, path: str, size: int) -> None:
        answer = seller.http.post(path, content=b"x" * size, headers=_JSON)

        problem_of(answer, 413)
        assert answer.headers["connection"] == "close"

    def test_is_refused_when_it_does_not_say_its_size(self, seller: ApiClient) -> None:
        answer = seller.http.post("/api/event", content=iter([b"[" * 1000] * 100), headers=_JSON)

        problem_of(answer, 413)

    def test_is_refused_also_where_none_is_expected(self, visitor: ApiClient) -> None:
        answer = visitor.http.request("GET", "/api/event", content=b"x" * (_LIMIT + 1))

        problem_of(answer, 413)

    def test_is_not_one_of_just_this_size(self, seller: ApiClient) -> None:
        answer = seller.http.post("/api/event", content=b"[" * _LIMIT, headers=_JSON)

        problem_of(answer, 400)

    def test_is_not_that_of_a_very_large_venue(self, seller: ApiClient) -> None:
        """100,000 seats in 300 sections, with the longest names in the widest script."""
        sections = [section(f"{i:03}" + "區" * 29, 10_000_000, 1) for i in range(300)]
        request = event_request(
            name="場" * 200, venue_name="館" * 200, seating_config=seating(3, 111, sections)
        )

        assert seller.post("/api/event", request).status_code == 201


class TestAnOddAddress:
    @pytest.mark.parametrize(
        "name",
        ["%zz%", "A%5cB", "%2e%2e", "%2e", "%20", "A%3fB", "%0d%0a"],
    )
    def test_of_a_section_that_is_not_there(
        self, visitor: ApiClient, event: Json, name: str
    ) -> None:
        for stream in ("", "/sse"):
            problem_of(visitor.get(f"{seats_path(event['id'], name)}{stream}"), 404)

    @pytest.mark.parametrize("name", ["%00", "%ff", "%ed%a0%80", "A%C0%80", "%f4%90%80%80"])
    def test_that_is_no_text_is_refused(self, visitor: ApiClient, event: Json, name: str) -> None:
        for stream in ("", "/sse"):
            answer = visitor.get(f"{seats_path(event['id'], name)}{stream}")

            assert broken_rules(answer) == {"path.section": "must be UTF-8 without NUL"}

    @pytest.mark.parametrize("name", ["A%2FB", "..%2F..%2F..%2Fetc%2Fpasswd", "../.."])
    def test_with_a_slash_in_a_name_leads_nowhere(
        self, visitor: ApiClient, event: Json, name: str
    ) -> None:
        problem_of(visitor.get(seats_path(event["id"], name)), 404)

    @pytest.mark.parametrize(
        "name", ["A B", "A\\B", "A%B", "A?B#C", "A+B", "搖滾區", "...", "<b>&"]
    )
    def test_reaches_a_section_of_that_name(self, seller: ApiClient, name: str) -> None:
        event = seller.create_event(seating_config=seating(1, 1, [section(name)]))
        encoded = "".join(f"%{byte:02X}" for byte in name.encode())

        assert seller.seats(event["id"], encoded)["section"] == name

    @pytest.mark.parametrize(
        ("number", "status"),
        [
            ("9" * 19, 404),
            ("9" * 30, 404),
            ("9" * 5000, 400),
            ("-1", 400),
            ("+1", 400),
            ("1_0", 400),
            ("1.0", 400),
            ("1.5", 400),
            ("%201", 400),
            ("1%0A", 400),
            ("%EF%BC%91", 400),
            ("0x1", 400),
            ("1e0", 400),
            ("%00", 400),
        ],
    )
    def test_with_a_number_that_is_none(
        self, visitor: ApiClient, event: Json, number: str, status: int
    ) -> None:
        for path in (
            f"/api/event/{number}",
            overview_path(number),  # type: ignore[arg-type]
            f"{overview_path(number)}/sse",  # type: ignore[arg-type]
            seats_path(event["id"], "A", number),
        ):
            problem_of(visitor.get(path), status)

    @pytest.mark.parametrize("number", ["9" * 5000, "٣", "-1"])
    @pytest.mark.parametrize("page", ["/event", "/seller/event"])
    def test_of_a_page_with_a_number_that_is_none(
        self, visitor: ApiClient, page: str, number: str
    ) -> None:
        problem_of(visitor.get(f"{page}/{number}"), 404)

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            (f"seller_id={'9' * 5000}", 400),
            (f"seller_id={'9' * 30}", 200),
            (f"limit={'9' * 30}", 400),
            (f"cursor={'9' * 30}", 400),
            ("cursor=%00", 400),
            ("cursor=%ed%a0%80", 400),
            ("limit=1&limit=", 400),
            ("limit=1&limit=2", 400),
            ("seller_id=1&seller_id=2", 400),
            ("limit=1_0", 400),
            ("limit=1.0", 400),
            ("limit=%2B1", 400),
            ("limit=%201", 400),
            ("limit=007", 200),
            ("cursor=%ff", 400),
            ("unknown=%ff", 400),
            ("unknown=1&unknown=2", 200),
            ("&".join(["a=1"] * 1500), 200),
        ],
    )
    def test_with_a_query_that_makes_no_sense(
        self, visitor: ApiClient, query: str, status: int
    ) -> None:
        assert visitor.get(f"/api/event?{query}").status_code == status

    @pytest.mark.parametrize(
        ("query", "errors"),
        [
            ("limit=1&cursor=%ed%a0%80", {"query.cursor": "must be UTF-8 without NUL"}),
            (
                "a=1&b=%00&%ff=1",
                {f"query.{name}": "must be UTF-8 without NUL" for name in "b\ufffd"},
            ),
            ("limit=1&limit=2", {"query.limit": "is given more than once"}),
            ("limit=+1", {"query.limit": "must be a whole number in plain digits"}),
        ],
    )
    def test_has_its_query_named(
        self, visitor: ApiClient, query: str, errors: dict[str, str]
    ) -> None:
        assert broken_rules(visitor.get(f"/api/event?{query}")) == errors

    def test_of_a_flag_that_is_none_is_refused(self, visitor: ApiClient, event: Json) -> None:
        for path in (
            f"/api/event/{event['id']}?tickets",
            f"{overview_path(event['id'])}/sse?delta",
        ):
            for text in ("1", "yes", "on", "True", "", "true&x=1&delta=true&tickets=true"):
                [place] = broken_rules(visitor.get(f"{path}={text}"))

                assert place in {"query.tickets", "query.delta"}

    @pytest.mark.parametrize(
        "spelling", ["{}", "urn:uuid:{}", "{{{}}}", " {}", "{}0"], ids=["plain", *"ubsx"]
    )
    def test_of_a_reservation_has_one_spelling(
        self, buyer: ApiClient, event: Json, spelling: str
    ) -> None:
        hold = buyer.reserve(event["id"], "A-1-1-1")["id"]

        answer = buyer.get(f"/api/reservation/{spelling.format(hold)}")

        assert answer.status_code == (200 if spelling == "{}" else 404)
        problem_of(buyer.get(f"/api/reservation/{hold.replace('-', '')}"), 404)


class TestAnOddHeader:
    @pytest.mark.parametrize(
        ("name", "value", "status"),
        [
            ("Authorization", b"Bearer \xff\xfe", 401),
            ("Authorization", b"Bearer " + 20_000 * b"a", 401),
            ("Cookie", b"access_token=\xff\xfe", 401),
            ("Cookie", b";=;;access_token", 401),
            ("X-Request-ID", b"\xff", 401),
            ("If-None-Match", b"\xff", 401),
            ("Accept", b"\xff", 401),
        ],
    )
    def test_is_as_good_as_none(
        self, visitor: ApiClient, name: str, value: bytes, status: int
    ) -> None:
        problem_of(visitor.get("/api/user/me", headers=[(name.encode(), value)]), status)

    @pytest.mark.parametrize("key", [b"\xff", b"", 300 * b"k", b"a\tb"])
    def test_is_refused_as_an_idempotency_key(
        self, buyer: ApiClient, event: Json, key: bytes
    ) -> None:
        answer = buyer.http.post(
            "/api/reservation",
            json={"event_id": event["id"], "quantity": 1},
            headers=[(b"Idempotency-Key", key)],
        )

        problem_of(answer, 400)


class TestAnOddValue:
    @pytest.mark.parametrize(
        "number", ["9" * 30, "-9223372036854775809", "1e3", "1.0", "true", '"1"']
    )
    @pytest.mark.parametrize("field", ["event_id", "quantity", "subsection"])
    def test_is_never_taken_for_a_number(
        self, buyer: ApiClient, event: Json, field: str, number: str
    ) -> None:
        fields = {
            "event_id": str(event["id"]),
            "quantity": "1",
            "section": '"A"',
            "subsection": "1",
        }
        body = ",".join(f'"{name}": {value}' for name, value in (fields | {field: number}).items())
        answer = buyer.http.post("/api/reservation", content=f"{{{body}}}", headers=_JSON)

        assert answer.status_code in (400, 404), answer.text
        problem_of(answer, answer.status_code)

    @pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "\\udfff\\ud800", "\\u202e\\u0000"])
    @pytest.mark.parametrize("field", ["name", "description", "venue_name"])
    def test_is_never_taken_for_a_text(self, seller: ApiClient, field: str, text: str) -> None:
        body = f'{{"{field}": "a{text}b"}}'
        event = seller.create_event()

        answer = seller.http.patch(f"/api/event/{event['id']}", content=body, headers=_JSON)

        problem_of(answer, 400)

    @pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "x" * 10_000])
    def test_is_never_a_seat_or_a_section(self, buyer: ApiClient, event: Json, text: str) -> None:
        for wanted in (f'"seats": ["{text}"]', f'"quantity": 1, "section": "{text}"'):
            body = f'{{"event_id": {event["id"]}, {wanted}}}'
            answer = buyer.http.post("/api/reservation", content=body, headers=_JSON)

            problem_of(answer, 400)


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfff", "\\udc00\\ud800", "\\u0000"])
class TestATextThatCannotBeWritten:
    """Half a surrogate pair or NUL. It is refused where it comes in, whatever it is for."""

    @pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "once"}], ids=["", "with a key"])
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("seats.0", '"seats": ["{}-1-1-1"]'),
            ("seats.1", '"seats": ["A-1-1-1", "A-1-1-{}"]'),
            ("section", '"quantity": 1, "section": "{}"'),
            ("note", '"quantity": 1, "note": "{}"'),
            ("note.a.0.b", '"quantity": 1, "note": {{"a": [{{"b": "{}"}}]}}'),
        ],
    )
    def test_is_refused_in_a_reservation(
        self, buyer: ApiClient, event: Json, text: str, field: str, value: str, headers: Json
    ) -> None:
        body = f'{{"event_id": {event["id"]}, {value.format(text)}}}'

        answer = buyer.http.post("/api/reservation", content=body, headers=_JSON | headers)

        assert list(broken_rules(answer)) == [f"body.{field}"]

    @pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "once"}], ids=["", "with a key"])
    def test_is_refused_in_an_event(self, seller: ApiClient, text: str, headers: Json) -> None:
        body = json.dumps(event_request(name="@", seating_config=seating(1, 1, [section("@")])))

        answer = seller.http.post(
            "/api/event", content=body.replace("@", text), headers=_JSON | headers
        )

        assert set(broken_rules(answer)) == {"body.name", "body.seating_config.sections.0.name"}

    @pytest.mark.parametrize("path", ["/api/user", "/api/user/login"])
    def test_is_refused_in_what_a_person_says(
        self, visitor: ApiClient, text: str, path: str
    ) -> None:
        body = f'{{"email": "{text}@example.com", "password": "{text}12345678"}}'

        answer = visitor.http.post(path, content=body, headers=_JSON)

        assert set(broken_rules(answer)) == {"body.email", "body.password"}

    def test_is_refused_as_the_name_of_a_field(self, seller: ApiClient, text: str) -> None:
        answer = seller.http.post("/api/event", content=f'{{"{text}": 1}}', headers=_JSON)

        assert len(broken_rules(answer)) == 1


class TestAFieldThatIsNotOne:
    """A field that is misspelt would be missed: `"sectoin": "A"` would book anywhere."""

    def test_is_named(self, buyer: ApiClient, event: Json) -> None:
        wish = {"event_id": event["id"], "quantity": 1, "sectoin": "A"}

        answer = buyer.post("/api/reservation", wish)

        assert broken_rules(answer) == {"body.sectoin": "is not a field of this request"}

    def test_is_named_wherever_it_is(self, seller: ApiClient) -> None:
        config = seating(1, 1, [section("A") | {"prize": 1}]) | {"row": 1}

        answer = seller.post("/api/event", event_request(seating_config=config, is_actve=False))

        assert set(broken_rules(answer)) == {
            "body.is_actve",
            "body.seating_config.row",
            "body.seating_config.sections.0.prize",
        }

    def test_is_named_by_each_request(self, seller: ApiClient, visitor: ApiClient) -> None:
        event = seller.create_event()

        for answer in (
            seller.patch(f"/api/event/{event['id']}", {"nmae": "N"}),
            visitor.post("/api/user/login", {"email": "a@b.example", "password": "x", "nmae": 1}),
            visitor.post("/api/user", new_account() | {"nmae": "N"}),
        ):
            assert list(broken_rules(answer)) == ["body.nmae"]

    def test_is_refused_when_it_is_given_twice(self, seller: ApiClient) -> None:
        """A proxy, a log and we may each read another one of the two (RFC 7493, 2.3)."""
        event = seller.create_event()
        body = '{"name": "First", "name": "Last"}'

        answer = seller.http.patch(f"/api/event/{event['id']}", content=body, headers=_JSON)

        assert broken_rules(answer) == {"body.name": "is given more than once"}


class TestABrowser:
    """What a page of another origin can do with the cookie of somebody who is signed in."""

    def test_of_another_origin_cannot_confirm_a_hold(self, api: Api, seller: ApiClient) -> None:
        buyer = api.buyer()
        event = seller.create_event()
        hold = buyer.reserve(event["id"], "A-1-1-1")
        visitor = api.visitor(Cookie=f"access_token={buyer.token}")
        confirm = f"/api/reservation/{hold['id']}/confirm"

        foreign = visitor.http.post(confirm, headers={"Origin": "https://evil.example"})
        sibling = visitor.http.post(confirm, headers={"Sec-Fetch-Site": "same-site"})

        assert problem_of(foreign, 403)["type"] == "urn:ticketing:problem:foreign-origin"
        problem_of(sibling, 403)
        assert buyer.reservation(hold["id"])["status"] == "reserved"
        own = visitor.http.post(confirm, headers={"Origin": api.base_url})
        assert own.json()["status"] == "confirmed"

    def test_is_told_not_to_keep_what_is_personal(self, buyer: ApiClient) -> None:
        for path in ("/api/user/me", "/api/reservation"):
            assert buyer.get(path).headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("path", ["/", "/api/event", "/metrics", "/openapi.json", "/nothing"])
    def test_may_not_guess_frame_or_embed(self, visitor: ApiClient, path: str) -> None:
        headers = visitor.get(path).headers

        assert headers.get_list("x-content-type-options") == ["nosniff"]
        assert headers.get_list("cross-origin-resource-policy") == ["same-origin"]
        assert headers.get_list("referrer-policy") == ["same-origin"]
        assert len(headers.get_list("content-security-policy")) == 1
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert len(headers.get_list("cache-control")) == 1

    def test_may_not_keep_a_stream(self, visitor: ApiClient, event: Json) -> None:
        with visitor.watch(event["id"]) as stream:
            assert stream.headers["cache-control"] == "no-store, no-transform"
            assert stream.headers["x-content-type-options"] == "nosniff"


def test_a_thousand_half_requests_hinder_nobody(api: Api, visitor: ApiClient) -> None:
    address = urlsplit(api.base_url)
    halves = []
    try:
        for _ in range(1000):
            halves.append(
                socket.create_connection((address.hostname, address.port), timeout=TIMEOUT)
            )
            halves[-1].sendall(b"POST /api/user/login HTTP/1.1\r\nContent-Length: 1000\r\n")

        seconds, answer = quickest_of(3, partial(visitor.get, "/api/event"))

        assert answer.is_success
        assert seconds < 2
    finally:
        for half in halves:
            half.close()

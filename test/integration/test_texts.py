"""Text has one form: who types it on another keyboard means the same."""

import unicodedata
from urllib.parse import quote

import httpx
import pytest

from test.support.api import (
    Api,
    ApiClient,
    broken_rules,
    event_request,
    new_account,
    one_subsection,
    problem_of,
    seating,
    seats_path,
    section,
)

NFC = "Caf\u00e9 한글"
NFD = unicodedata.normalize("NFD", NFC)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def login(client: ApiClient, email: str, password: str) -> httpx.Response:
    return client.post("/api/user/login", {"email": email, "password": password})


class TestAName:
    @pytest.mark.parametrize(
        "typed", ["\u200b", "\u3164", "\u2800", "A\u202eB", "A\u00ad", "\u0301"]
    )
    def test_of_which_nothing_or_not_all_is_seen_is_refused(
        self, seller: ApiClient, visitor: ApiClient, typed: str
    ) -> None:
        config = seating(1, 1, [section(typed)])

        for request in (
            event_request(name=typed),
            event_request(venue_name=typed),
            event_request(seating_config=config),
        ):
            assert len(broken_rules(seller.post("/api/event", request))) == 1
        answer = visitor.post("/api/user", new_account() | {"name": typed})
        assert list(broken_rules(answer)) == ["body.name"]

    def test_is_kept_in_one_form(self, seller: ApiClient) -> None:
        event = seller.create_event(
            name=NFD, venue_name=f"{FAMILY}\u3000館", seating_config=one_subsection(1, 1)
        )

        assert (event["name"], event["venue_name"]) == (NFC, f"{FAMILY} 館")

    def test_that_stays_is_not_looked_at_again(self, seller: ApiClient) -> None:
        event = seller.create_event(seating_config=one_subsection(1, 1))

        answer = seller.patch(f"/api/event/{event['id']}", {"venue_name": NFD})

        assert answer.json()["venue_name"] == NFC


class TestASection:
    def test_has_one_name_however_it_is_typed(self, seller: ApiClient) -> None:
        config = seating(1, 1, [section(NFC), section(NFD)])

        answer = seller.post("/api/event", event_request(seating_config=config))

        assert broken_rules(answer) == {
            "body.seating_config.sections.1.name": "is used by another section"
        }

    def test_is_found_in_any_spelling(self, api: Api, seller: ApiClient) -> None:
        buyer = api.buyer()
        event = seller.create_event(seating_config=seating(1, 3, [section(NFD)]))

        assert event["seating_config"]["sections"][0]["name"] == NFC
        for spelling in (NFC, NFD):
            seats = seller.get(seats_path(event["id"], quote(spelling))).json()
            assert (seats["section"], seats["total"]) == (NFC, 3)
            with buyer.http.stream(
                "GET", f"{seats_path(event['id'], quote(spelling))}/sse"
            ) as stream:
                assert stream.status_code == 200
        named = buyer.reserve(event["id"], f"{NFD}-1-1-1")
        best = buyer.post(
            "/api/reservation", {"event_id": event["id"], "quantity": 1, "section": NFD}
        )
        assert named["seats"][0]["seat_identifier"] == f"{NFC}-1-1-1"
        assert best.json()["seats"][0]["section"] == NFC

    def test_has_each_seat_once_however_it_is_typed(self, api: Api, seller: ApiClient) -> None:
        event = seller.create_event(seating_config=seating(1, 1, [section(NFC)]))
        wish = {"event_id": event["id"], "seats": [f"{NFC}-1-1-1", f"{NFD}-1-1-1"]}

        answer = api.buyer().post("/api/reservation", wish)

        assert broken_rules(answer) == {"body.seats.1": "is named twice"}


def test_a_description_has_one_kind_of_line_end(seller: ApiClient) -> None:
    typed = "First\tline\r\nsecond\rthird\u2028\u202bfourth\u202c\r\n"

    event = seller.create_event(description=typed, seating_config=one_subsection(1, 1))

    assert event["description"] == "First line\nsecond\nthird\n\u202bfourth\u202c"


class TestAnAccount:
    def test_is_one_however_its_email_is_typed(self, visitor: ApiClient) -> None:
        account = new_account()
        name, _, domain = account["email"].partition("@")
        spellings = [f"{name}.{each}@{domain}" for each in ("re\u0301ne", "r\u00e9ne", "R\u00c9NE")]

        first, *others = [
            visitor.post("/api/user", account | {"email": each}) for each in spellings
        ]

        assert first.json()["email"] == f"{name}.r\u00e9ne@{domain}"
        for answer in others:
            problem_of(answer, 409)
        for email in spellings:
            assert login(visitor, email, account["password"]).status_code == 200

    @pytest.mark.parametrize(
        ("registered", "typed"),
        [
            ("Pa\u030asswort ü", "P\u00e5sswort u\u0308"),
            ("密碼密碼\u3000密碼密碼", "密碼密碼 密碼密碼"),
            (FAMILY * 2, FAMILY * 2),
        ],
        ids=["marks", "blanks", "joined emoji"],
    )
    def test_opens_to_its_password_however_it_is_typed(
        self, visitor: ApiClient, registered: str, typed: str
    ) -> None:
        account = new_account() | {"password": registered}

        assert visitor.post("/api/user", account).status_code == 201
        for password in (registered, typed):
            assert login(visitor, account["email"], password).status_code == 200
        problem_of(login(visitor, account["email"], f"{typed}x"), 401)

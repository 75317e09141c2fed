"""HEAD: everything that GET would answer, but for the body."""

import pytest

from test.support.api import ApiClient, Json, one_subsection, overview_path, seats_path

_OF_THIS_ANSWER = {"date", "x-request-id", "transfer-encoding"}
_WITH_TICKETS = "/api/event/{event}"  # which nobody reads to learn their length


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/api/event?limit=1",
        _WITH_TICKETS,
        "/api/event/{event}?tickets=false",
        overview_path("{event}"),  # type: ignore[arg-type]
        seats_path("{event}"),  # type: ignore[arg-type]
        "/api/reservation",
        "/api/reservation/{reservation}",
        "/api/user/me",
        "/nowhere",
        "/api/event/999999999",
    ],
)
def test_answers_as_get_does(buyer: ApiClient, event: Json, path: str, encoding: str) -> None:
    reservation = buyer.reserve(event["id"], "A-1-1-1") if "reservation}" in path else {"id": ""}
    address = path.format(event=event["id"], reservation=reservation["id"])
    accepted = {"Accept-Encoding": encoding}

    got = buyer.get(address, headers=accepted)
    told = buyer.http.head(address, headers=accepted)

    assert told.status_code == got.status_code
    assert told.content == b""
    ignored = _OF_THIS_ANSWER | ({"content-length"} if path == _WITH_TICKETS else set())
    assert {k: v for k, v in told.headers.items() if k not in ignored} == {
        k: v for k, v in got.headers.items() if k not in ignored
    }


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_answers_as_get_does_of_a_subsection_with_very_many_seats(
    seller: ApiClient, visitor: ApiClient, encoding: str
) -> None:
    event = seller.create_event(seating_config=one_subsection(50, 41))
    accepted = {"Accept-Encoding": encoding}

    got = visitor.get(seats_path(event["id"]), headers=accepted)
    told = visitor.http.head(seats_path(event["id"]), headers=accepted)

    assert (told.status_code, told.content) == (200, b"")
    assert {k: v for k, v in told.headers.items() if k not in _OF_THIS_ANSWER} == {
        k: v for k, v in got.headers.items() if k not in _OF_THIS_ANSWER
    }


def test_is_counted_as_what_it_is(visitor: ApiClient) -> None:
    assert visitor.http.head("/metrics").status_code == 200

    counted = 'http_requests_total{method="HEAD",route="/metrics",status="200"}'
    assert counted in visitor.get("/metrics").text


def test_answers_304_to_who_has_the_state(visitor: ApiClient, event: Json) -> None:
    path = overview_path(event["id"])
    tag = visitor.get(path).headers["etag"]

    answer = visitor.http.head(path, headers={"If-None-Match": tag})

    assert answer.status_code == 304

"""Errors as problem details: every error of every context has a name, a status and a sentence."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

import src
from src.bootstrap.app import PROBLEMS
from src.platform.http.cross_origin_protection import ForeignOriginError
from src.platform.http.invalid_input import UnreadableRequestError
from src.platform.http.paging import next_link
from src.platform.http.problem_handlers import add_problem_handlers
from src.platform.http.problems import answer_to
from src.service.box_office.domain.errors import NoSuchTicketError
from src.service.reservation.domain import errors as reservation_errors
from src.service.shared_kernel import errors
from src.service.shared_kernel.errors import ServiceError
from src.service.shared_kernel.idempotency import (
    IdempotencyInFlightError,
    IdempotencyMismatchError,
)
from src.service.shared_kernel.paging import Page
from src.service.ticketing.domain.errors import (
    CreationOverdueError,
    StatusChangeError,
)
from src.service.user.domain.attempts import Limit
from src.service.user.domain.errors import (
    BadCredentialsError,
    EmailInUseError,
    TooManyAttemptsError,
)
from test.fake.people import seats

_SPECIFICATION = Path(src.__path__[0]).parent / "spec" / "specification.md"


class Body(BaseModel):
    name: str
    rows: int


class Failing:
    """An app whose one page raises what a test wants."""

    def __init__(self) -> None:
        self.error: Exception = AssertionError("not set")
        self.app = FastAPI()
        add_problem_handlers(self.app, PROBLEMS)

        @self.app.get("/")
        async def fail() -> None:
            raise self.error

        @self.app.post("/body")
        async def take(body: Body) -> None: ...

    async def fetch(self, method: str = "GET", path: str = "/", **request: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **request)

    async def answer_to(self, error: Exception) -> httpx.Response:
        self.error = error
        return await self.fetch()


@pytest.fixture
def failing() -> Failing:
    return Failing()


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (errors.InvalidInputError(), 400, "invalid-input"),
        (errors.NotSignedInError("Sign in."), 401, "not-signed-in"),
        (errors.ForbiddenError("No."), 403, "forbidden"),
        (errors.EventNotFoundError(7), 404, "event-not-found"),
        (errors.SubsectionNotFoundError("No."), 404, "subsection-not-found"),
        (errors.StoreUnavailableError("Kvrocks"), 503, "store-unavailable"),
        (errors.OutcomeUnknownError("Kvrocks"), 503, "outcome-unknown"),
        (errors.SeatStateMissingError(7), 503, "seat-state-missing"),
        (errors.OverloadedError("sign in", 2), 503, "overloaded"),
        (IdempotencyInFlightError("Wait."), 409, "idempotency-in-flight"),
        (IdempotencyMismatchError("Other."), 422, "idempotency-mismatch"),
        (StatusChangeError("Final."), 409, "status-change"),
        (errors.TooManySubscribersError("Later."), 503, "too-many-watchers"),
        (CreationOverdueError("Again."), 503, "creation-overdue"),
        (reservation_errors.SeatsTakenError(seats("A-1-1-1")), 409, "seats-taken"),
        (reservation_errors.NotEnoughSeatsError("Few."), 409, "not-enough-seats"),
        (reservation_errors.NotOnSaleError("Over."), 409, "not-on-sale"),
        (reservation_errors.TooMuchContentionError("Again."), 503, "too-much-contention"),
        (errors.ReservationNotFoundError("None."), 404, "reservation-not-found"),
        (reservation_errors.ReservationNotLiveError("Over."), 409, "reservation-not-live"),
        (errors.NotConfirmedError("Held."), 409, "not-confirmed"),
        (NoSuchTicketError(), 404, "no-such-ticket"),
        (EmailInUseError("Used."), 409, "email-in-use"),
        (BadCredentialsError("Wrong."), 401, "bad-credentials"),
        (TooManyAttemptsError(Limit("login", 10, 900), 30), 429, "too-many-attempts"),
        (ForeignOriginError("Elsewhere."), 403, "foreign-origin"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
async def test_every_error_has_its_status_and_name(
    failing: Failing, error: Exception, status: int, name: str
) -> None:
    answer = await failing.answer_to(error)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == status
    assert problem["type"] == f"urn:ticketing:problem:{name}"
    assert problem["title"] == name.replace("-", " ").capitalize()
    assert re.search(r"[.!?]$", problem["detail"])


def derived_from(error: type[ServiceError]) -> Iterator[type[ServiceError]]:
    for derived in error.__subclasses__():
        yield derived
        yield from derived_from(derived)


@cache
def every_error() -> frozenset[type[ServiceError]]:
    """Every class of error in `src`, except those that are there to be derived from."""
    for module in pkgutil.walk_packages(src.__path__, "src."):
        importlib.import_module(module.name)
    return frozenset(
        error
        for error in derived_from(ServiceError)
        if error.__module__.startswith("src.")
        and ("type" in vars(error) or not error.__subclasses__())
    )


def test_every_error_has_a_type_of_its_own() -> None:
    types = {error: vars(error).get("type") for error in every_error()}

    assert [
        error for error, name in types.items() if not re.fullmatch("[a-z]+(-[a-z]+)*", name or "")
    ] == []
    assert len(set(types.values())) == len(types)


def test_every_error_is_in_the_table_by_itself() -> None:
    assert every_error() == set(PROBLEMS)


def specified() -> dict[tuple[str, str], str]:
    """What the specification says that each problem adds, by its type and status."""
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (\d{3}) \|.*?\|(.*)\|$", _SPECIFICATION.read_text(), re.MULTILINE
    )
    return {(name, status): adds for name, status, adds in rows}


def test_the_specification_names_every_problem_with_its_status_and_no_other() -> None:
    assert specified().keys() == {
        (error.type, str(problem.status)) for error, problem in PROBLEMS.items()
    }


def test_the_specification_names_what_a_problem_adds() -> None:
    usual = {"type", "title", "status", "detail", "content-type", "content-length"}
    for error, problem in PROBLEMS.items():
        answer = answer_to(problem.example, problem)
        adds = specified()[error.type, str(problem.status)].lower()
        named = {each.split(":")[0] for each in re.findall("`([^`]+)`", adds)}
        members = orjson.loads(answer.body).keys() | {name.lower() for name in answer.headers}
        assert members - usual == named, error.type


@pytest.mark.parametrize(
    "error",
    [
        errors.StoreUnavailableError("Kvrocks"),
        errors.OutcomeUnknownError("PostgreSQL"),
        errors.SeatStateMissingError(7),
        errors.OverloadedError("sign in", 2),
        errors.TooManySubscribersError("Later."),
        CreationOverdueError("Again."),
        reservation_errors.TooMuchContentionError("Again."),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_may_work_later_says_when_to_try_again(
    failing: Failing, error: Exception
) -> None:
    answer = await failing.answer_to(error)

    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(answer.headers["retry-after"]) >= 1


async def test_who_is_not_signed_in_is_told_how(failing: Failing) -> None:
    answer = await failing.answer_to(errors.NotSignedInError("Sign in."))

    assert answer.headers["www-authenticate"] == "Bearer"


async def test_taken_seats_are_named(failing: Failing) -> None:
    answer = await failing.answer_to(
        reservation_errors.SeatsTakenError(seats("A-1-1-1 搖滾-1-2-3"))
    )

    assert answer.json()["seats"] == ["A-1-1-1", "搖滾-1-2-3"]


async def test_broken_rules_are_named_with_their_place_in_the_body(failing: Failing) -> None:
    answer = await failing.answer_to(
        errors.InvalidInputError(
            errors.FieldError(("seating_config", "sections", 0, "price"), "must be from 0"),
            errors.FieldError(("query", "cursor"), "is not a cursor of this list"),
        )
    )

    assert answer.json()["errors"] == [
        {"loc": ["body", "seating_config", "sections", 0, "price"], "msg": "must be from 0"},
        {"loc": ["query", "cursor"], "msg": "is not a cursor of this list"},
    ]
    assert answer.json()["detail"] == (
        "seating_config.sections.0.price: must be from 0; "
        "query.cursor: is not a cursor of this list."
    )


@pytest.mark.parametrize("raised", [errors.InvalidInputError, UnreadableRequestError])
async def test_of_many_broken_rules_a_hundred_are_listed_and_all_are_counted(
    failing: Failing, raised: Callable[..., Exception]
) -> None:
    broken = [errors.FieldError(("body", f"a{i}"), "is not a field") for i in range(7_000)]

    problem = (await failing.answer_to(raised(*broken))).json()

    assert len(problem["errors"]) == 100
    assert problem["detail"].endswith("a4: is not a field; and 6,995 more.")


async def test_what_the_framework_finds_wrong_looks_the_same(failing: Failing) -> None:
    answer = await failing.fetch("POST", "/body", json={"rows": "many"})

    problem = answer.json()
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert problem["type"] == "urn:ticketing:problem:invalid-input"
    assert [error["loc"] for error in problem["errors"]] == [["body", "name"], ["body", "rows"]]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
async def test_a_body_that_is_not_what_it_should_be_is_a_bad_request(
    failing: Failing, body: bytes
) -> None:
    answer = await failing.fetch(
        "POST", "/body", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("path", "method", "status"), [("/x", "GET", 404), ("/", "PUT", 405)])
async def test_an_address_that_is_not_there_says_so(
    failing: Failing, path: str, method: str, status: int
) -> None:
    answer = await failing.fetch(method, path)

    assert (answer.status_code, answer.json()["type"]) == (status, "about:blank")
    assert answer.json()["detail"].endswith(".")


async def test_an_http_error_keeps_its_headers(failing: Failing) -> None:
    answer = await failing.answer_to(HTTPException(429, "Slower.", headers={"Retry-After": "3"}))

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.json()["detail"] == "Slower."


async def test_what_nobody_foresaw_tells_nothing_of_the_inside(failing: Failing) -> None:
    answer = await failing.answer_to(ValueError("a password"))

    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.headers["content-type"] == "application/problem+json"
    assert "password" not in answer.text


async def test_a_message_that_cannot_be_written_is_answered_all_the_same(failing: Failing) -> None:
    answer = await failing.answer_to(errors.ForbiddenError("Not \ud800 this"))

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.json()["detail"] == "Not ? this."


def request_with(url: str, **headers: str) -> Request:
    parsed = httpx.URL(url)
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "server": ("test", 80),
            "path": parsed.path,
            "query_string": parsed.query,
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
            ],
        }
    )


class TestNextLink:
    def test_leads_to_the_same_list_at_the_cursor(self) -> None:
        request = request_with("http://test/api/event?limit=2&cursor=9&seller_id=1")

        address, relation = next_link(request, Page((), "7"))["Link"].split("; ")

        url = httpx.URL(address.strip("<>"))
        assert relation == 'rel="next"'
        assert url.path == "/api/event"
        assert dict(url.params) == {"limit": "2", "cursor": "7", "seller_id": "1"}

    def test_is_not_there_on_the_last_page(self) -> None:
        assert next_link(request_with("http://test/api/event"), Page((), None)) == {}

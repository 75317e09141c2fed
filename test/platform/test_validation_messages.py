"""What is wrong with a request is said in our words, never in pydantic's."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from src.platform.http.parameters import Flag, Number
from src.platform.http.request_model import RequestModel
from src.platform.http.strict_route import StrictRoute
from src.platform.http.validation_messages import MESSAGES, NEUTRAL, message_of
from src.service.admission.driving_adapter.http_controller import line_controller
from src.service.box_office.driving_adapter.http_controller import (
    door_controller,
    order_controller,
    ticket_controller,
)
from src.service.box_office.driving_adapter.schema.ticket_schema import CheckInRequest
from src.service.integration.driving_adapter.http_controller import webhook_controller
from src.service.integration.driving_adapter.schema.webhook_schema import (
    ChangeWebhookRequest,
    RegisterWebhookRequest,
)
from src.service.reservation.driving_adapter.http_controller import (
    house_seats_controller,
    reservation_controller,
)
from src.service.reservation.driving_adapter.schema.house_seats_schema import HouseSeatsRequest
from src.service.reservation.driving_adapter.schema.reservation_schema import (
    CancelRequest,
    ReservationRequest,
)
from src.service.ticketing.driving_adapter.http_controller import event_ticketing_controller
from src.service.ticketing.driving_adapter.schema.event_schema import (
    EventCreateWithTicketConfigRequest,
    EventPatchRequest,
)
from src.service.user.driving_adapter.http_controller import user_controller
from src.service.user.driving_adapter.schema.user_schema import LoginRequest, RegisterRequest

RIGHT: dict[type[BaseModel], dict[str, Any]] = {
    EventCreateWithTicketConfigRequest: {
        "name": "Rock Concert",
        "description": "Amazing live rock music show",
        "venue_name": "Taipei Arena",
        "seating_config": {
            "rows": 25,
            "cols": 20,
            "sections": [
                {"name": "A", "price": 2000, "subsections": 2},
                {"name": "B", "price": 1500, "subsections": 1},
            ],
        },
        "is_active": True,
    },
    EventPatchRequest: {
        "name": "N",
        "description": "D",
        "venue_name": "V",
        "is_active": False,
        "status": "ended",
    },
    ReservationRequest: {"event_id": 1, "seats": ["A-1-1-1"]},
    CancelRequest: {"reason": "Flooded"},
    HouseSeatsRequest: {"section": "A", "subsection": 1},
    CheckInRequest: {"code": "0000-PP7S-HRMA-MS2K"},
    RegisterWebhookRequest: {
        "url": "https://example.com/hook",
        "types": ["event.created"],
        "description": "D",
    },
    ChangeWebhookRequest: {
        "url": "https://example.com/hook",
        "types": ["event.created"],
        "description": "D",
        "status": "paused",
    },
    RegisterRequest: {"email": "a@b.c", "password": "12345678", "name": "N", "role": "buyer"},
    LoginRequest: {"email": "a@b.c", "password": "12345678"},
}
RUBBISH: list[Any] = [
    *(None, True, False, 0, -1, 10**30, 1.0, 2.5, float("inf"), "", "x", "1", "x" * 2_000),
    *([], [None], [1], ["x"] * 11, [[]], {}, {"a": 1}),
]
GONE = object()
# What only pydantic says: its sentences begin with these, or speak of a program's types.
THEIRS = re.compile(
    r"\b(input|should|valid|validation|field required|extra|permitted|instance|dictionary|string"
    r"|integer|boolean|parse|value error|JSON decode)\b",
    re.IGNORECASE,
)
PARAMETERS = ["1_0", "1.0", "+1", "-1", " 1", "1 ", "", "x", "١", "１", "9" * 5000, "0x1", "1e3"]
FLAGS = ["1", "0", "yes", "on", "t", "True", "TRUE", "", " true"]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield at, value
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*at, key))


def changed(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    value = deepcopy(value)
    inner = value
    for key in at[:-1]:
        inner = inner[key]
    if new is GONE:
        del inner[at[-1]]
    else:
        inner[at[-1]] = new
    return value


def wrong_requests(right: dict[str, Any]) -> Iterator[Any]:
    for at, value in places(right):
        for rubbish in [*RUBBISH, *([GONE] if at else [])]:
            yield changed(right, at, rubbish)
        if isinstance(value, dict):
            yield changed(right, (*at, "unknown"), 1)


def errors_of(model: Any, value: Any) -> list[Any]:
    try:
        # As the framework does it.
        TypeAdapter(model).validate_python(value, from_attributes=True)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []


@pytest.mark.parametrize("model", RIGHT, ids=lambda model: model.__name__)
def test_every_mistake_in_a_body_has_a_sentence(model: type[BaseModel]) -> None:
    assert errors_of(model, RIGHT[model]) == []
    found = 0
    for request in wrong_requests(RIGHT[model]):
        for error in errors_of(model, request):
            found += 1
            assert error["type"] in MESSAGES, error
            message = message_of(error)
            assert message
            assert not THEIRS.search(message), message
            assert message[-1] not in ".!", "it becomes part of a sentence"
    assert found > 20


@pytest.mark.parametrize(("kind", "texts"), [(Number, PARAMETERS), (Flag, FLAGS)])
def test_every_mistake_in_a_parameter_has_a_sentence(kind: Any, texts: list[str]) -> None:
    for text in texts:
        [error] = errors_of(kind, text)
        assert error["type"] in MESSAGES, text
        assert not THEIRS.search(message_of(error))


def test_a_parameter_is_taken_as_it_is_written_plainly() -> None:
    numbers = TypeAdapter(Number)
    assert [numbers.validate_python(text) for text in ("0", "7", "007")] == [0, 7, 7]
    flags = TypeAdapter(Flag)
    assert [flags.validate_python(text) for text in ("true", "false")] == [True, False]


@pytest.mark.parametrize(
    ("model", "at", "value", "message"),
    [
        (ReservationRequest, ("seats",), ["A-1-1-1"] * 11, "must have at most 10 items"),
        (ReservationRequest, ("seats",), "A-1-1-1", "must be a list"),
        (ReservationRequest, ("event_id",), "1", "must be a whole number"),
        (ReservationRequest, ("event_id",), GONE, "is missing"),
        (ReservationRequest, ("seats",), GONE, "give either seats or a quantity"),
        (ReservationRequest, ("sectoin",), "A", "is not a field of this request"),
        (ReservationRequest, (), [], "must be an object"),
        (RegisterRequest, ("role",), "admin", "must be one of: seller, buyer"),
        (EventPatchRequest, ("status",), "draft", "must be one of: completed, ended"),
        (EventPatchRequest, ("is_active",), "yes", "must be true or false"),
        (EventPatchRequest, ("name",), 7, "must be a text"),
        (
            EventCreateWithTicketConfigRequest,
            ("seating_config", "sections", 0, "price"),
            "2000",
            "must be a whole number",
        ),
    ],
)
def test_a_mistake_is_named_plainly(
    model: type[BaseModel], at: tuple[Any, ...], value: Any, message: str
) -> None:
    [error] = errors_of(model, changed(RIGHT[model], at, value))

    assert message_of(error) == message


def test_what_has_no_sentence_gets_a_neutral_one() -> None:
    assert message_of({"type": "never_heard_of", "msg": "Input should be nice"}) == NEUTRAL


def test_every_route_is_strict() -> None:
    """So that no endpoint has to think of it: each address, each number, each body."""
    bodies = set()
    for controller in (
        *(event_ticketing_controller, reservation_controller, house_seats_controller),
        *(line_controller, order_controller, ticket_controller, door_controller, user_controller),
        webhook_controller,
    ):
        for route in controller.router.routes:
            assert isinstance(route, APIRoute)
            assert isinstance(route, StrictRoute), route.path
            known = route.dependant
            for parameter in [*known.path_params, *known.query_params]:
                _, errors = parameter.validate("1_0", loc=("here",))
                taken = parameter.field_info.annotation in (str, str | None)
                assert taken or errors, (route.path, parameter.name)
            bodies |= {parameter.field_info.annotation for parameter in known.body_params}
    assert bodies == set(RIGHT)
    assert all(isinstance(body, type) and issubclass(body, RequestModel) for body in bodies)

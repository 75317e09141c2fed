"""The API's description is whole, says what is so, and can be read by any tool."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from src.bootstrap.app import PROBLEMS
from src.service.integration.domain.webhook_url import MAX_URL
from src.service.reservation.domain.reservation import MAX_SEATS_PER_RESERVATION
from src.service.shared_kernel.seating import MAX_PRICE, MAX_SECTION_NAME
from src.service.ticketing.domain.aggregate import event_ticketing_aggregate as event
from src.service.user.domain import user
from test.support.described import described_api as document
from test.support.described import follow_schema

Json = dict[str, Any]

_PROBLEM = "application/problem+json"
_BLANK = "about:blank"
_METHODS = {"get", "put", "post", "patch", "delete", "options", "head", "trace"}


def operations() -> dict[str, Json]:
    return {
        operation["operationId"]: operation
        for path in document()["paths"].values()
        for method, operation in path.items()
        if method in _METHODS
    }


def each_operation() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", OPERATIONS)


def resolved(found: Json) -> Json:
    """What is meant: the component when it is a reference, else itself."""
    while "$ref" in found:
        parts = found["$ref"].removeprefix("#/").split("/")
        found = document()
        for part in parts:
            found = found[part]
    return found


def problems(operation: Json) -> Iterator[tuple[str, str, Json]]:
    """Status, type and example of each problem that an operation declares."""
    for status, response in operation["responses"].items():
        content = resolved(response).get("content", {}).get(_PROBLEM)
        if content is None:
            continue
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        if "example" in content:
            yield status, _BLANK, content["example"]
        for name, example in content.get("examples", {}).items():
            yield status, name, resolved(example)["value"]


KEYWORDS = {
    *("$ref", "title", "description", "default", "examples", "deprecated", "type", "format"),
    *("enum", "const", "anyOf", "allOf", "oneOf", "properties", "additionalProperties"),
    *("required", "items", "minItems", "maxItems", "uniqueItems", "minimum", "maximum"),
    *("exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern"),
    *("contentMediaType", "contentSchema", "writeOnly", "readOnly"),
}


def keywords(schema: Json) -> Iterator[str]:
    yield from schema
    for part in schema.get("properties", {}).values():
        yield from keywords(part)
    for part in schema.get("anyOf", ()):
        yield from keywords(part)
    if "items" in schema:
        yield from keywords(schema["items"])


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if "$ref" in found:
            yield found["$ref"]
        for value in found.values():
            yield from references(value)
    elif isinstance(found, list):
        for value in found:
            yield from references(value)


OPERATIONS = [
    "cancelReservation",
    "changeWebhook",
    "checkIn",
    "confirmReservation",
    "countCheckedIn",
    "createEvent",
    "deleteWebhook",
    "freeHouseSeats",
    "getCalendarEntry",
    "getEvent",
    "getPlaceInLine",
    "getReservation",
    "getTicketQr",
    "getWebhook",
    "joinLine",
    "leaveLine",
    "listAllSubsectionStatus",
    "listDeliveries",
    "listEvents",
    "listHouseSeats",
    "listOrders",
    "listReservations",
    "listSectionSeats",
    "listTickets",
    "listWebhooks",
    "live",
    "login",
    "logout",
    "me",
    "metrics",
    "ready",
    "register",
    "registerWebhook",
    "releaseReservation",
    "releaseSeat",
    "reportSales",
    "reserveSeats",
    "rotateWebhookSecret",
    "sendDeliveryAgain",
    "streamAllSubsectionStatus",
    "streamLine",
    "streamSectionSeats",
    "takeHouseSeats",
    "testWebhook",
    "updateEvent",
]


class TestTheDocument:
    def test_is_valid(self) -> None:
        assert document()["openapi"].startswith("3.1.")
        OpenAPIV31SpecValidator(document()).validate()

    def test_says_whose_it_is_and_where(self) -> None:
        assert document()["servers"]
        assert {"title", "version", "summary", "description", "contact", "license"} <= document()[
            "info"
        ].keys()

    def test_defines_nothing_that_is_not_used(self) -> None:
        defined = {
            f"#/components/{kind}/{name}"
            for kind, components in document()["components"].items()
            if kind != "securitySchemes"
            for name in components
        }

        assert defined == set(references(document()))

    def test_uses_no_word_that_json_schema_does_not_have(self) -> None:
        schemas = list(document()["components"]["schemas"].values())
        for operation in operations().values():
            schemas += [resolved(each)["schema"] for each in operation.get("parameters", ())]
        used = {word for schema in schemas for word in keywords(schema)}

        assert {"type", "properties", "maximum", "maxLength"} <= used <= KEYWORDS

    def test_has_a_word_on_each_tag_and_no_other(self) -> None:
        used = {tag for operation in operations().values() for tag in operation["tags"]}

        assert {tag["name"] for tag in document()["tags"] if tag["description"]} == used

    def test_gives_operations_short_names(self) -> None:
        assert sorted(operations()) == OPERATIONS


class TestEachOperation:
    @each_operation()
    def test_says_what_it_is_and_who_may_ask(self, name: str) -> None:
        operation = operations()[name]

        assert operation["summary"]
        assert operation["description"]
        assert len(operation["tags"]) == 1
        schemes = {scheme for known in operation["security"] for scheme in known}
        assert schemes <= document()["components"]["securitySchemes"].keys()
        for response in operation["responses"].values():
            assert resolved(response)["description"]

    @each_operation()
    def test_names_its_answers_one_by_one(self, name: str) -> None:
        statuses = list(operations()[name]["responses"])

        assert [status for status in statuses if not status.isdigit()] == []
        assert any(status.startswith("2") for status in statuses)
        assert any(status.startswith("4") for status in statuses)

    @each_operation()
    def test_describes_what_its_path_holds(self, name: str) -> None:
        [path] = [
            path
            for path, item in document()["paths"].items()
            if name in [operation["operationId"] for operation in item.values()]
        ]
        described = [resolved(each) for each in operations()[name].get("parameters", ())]
        in_path = {each["name"]: each for each in described if each["in"] == "path"}

        assert set(re.findall(r"{(\w+)}", path)) == in_path.keys()
        assert all(each["required"] for each in in_path.values())
        assert all(each["description"] for each in described)
        # What is not sent is left out: no address and no header can say null.
        assert all("null" not in str(each["schema"]) for each in described)

    @each_operation()
    def test_takes_a_body_of_which_there_are_examples(self, name: str) -> None:
        body = operations()[name].get("requestBody")
        if body is not None:
            assert list(body["content"]) == ["application/json"]
            assert body["content"]["application/json"]["examples"]


class TestProblems:
    def test_are_those_of_the_table(self) -> None:
        declared = {
            (name, status)
            for operation in operations().values()
            for status, name, _ in problems(operation)
            if name != _BLANK
        }

        assert declared == {(error.type, str(each.status)) for error, each in PROBLEMS.items()}

    @each_operation()
    def test_have_an_example_that_is_one(self, name: str) -> None:
        for status, kind, example in problems(operations()[name]):
            assert example["status"] == int(status)
            assert example["type"] in (_BLANK, f"urn:ticketing:problem:{kind}")
            # Every member that any error has is described.
            assert (
                example.keys()
                <= document()["components"]["schemas"]["Problem"]["properties"].keys()
            )

    @each_operation()
    def test_say_when_to_try_again(self, name: str) -> None:
        for status, response in operations()[name]["responses"].items():
            if status in ("429", "503"):
                assert "Retry-After" in response["headers"]

    @each_operation()
    def test_of_a_change_include_the_foreign_origin(self, name: str) -> None:
        kinds = {kind for _, kind, _ in problems(operations()[name])}
        methods = {
            method
            for item in document()["paths"].values()
            for method, operation in item.items()
            if operation["operationId"] == name
        }

        assert ("foreign-origin" in kinds) == (methods != {"get"})


class TestExamples:
    def test_are_what_their_schemas_allow(self) -> None:
        checked = 0
        for schema, value in _examples():
            follow_schema(value, schema)
            checked += 1

        assert checked > len(PROBLEMS)


def _examples() -> Iterator[tuple[Json, Any]]:
    """Every example in the document, with the schema that it has to follow."""
    for operation in operations().values():
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [resolved(each).get("content", {}) for each in operation["responses"].values()]
        for content in contents:
            for media in content.values():
                for example in media.get("examples", {}).values():
                    yield media["schema"], resolved(example)["value"]
                if "example" in media:
                    yield media["schema"], media["example"]
        for parameter in operation.get("parameters", ()):
            yield from _of_schema(resolved(parameter)["schema"])
    yield from _of_schema(document()["components"])


def _of_schema(found: Any) -> Iterator[tuple[Json, Any]]:
    if isinstance(found, dict):
        if "type" in found and isinstance(found.get("examples"), list):
            for example in found["examples"]:
                yield found, example
        for value in found.values():
            yield from _of_schema(value)
    elif isinstance(found, list):
        for value in found:
            yield from _of_schema(value)


@pytest.mark.parametrize(
    ("schema", "name", "limits"),
    [
        ("RegisterRequest", "email", {"maxLength": user.MAX_EMAIL}),
        ("RegisterRequest", "name", {"minLength": 1, "maxLength": user.MAX_NAME}),
        (
            "RegisterRequest",
            "password",
            {"minLength": user.MIN_PASSWORD, "maxLength": user.MAX_PASSWORD},
        ),
        ("EventCreateWithTicketConfigRequest", "name", {"maxLength": event.MAX_NAME}),
        ("EventCreateWithTicketConfigRequest", "venue_name", {"maxLength": event.MAX_VENUE_NAME}),
        ("EventPatchRequest", "description", {"maxLength": event.MAX_DESCRIPTION}),
        ("SectionRequest", "name", {"minLength": 1, "maxLength": MAX_SECTION_NAME}),
        ("SectionRequest", "price", {"minimum": 0, "maximum": MAX_PRICE}),
        ("SectionRequest", "subsections", {"minimum": 1}),
        ("SeatingConfigRequest", "rows", {"minimum": 1}),
        ("SeatingConfigRequest", "cols", {"minimum": 1}),
        ("RegisterWebhookRequest", "url", {"maxLength": MAX_URL}),
        ("ReservationRequest", "quantity", {"minimum": 1, "maximum": MAX_SEATS_PER_RESERVATION}),
        ("ReservationRequest", "seats", {"minItems": 1, "maxItems": MAX_SEATS_PER_RESERVATION}),
    ],
)
def test_limits_are_the_domains(schema: str, name: str, limits: Json) -> None:
    described = document()["components"]["schemas"][schema]["properties"][name]
    kinds = [kind for kind in described.get("anyOf", [described]) if kind != {"type": "null"}]

    assert [kind | limits for kind in kinds] == kinds


def test_a_reservations_id_is_a_uuid_wherever_it_stands() -> None:
    for name in ("getReservation", "confirmReservation", "releaseReservation"):
        [parameter] = operations()[name]["parameters"]
        assert parameter["schema"]["format"] == "uuid"
    made = document()["components"]["schemas"]["ReservationResponse"]["properties"]["id"]
    assert made["format"] == "uuid"


@pytest.mark.parametrize(
    ("name", "status", "headers"),
    [
        ("createEvent", "201", {"Location"}),
        ("listEvents", "200", {"Link"}),
        ("listAllSubsectionStatus", "200", {"ETag"}),
        ("listSectionSeats", "304", {"ETag"}),
        ("reserveSeats", "201", {"Location"}),
        ("reserveSeats", "429", {"Retry-After"}),
        ("listReservations", "200", {"Link"}),
        ("login", "401", {"WWW-Authenticate"}),
        ("login", "429", {"Retry-After", "RateLimit", "RateLimit-Policy"}),
    ],
)
def test_headers_are_described(name: str, status: str, headers: set[str]) -> None:
    assert headers <= operations()[name]["responses"][status]["headers"].keys()


@pytest.mark.parametrize("name", ["streamAllSubsectionStatus", "streamSectionSeats"])
def test_a_stream_is_text_whose_messages_are_described(name: str) -> None:
    responses = operations()[name]["responses"]
    [(media_type, content)] = responses["200"]["content"].items()

    assert media_type == "text/event-stream"
    assert content.keys() == {"schema"}  # what 3.1 knows, and nothing of 3.2
    assert content["schema"]["type"] == "string"
    message = resolved(
        content["schema"]["contentSchema"]["items"]["properties"]["data"]["contentSchema"]
    )
    assert "event_type" in message["required"]


def test_counts_and_numbers_of_subsections_are_different_things() -> None:
    schemas = document()["components"]["schemas"]

    assert schemas["SectionResponse"]["properties"]["subsections"]["type"] == "integer"
    assert schemas["SectionDetailResponse"]["properties"]["subsections"]["type"] == "array"
    assert "tickets" not in schemas["EventResponse"]["properties"]
    answered = operations()["getEvent"]["responses"]["200"]["content"]["application/json"]
    assert resolved(answered["schema"]) == schemas["EventDetailResponse"]

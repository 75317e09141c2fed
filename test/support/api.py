"""People at the service: what sellers, buyers and visitors do over HTTP."""

import csv
import io
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from kit.waiting import TIMEOUT, wait_until
from test.support.accounts import PASSWORD, add_account
from test.support.described import as_described
from test.support.service import ServiceProcess
from test.support.sse import LiveStream

Json = dict[str, Any]

# A new connection for each request: tests end servers, and a client would take up a connection again
# just when its server ends.
CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=0)


@dataclass(frozen=True)
class ApiClient:
    """Somebody who calls the API. `user` is empty for a visitor.

    The methods named after an HTTP verb return the response as it is; the others insist on success
    and return what was asked for.
    """

    http: httpx.Client
    user: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.user["id"])

    @property
    def token(self) -> str:
        return str(self.user["access_token"])

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.http.post(path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.http.patch(path, json=json, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.http.delete(path, **options)

    def pages(self, path: str, **params: Any) -> list[list[Json]]:
        """Every page of a list, by following the links from the first."""
        answer = self.get(path, params=params)
        pages: list[list[Json]] = [_content(answer, 200)]
        while "next" in answer.links:
            answer = self.get(answer.links["next"]["url"])
            pages.append(_content(answer, 200))
        return pages

    def create_event(self, **changes: Any) -> Json:
        return _object(self.post("/api/event", event_request(**changes)), 201)

    def change_event(self, event_id: int, **changes: Any) -> Json:
        return _object(self.patch(f"/api/event/{event_id}", changes), 200)

    def event(self, event_id: int, *, tickets: bool = True) -> Json:
        """The event in detail."""
        return _object(self.get(f"/api/event/{event_id}", params={"tickets": tickets}), 200)

    def overview(self, event_id: int) -> Json:
        """The counts of every subsection."""
        return _object(self.get(overview_path(event_id)), 200)

    def seats(self, event_id: int, section: str = "A", subsection: int = 1) -> Json:
        """Every seat of one subsection."""
        return _object(self.get(seats_path(event_id, section, subsection)), 200)

    def reserve(self, event_id: int, *seats: str) -> Json:
        request = {"event_id": event_id, "seats": list(seats)}
        return _object(self.post("/api/reservation", request), 201)

    def reserve_best(self, event_id: int, quantity: int, **part: Any) -> Json:
        request = {"event_id": event_id, "quantity": quantity, **part}
        return _object(self.post("/api/reservation", request), 201)

    def reservation(self, reservation_id: str) -> Json:
        return _object(self.get(f"/api/reservation/{reservation_id}"), 200)

    def confirm(self, reservation_id: str) -> Json:
        return _object(self.post(f"/api/reservation/{reservation_id}/confirm"), 200)

    def release(self, reservation_id: str) -> None:
        _content(self.delete(f"/api/reservation/{reservation_id}"), 204)

    def release_seat(self, reservation_id: str, seat: str) -> None:
        _content(self.delete(f"/api/reservation/{reservation_id}/seats/{seat}"), 204)

    def cancel(self, reservation_id: str, **reason: str) -> Json:
        """Take a sale back, as its seller."""
        return _object(self.post(f"/api/reservation/{reservation_id}/cancel", reason), 200)

    def buy(self, event_id: int, *seats: str) -> Json:
        return self.confirm(self.reserve(event_id, *seats)["id"])

    def tickets(self, reservation_id: str) -> list[Json]:
        return list(_content(self.get(f"/api/reservation/{reservation_id}/ticket"), 200))

    def orders(self, event_id: int, **search: Any) -> list[Json]:
        """All orders of one's own event."""
        return [one for page in self.pages(orders_path(event_id), **search) for one in page]

    def report(self, event_id: int) -> Json:
        return _object(self.get(f"/api/event/{event_id}/report"), 200)

    def csv(self, path: str, **params: Any) -> list[Json]:
        """The lines of a table, by its headings."""
        answer = self.get(path, params=params, headers={"Accept": "text/csv"})
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))

    def check_in(self, event_id: int, code: str) -> Json:
        return _object(self.post(door_path(event_id), {"code": code}), 200)

    def door(self, event_id: int) -> Json:
        return _object(self.get(door_path(event_id)), 200)

    def take_house_seats(self, event_id: int, **which: Any) -> Json:
        return _object(self.post(house_seats_path(event_id), which), 201)

    def house_seats(self, event_id: int) -> Json:
        return _object(self.get(house_seats_path(event_id)), 200)

    def free_house_seats(self, event_id: int, **which: Any) -> None:
        _content(self.http.request("DELETE", house_seats_path(event_id), json=which), 204)

    def join_line(self, event_id: int) -> Json:
        """The place in the event's line."""
        return _object(self.post(line_path(event_id)), 200)

    def place(self, event_id: int) -> Json:
        return _object(self.get(line_path(event_id)), 200)

    def leave_line(self, event_id: int) -> None:
        _content(self.delete(line_path(event_id)), 204)

    @contextmanager
    def watch_line(self, event_id: int, **options: Any) -> Iterator[LiveStream]:
        with self.stream(f"{line_path(event_id)}/sse", **options) as stream:
            yield stream

    @contextmanager
    def watch(self, event_id: int, **options: Any) -> Iterator[LiveStream]:
        """An open stream of every subsection's counts."""
        with self.stream(f"{overview_path(event_id)}/sse", **options) as stream:
            yield stream

    @contextmanager
    def watch_seats(
        self, event_id: int, section: str = "A", subsection: int = 1, **options: Any
    ) -> Iterator[LiveStream]:
        """An open stream of one subsection's seats."""
        path = seats_path(event_id, section, subsection)
        with self.stream(f"{path}/sse", **options) as stream:
            yield stream

    @contextmanager
    def stream(
        self, path: str, *, delta: bool = False, last_seen: str | None = None
    ) -> Iterator[LiveStream]:
        params = {"delta": True} if delta else {}
        headers = {} if last_seen is None else {"Last-Event-ID": last_seen}
        with self.http.stream("GET", path, params=params, headers=headers) as response:
            assert response.status_code == 200, response.read()
            yield LiveStream(response)


class Api:
    """A running service, as the place where people come from."""

    def __init__(self, service: ServiceProcess) -> None:
        self.base_url = service.base_url
        self._settings = service.settings
        # Shared by everyone, because each would cost a pool; cookies are not in it.
        self._transport = httpx.HTTPTransport(verify=False, limits=CONNECTIONS)

    def close(self) -> None:
        self._transport.close()

    def visitor(self, **headers: str) -> ApiClient:
        """Somebody who is not signed in."""
        return ApiClient(self._http(headers))

    def seller(self) -> ApiClient:
        return self._signed_in("seller")

    def buyer(self) -> ApiClient:
        return self._signed_in("buyer")

    def with_token(self, token: str) -> ApiClient:
        return self.visitor(Authorization=f"Bearer {token}")

    def _signed_in(self, role: str) -> ApiClient:
        visitor, credentials = self.visitor(), add_account(self._settings, role, f"A {role}")
        user = _content(_in_turn(lambda: visitor.post("/api/user/login", credentials)), 200)
        return ApiClient(self._http({"Authorization": f"Bearer {user['access_token']}"}), user)

    def _http(self, headers: Mapping[str, str]) -> httpx.Client:
        return httpx.Client(
            base_url=self.base_url,
            headers=headers,
            transport=self._transport,
            timeout=TIMEOUT,
            trust_env=False,
            event_hooks={"response": [as_described]},
        )


def new_account(role: str = "buyer") -> Json:
    """A registration that nobody else uses."""
    return {
        "email": f"{role}-{uuid.uuid4().hex}@example.com",
        "password": PASSWORD,
        "name": f"A {role}",
        "role": role,
    }


def event_request(**changes: Any) -> Json:
    """A small event: 2 rows of 5 seats in A-1, A-2 and B-1, with these fields changed."""
    return {
        "name": "Rock Concert",
        "description": "Amazing live rock music show",
        "venue_name": "Taipei Arena",
        "seating_config": seating(),
        **changes,
    }


def seating(rows: Any = 2, cols: Any = 5, sections: Iterable[Json] | None = None) -> Json:
    """A seating configuration; counts of another type are for those who are to be refused."""
    if sections is None:
        sections = [section("A", 2000, 2), section("B", 1500, 1)]
    return {"rows": rows, "cols": cols, "sections": list(sections)}


def section(name: str = "A", price: Any = 1000, subsections: int = 1) -> Json:
    return {"name": name, "price": price, "subsections": subsections}


def one_subsection(rows: int, cols: int) -> Json:
    """The seating of an event with one subsection, A-1."""
    return seating(rows, cols, [section()])


def overview_path(event_id: int) -> str:
    return f"/api/event/{event_id}/all_subsection_status"


def seats_path(event_id: int, section: str = "A", subsection: int | str = 1) -> str:
    return f"/api/event/{event_id}/sections/{section}/subsection/{subsection}/seats"


def house_seats_path(event_id: int) -> str:
    return f"/api/event/{event_id}/house_seats"


def line_path(event_id: int) -> str:
    return f"/api/event/{event_id}/line"


def orders_path(event_id: int) -> str:
    return f"/api/event/{event_id}/reservation"


def door_path(event_id: int) -> str:
    return f"/api/event/{event_id}/check_in"


def weakly(etag: str) -> str:
    """A tag as it is compared with others: that of a compressed answer is weak."""
    return etag.removeprefix("W/")


def statuses(seats: Json) -> dict[str, str]:
    """The status of each seat of a seat list, an event's detail or a reservation."""
    listed = seats["tickets"] if "tickets" in seats else seats["seats"]
    return {seat["seat_identifier"]: seat["status"] for seat in listed}


def _in_turn(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask until there is room: on a slow machine few people can sign in at once."""

    def answer() -> httpx.Response | None:
        answer = ask()
        return None if answer.status_code == 503 and "overloaded" in answer.text else answer

    return wait_until(answer, what="room to sign in")


def _content(response: httpx.Response, expected: int) -> Any:
    assert response.status_code == expected, f"{response.request.url}: {response.text}"
    return response.json() if response.content else None


def _object(response: httpx.Response, expected: int) -> Json:
    content = _content(response, expected)
    assert isinstance(content, dict)
    return content


def problem_of(response: httpx.Response, status: int) -> Json:
    """The problem that a refusal carries, which is complete and has this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert isinstance(problem, dict)
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    return problem


def broken_rules(response: httpx.Response) -> dict[str, str]:
    """What a validation problem says is wrong, by the place where it is."""
    errors = problem_of(response, 400)["errors"]
    return {".".join(map(str, error["loc"])): error["msg"] for error in errors}

"""Sellers and buyers do whatever the API lets them, and a model knows what each must be answered.

After every step all that can be read is what the model says: details, counts, seats and lists.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import httpx
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kit.waiting import wait_until
from src.platform.settings import Settings
from test.conftest import StartService
from test.support.api import (
    Api,
    ApiClient,
    Json,
    house_seats_path,
    overview_path,
    problem_of,
    seating,
    section,
    statuses,
    weakly,
)
from test.support.cli import ticketing
from test.support.service import ServiceProcess
from test.support.stores import query

SEAT_LIMIT = 4
MOST_EVENTS = 3
ROWS, COLS = 2, 2
PRICES = {"A": 1000, "B": 500}
SEATS = [f"{s}-1-{r}-{c}" for s in PRICES for r in range(1, ROWS + 1) for c in range(1, COLS + 1)]
SEAT_STATUS = {"reserved": "reserved", "confirmed": "sold"}


@dataclass
class Claim:
    """A reservation as the model knows it; `answer` is the first that the service gave, `given_back` the
    seats that it has no more."""

    buyer: ApiClient
    event: "Show"
    answer: Json
    status: str = "reserved"
    given_back: set[str] = field(default_factory=set)
    cancellation: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.answer["id"])

    @property
    def all_seats(self) -> list[str]:
        return [seat["seat_identifier"] for seat in self.answer["seats"]]

    @property
    def seats(self) -> list[str]:
        return [seat for seat in self.all_seats if seat not in self.given_back]

    @property
    def body(self) -> Json:
        """What the service says of it now."""
        status = SEAT_STATUS.get(self.status, "available")
        seats = [
            seat | {"status": status}
            for seat in self.answer["seats"]
            if seat["seat_identifier"] in self.seats
        ]
        now = {"status": self.status, "seats": seats, "total_price": sum(s["price"] for s in seats)}
        return self.answer | now | self.cancellation


@dataclass
class Show:
    """An event as the model knows it."""

    id: int
    seller: ApiClient
    is_active: bool = True
    closed_as: str | None = None
    claims: list[Claim] = field(default_factory=list)
    house: set[str] = field(default_factory=set)
    etag: tuple[int, int] = (0, 0)
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def seats(self) -> dict[str, str]:
        found = dict.fromkeys(SEATS, "available") | dict.fromkeys(self.house, "reserved")
        for claim in self.claims:
            if claim.status in SEAT_STATUS:
                found |= dict.fromkeys(claim.seats, SEAT_STATUS[claim.status])
        return found

    @property
    def free(self) -> list[str]:
        return [seat for seat, status in self.seats.items() if status == "available"]

    @property
    def status(self) -> str:
        return self.closed_as or ("available" if self.free else "sold_out")

    @property
    def is_purchasable(self) -> bool:
        return self.is_active and self.status == "available"

    def held_by(self, buyer: ApiClient) -> int:
        return sum(
            len(claim.seats)
            for claim in self.claims
            if claim.buyer is buyer and claim.status == "reserved"
        )

    def counts(self, name: str) -> Json:
        found = [status for seat, status in self.seats.items() if seat.startswith(f"{name}-")]
        return {s: found.count(s) for s in ("available", "reserved", "sold")} | {
            "total": len(found)
        }


@dataclass(frozen=True)
class Stage:
    """A service, and people who are signed in."""

    settings: Settings
    visitor: ApiClient
    sellers: list[ApiClient]
    buyers: list[ApiClient]


events = st.integers(0, MOST_EVENTS - 1)
sellers = st.integers(0, 1)
buyers = st.integers(0, 2)
keys = st.sampled_from([None, None, "a-key", "another-key"])
parts = st.sampled_from([None, None, "A", "B"])
house_seats = st.one_of(
    st.fixed_dictionaries(
        {"seats": st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True)}
    ),
    st.fixed_dictionaries({"section": st.sampled_from(list(PRICES)), "subsection": st.just(1)}),
)


class Selling(RuleBasedStateMachine):
    claims = Bundle("claims")

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.shows: list[Show] = []
        self.answered: dict[tuple[int, str], tuple[Json, Claim]] = {}
        self.run = uuid.uuid4().hex
        self.looks = 0

    # What sellers do.

    @initialize()
    def one_event_of_each_seller(self) -> None:
        for seller in self.stage.sellers:
            self.create(seller)

    @rule(seller=sellers)
    @precondition(lambda self: len(self.shows) < MOST_EVENTS)
    def create_an_event_twice_with_one_key(self, seller: int) -> None:
        self.create(self.stage.sellers[seller])

    @rule(event=events, seller=sellers, status=st.sampled_from(["completed", "ended"]))
    @precondition(lambda self: len(self.shows) == MOST_EVENTS)
    def close(self, event: int, seller: int, status: str) -> None:
        show = self.show(event)
        answer = self.patch(show, seller, {"status": status})
        if answer is None:
            return
        if show.closed_as not in (None, status):
            assert problem_of(answer, 409)["type"].endswith(":status-change")
            return
        show.closed_as = status
        for claim in show.claims:
            if claim.status == "reserved":
                claim.status = "released"
        show.house.clear()
        self.require_event(answer, show)

    @rule(event=events, seller=sellers, is_active=st.booleans())
    def hide_or_show(self, event: int, seller: int, is_active: bool) -> None:
        show = self.show(event)
        answer = self.patch(show, seller, {"is_active": is_active})
        if answer is not None:
            show.is_active = is_active
            self.require_event(answer, show)

    @rule(event=events, seller=sellers, wanted=house_seats)
    def take_house_seats(self, event: int, seller: int, wanted: Json) -> None:
        show, caller = self.show(event), self.stage.sellers[seller]
        answer = caller.post(house_seats_path(show.id), wanted)
        named = wanted.get("seats")
        seats = set(named or [s for s in show.free if s.startswith(f"{wanted['section']}-")])
        if caller is not show.seller:
            problem_of(answer, 403 if show.is_active else 404)
        elif show.closed_as:
            assert problem_of(answer, 409)["type"].endswith(":event-over")
        elif taken := seats - set(show.free):
            assert set(problem_of(answer, 409)["seats"]) == taken
        elif not seats:
            assert problem_of(answer, 409)["type"].endswith(":not-enough-seats")
        else:
            assert answer.status_code == 201, answer.text
            assert statuses(answer.json()) == dict.fromkeys(sorted(seats), "reserved")
            show.house |= seats

    @rule(event=events, seller=sellers, wanted=house_seats)
    def free_house_seats(self, event: int, seller: int, wanted: Json) -> None:
        show, caller = self.show(event), self.stage.sellers[seller]
        answer = caller.http.request("DELETE", house_seats_path(show.id), json=wanted)
        if caller is not show.seller:
            problem_of(answer, 403 if show.is_active else 404)
            return
        assert answer.status_code == 204, answer.text
        named = wanted.get("seats")
        show.house -= (
            {s for s in show.house if s in named}
            if named
            else {s for s in show.house if s.startswith(f"{wanted['section']}-")}
        )

    @rule(claim=claims, seller=sellers, reason=st.sampled_from([{}, {"reason": "Rained off"}]))
    def cancel(self, claim: Claim, seller: int, reason: Json) -> None:
        caller = self.stage.sellers[seller]
        answer = caller.post(f"/api/reservation/{claim.id}/cancel", reason)
        if caller is not claim.event.seller:
            problem_of(answer, 404)
        elif claim.status not in ("confirmed", "cancelled"):
            assert problem_of(answer, 409)["type"].endswith(":not-confirmed")
        elif claim.status == "confirmed" and claim.event.closed_as:
            assert problem_of(answer, 409)["type"].endswith(":event-over")
        else:
            if claim.status == "confirmed":
                claim.status = "cancelled"
                claim.cancellation = {"cancelled_at": answer.json()["cancelled_at"]}
                claim.cancellation |= {f"cancel_{name}": why for name, why in reason.items()}
            assert (answer.status_code, answer.json()) == (200, claim.body)

    # What buyers do.

    @rule(
        target=claims,
        event=events,
        buyer=buyers,
        seats=st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True),
        key=keys,
    )
    def reserve_named_seats(self, event: int, buyer: int, seats: list[str], key: str | None) -> Any:
        show = self.show(event)
        taken = set(seats) - set(show.free)

        def refused(answer: httpx.Response) -> bool:
            if taken:
                assert set(problem_of(answer, 409)["seats"]) == taken
            return bool(taken)

        def fits(claim: Claim) -> bool:
            return claim.seats == sorted(seats)

        return self.reserve(show, buyer, {"seats": seats}, key, refused, fits)

    @rule(
        target=claims,
        event=events,
        buyer=buyers,
        quantity=st.integers(1, SEAT_LIMIT + 1),
        part=parts,
        key=keys,
    )
    def reserve_the_best_seats(
        self, event: int, buyer: int, quantity: int, part: str | None, key: str | None
    ) -> Any:
        show = self.show(event)
        free = [seat for seat in show.free if part in (None, seat[0])]
        rows = [list(seats) for _, seats in groupby(free, key=lambda seat: seat[:-2])]

        def refused(answer: httpx.Response) -> bool:
            if len(free) < quantity:
                assert problem_of(answer, 409)["type"].endswith(":not-enough-seats")
            return len(free) < quantity

        def fits(claim: Claim) -> bool:
            together = len({seat[:-2] for seat in claim.seats}) == 1
            return (
                set(claim.seats) <= set(free)
                and len(claim.seats) == quantity
                and (together or all(len(row) < quantity for row in rows))
            )

        wanted = {"quantity": quantity} | ({"section": part} if part else {})
        return self.reserve(show, buyer, wanted, key, refused, fits)

    @rule(claim=claims, buyer=buyers)
    def confirm(self, claim: Claim, buyer: int) -> None:
        caller = self.stage.buyers[buyer]
        answer = caller.post(f"/api/reservation/{claim.id}/confirm")
        if caller is not claim.buyer:
            problem_of(answer, 404)
        elif claim.status in ("released", "expired", "cancelled"):
            problem_of(answer, 409)
        else:
            claim.status = "confirmed"
            assert (answer.status_code, answer.json()) == (200, claim.body)

    @rule(claim=claims, buyer=buyers)
    def release(self, claim: Claim, buyer: int) -> None:
        caller = self.stage.buyers[buyer]
        answer = caller.delete(f"/api/reservation/{claim.id}")
        if caller is not claim.buyer:
            problem_of(answer, 404)
        elif claim.status in ("confirmed", "cancelled"):
            problem_of(answer, 409)
        else:
            assert answer.status_code == 204
            if claim.status == "reserved":
                claim.status = "released"

    @rule(claim=claims, buyer=buyers, place=st.integers(0, 2))
    def release_one_seat(self, claim: Claim, buyer: int, place: int) -> None:
        caller = self.stage.buyers[buyer]
        seat = claim.all_seats[place % len(claim.all_seats)]
        answer = caller.delete(f"/api/reservation/{claim.id}/seats/{seat}")
        if caller is not claim.buyer:
            problem_of(answer, 404)
        elif seat in claim.seats and claim.status not in ("reserved", "released"):
            problem_of(answer, 409)
        else:
            assert answer.status_code == 204
            if claim.status == "reserved" and claim.seats == [seat]:
                claim.status = "released"
            elif claim.status == "reserved":
                claim.given_back.add(seat)

    @rule(claim=claims)
    def look_at_anothers(self, claim: Claim) -> None:
        for buyer in self.stage.buyers:
            answer = buyer.get(f"/api/reservation/{claim.id}")
            if buyer is claim.buyer:
                assert (answer.status_code, answer.json()) == (200, claim.body)
            else:
                problem_of(answer, 404)

    @rule(claim=consumes(claims))
    def time_is_up(self, claim: Claim) -> None:
        if claim.status != "reserved":
            return
        query(
            self.stage.settings,
            "UPDATE reservation SET expires_at = now() WHERE id = $1",
            uuid.UUID(claim.id),
        )
        claim.status = "expired"
        # The sweeper ends it first in PostgreSQL, then in Kvrocks.
        wait_until(
            lambda: (
                claim.buyer.reservation(claim.id)["status"] == "expired"
                and self.read(claim.event) == (claim.event.status, claim.event.seats)
            ),
            what="the seats of a hold whose time is up",
        )
        claim.answer["expires_at"] = claim.buyer.reservation(claim.id)["expires_at"]

    # What everybody can read.

    @invariant()
    def every_event_is_what_the_model_says(self) -> None:
        for show in self.shows:
            detail = show.seller.event(show.id)
            assert detail["is_active"] == show.is_active
            assert detail["status"] == show.status
            assert statuses(detail) == show.seats
            house = show.seller.house_seats(show.id)["seats"]
            assert [seat["seat_identifier"] for seat in house] == sorted(show.house)
            for part in detail["seating_config"]["sections"]:
                assert part["subsections"] == [{"number": 1, **show.counts(part["name"])}]

    @invariant()
    def the_counts_add_up_and_versions_never_go_back(self) -> None:
        for show in self.shows:
            answer = show.seller.get(overview_path(show.id))
            counts = {part["section"]: part for part in answer.json()["sections"]}
            for name, price in PRICES.items():
                expected = {"section": name, "subsection": 1, "price": price, **show.counts(name)}
                assert counts[name] == expected
            epoch, version = map(int, weakly(answer.headers["etag"]).strip('"').split(":"))
            assert version == answer.json()["version"]
            assert (epoch, version) >= show.etag
            assert (epoch, version) > show.etag or show.seats == show.seen
            show.etag, show.seen = (epoch, version), show.seats

    @invariant()
    def hidden_events_are_there_for_their_seller_alone(self) -> None:
        """Their seller reads them above. Of the others each is asked in turn."""
        for show in self.shows:
            others = [self.stage.visitor, self.stage.buyers[0]]
            others += [seller for seller in self.stage.sellers if seller is not show.seller]
            self.looks += 1
            somebody = others[self.looks % len(others)]
            answer = somebody.get(f"/api/event/{show.id}", params={"tickets": False})
            assert answer.status_code == (200 if show.is_active else 404)

    @invariant()
    def lists_hold_what_they_should_newest_first(self) -> None:
        newest_first = self.shows[::-1]
        on_sale = [show.id for show in newest_first if show.is_purchasable]
        assert self.ours(self.stage.visitor) == on_sale
        for seller in self.stage.sellers:
            own = [show for show in newest_first if show.seller is seller]
            assert self.ours(seller, seller_id=seller.id) == [show.id for show in own]
            assert self.ours(self.stage.visitor, seller_id=seller.id) == [
                show.id for show in own if show.is_purchasable
            ]

    @invariant()
    def buyers_see_their_reservations_and_hold_no_more_than_allowed(self) -> None:
        ids = {show.id for show in self.shows}
        claims = [claim for show in self.shows for claim in show.claims]
        claims.sort(key=lambda claim: str(claim.answer["created_at"]), reverse=True)
        for buyer in self.stage.buyers:
            [listed, *_] = buyer.pages("/api/reservation", limit=200)
            own = [claim.body for claim in claims if claim.buyer is buyer]
            assert [body for body in listed if body["event_id"] in ids] == own
            assert all(show.held_by(buyer) <= SEAT_LIMIT for show in self.shows)

    # What the rules are made of.

    def show(self, number: int) -> Show:
        return self.shows[number % len(self.shows)]

    def create(self, seller: ApiClient) -> None:
        request = {
            "name": "A play",
            "description": "In one act",
            "venue_name": "A small house",
            "seating_config": seating(
                ROWS, COLS, [section(name, price) for name, price in PRICES.items()]
            ),
        }
        headers = {"Idempotency-Key": f"{self.run}-{len(self.shows)}"}
        created, again = (seller.post("/api/event", request, headers=headers) for _ in range(2))
        other = seller.post("/api/event", request | {"name": "Another"}, headers=headers)
        assert created.status_code == again.status_code == 201
        assert created.json() == again.json()
        problem_of(other, 422)
        self.shows.append(Show(created.json()["id"], seller))

    def patch(self, show: Show, seller: int, change: Json) -> httpx.Response | None:
        """The answer to the event's own seller; None for the other one, who may not."""
        caller = self.stage.sellers[seller]
        answer = caller.patch(f"/api/event/{show.id}", change)
        if caller is show.seller:
            return answer
        problem_of(answer, 403 if show.is_active else 404)
        return None

    def reserve(
        self,
        show: Show,
        buyer: int,
        wanted: Json,
        key: str | None,
        refused: Callable[[httpx.Response], bool],
        fits: Callable[[Claim], bool],
    ) -> Any:
        caller = self.stage.buyers[buyer]
        body = {"event_id": show.id, **wanted}
        headers = {"Idempotency-Key": f"{self.run}-{key}"} if key else {}
        answer = caller.post("/api/reservation", body, headers=headers)

        if key and (buyer, key) in self.answered:
            request, claim = self.answered[buyer, key]
            if request == body:
                assert (answer.status_code, answer.json()) == (201, claim.answer)
            else:
                problem_of(answer, 422)
            return multiple()
        if not show.is_active:
            problem_of(answer, 404)
            return multiple()
        if show.closed_as:
            assert problem_of(answer, 409)["type"].endswith(":not-on-sale")
            return multiple()

        held = show.held_by(caller)
        size = wanted.get("quantity") or len(wanted["seats"])
        if held + size > SEAT_LIMIT:
            problem = problem_of(answer, 429)
            assert (problem["held"], problem["limit"]) == (held, SEAT_LIMIT)
            assert ("retry-after" in answer.headers) == (size <= SEAT_LIMIT)
            return multiple()
        if refused(answer):
            return multiple()

        assert answer.status_code == 201, answer.text
        claim = Claim(caller, show, answer.json())
        assert claim.answer == claim.body
        assert claim.answer["total_price"] == sum(PRICES[seat[0]] for seat in claim.seats)
        assert fits(claim)
        show.claims.append(claim)
        if key:
            self.answered[buyer, key] = (body, claim)
        return claim

    @staticmethod
    def require_event(answer: httpx.Response, show: Show) -> None:
        assert answer.status_code == 200, answer.text
        assert answer.json()["is_active"] == show.is_active
        assert answer.json()["status"] == show.status

    @staticmethod
    def read(show: Show) -> tuple[str, dict[str, str]]:
        """The event's status and its seats, the latter from Kvrocks."""
        status = show.seller.event(show.id, tickets=False)["status"]
        return status, statuses(show.seller.seats(show.id, "A")) | statuses(
            show.seller.seats(show.id, "B")
        )

    def ours(self, caller: ApiClient, **params: int) -> list[int]:
        """The events of this run in a list."""
        ids = {show.id for show in self.shows}
        listed = [
            event for page in caller.pages("/api/event", limit=200, **params) for event in page
        ]
        return [event["id"] for event in listed if event["id"] in ids]


@pytest.fixture(scope="module")
def service(start_module_service: StartService) -> ServiceProcess:
    return start_module_service(
        max_held_seats=SEAT_LIMIT,
        expiry_interval_seconds=0.02,
        # A round in the middle of a change could remember the event as it was for another second.
        reconcile_interval_seconds=3600,
    )


@pytest.fixture(scope="module")
def stage(service: ServiceProcess, api: Api) -> Stage:
    return Stage(
        service.settings,
        api.visitor(),
        [api.seller() for _ in range(2)],
        [api.buyer() for _ in range(3)],
    )


def test_whatever_people_do_the_service_answers_as_the_model(stage: Stage) -> None:
    class SellingHere(Selling):
        def __init__(self) -> None:
            super().__init__(stage)

    run_state_machine_as_test(
        SellingHere,
        settings=settings(
            max_examples=5,
            stateful_step_count=25,
            phases=[Phase.generate],  # each further run is a minute's worth of requests
        ),
    )

    looked = ticketing(stage.settings, "verify")
    assert looked.returncode == 0, looked.stdout + looked.stderr

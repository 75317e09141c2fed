"""A reservation that is refused changes nothing that others see."""

from collections.abc import Callable

import pytest

from src.platform.settings import Settings
from test.support.api import Api, ApiClient, Json, house_seats_path
from test.support.service import ServiceProcess
from test.support.stores import query, unmended

# What makes the service refuse, and how it says so.
Obstacle = Callable[[Settings, int, ApiClient], object]


def hidden(settings: Settings, event_id: int, _: ApiClient) -> None:
    """As another instance does it: this one still remembers the event for a moment."""
    query(settings, "UPDATE event SET is_active = false WHERE id = $1", event_id)


def over(settings: Settings, event_id: int, _: ApiClient) -> None:
    query(settings, "UPDATE event SET status = 'ended' WHERE id = $1", event_id)


def account_removed(settings: Settings, _: int, buyer: ApiClient) -> None:
    query(settings, 'DELETE FROM "user" WHERE id = $1', buyer.id)


@pytest.mark.parametrize("wish", [{"seats": ["A-1-1-1", "B-1-2-5"]}, {"quantity": 3}], ids=str)
@pytest.mark.parametrize(
    ("obstacle", "refusals"), [(hidden, {404, 409}), (over, {409}), (account_removed, {401})]
)
def test_a_refused_reservation_leaves_seats_and_version_alone(
    api: Api,
    server_process: ServiceProcess,
    seller: ApiClient,
    event: Json,
    obstacle: Obstacle,
    refusals: set[int],
    wish: Json,
) -> None:
    settings, buyer, event_id = server_process.settings, api.buyer(), event["id"]
    with unmended(settings, event_id):
        before = seller.overview(event_id)
        obstacle(settings, event_id, buyer)

        answer = buyer.post("/api/reservation", {"event_id": event_id, **wish})

        assert answer.status_code in refusals, answer.text
        assert seller.overview(event_id) == before
        # Only its row was changed: others look whether the stores of this service agree.
        query(settings, "UPDATE event SET status = 'available' WHERE id = $1", event_id)


@pytest.mark.parametrize(
    "wish", [{"seats": ["A-1-1-1", "B-1-2-5"]}, {"section": "A", "subsection": 1}], ids=str
)
def test_house_seats_of_an_event_that_is_over_leave_seats_and_version_alone(
    server_process: ServiceProcess, seller: ApiClient, event: Json, wish: Json
) -> None:
    settings, event_id = server_process.settings, event["id"]
    with unmended(settings, event_id):
        before = seller.overview(event_id)
        over(settings, event_id, seller)

        answer = seller.post(house_seats_path(event_id), wish)

        assert answer.status_code == 409, answer.text
        assert seller.overview(event_id) == before
        query(settings, "UPDATE event SET status = 'available' WHERE id = $1", event_id)

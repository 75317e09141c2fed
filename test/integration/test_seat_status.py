"""The overview of all subsections, and the seats of one, over REST."""

import pytest

from test.support.api import (
    ApiClient,
    Json,
    overview_path,
    problem_of,
    seating,
    seats_path,
    section,
    weakly,
)


def paths(event: Json) -> list[str]:
    return [overview_path(event["id"]), seats_path(event["id"])]


class TestTheShape:
    def test_of_the_overview(self, buyer: ApiClient, seller: ApiClient) -> None:
        sections = [section("Z", 300, 1), section("A", 200, 2)]
        event = seller.create_event(seating_config=seating(2, 3, sections))
        buyer.buy(event["id"], "A-2-1-1")
        buyer.reserve(event["id"], "A-2-1-2", "Z-1-2-3")

        overview = buyer.overview(event["id"])

        def counts(section: str, subsection: int, price: int, *seats: int) -> Json:
            available, reserved, sold = seats
            return {
                "section": section,
                "subsection": subsection,
                "price": price,
                "total": 6,
                "available": available,
                "reserved": reserved,
                "sold": sold,
            }

        assert overview == {
            "event_id": event["id"],
            "version": overview["version"],
            "sections": [
                counts("Z", 1, 300, 5, 1, 0),
                counts("A", 1, 200, 6, 0, 0),
                counts("A", 2, 200, 4, 1, 1),
            ],
            "total_sections": 3,
        }

    def test_of_the_seats(self, buyer: ApiClient, seller: ApiClient) -> None:
        event = seller.create_event(seating_config=seating(2, 2, [section("A", 700, 2)]))
        buyer.reserve(event["id"], "A-2-2-1")

        seats = buyer.seats(event["id"], "A", 2)

        def seat(row: int, number: int, status: str) -> Json:
            return {
                "event_id": event["id"],
                "section": "A",
                "subsection": 2,
                "row": row,
                "seat": number,
                "price": 700,
                "status": status,
                "seat_identifier": f"A-2-{row}-{number}",
            }

        assert seats == {
            "event_id": event["id"],
            "section": "A",
            "subsection": 2,
            "total": 4,
            "available": 3,
            "reserved": 1,
            "sold": 0,
            "tickets": [
                seat(1, 1, "available"),
                seat(1, 2, "available"),
                seat(2, 1, "reserved"),
                seat(2, 2, "available"),
            ],
            "total_count": 4,
        }


class TestTheETag:
    def test_names_epoch_and_version(self, visitor: ApiClient, event: Json) -> None:
        tags = {weakly(visitor.get(path).headers["etag"]) for path in paths(event)}

        assert tags == {f'"1:{visitor.overview(event["id"])["version"]}"'}

    @pytest.mark.parametrize("known", ["{tag}", "W/{tag}", '"x", {tag}', "*"])
    def test_saves_sending_what_the_client_has(
        self, visitor: ApiClient, event: Json, known: str
    ) -> None:
        for path in paths(event):
            tag = weakly(visitor.get(path).headers["etag"])

            answer = visitor.get(path, headers={"If-None-Match": known.format(tag=tag)})

            assert answer.status_code == 304
            assert weakly(answer.headers["etag"]) == tag
            assert answer.content == b""

    def test_changes_with_every_change(self, buyer: ApiClient, event: Json) -> None:
        for path in paths(event):
            tags = [buyer.get(path).headers["etag"]]
            reservation = buyer.reserve(event["id"], "B-1-1-1")
            tags.append(buyer.get(path).headers["etag"])
            buyer.release(reservation["id"])

            answer = buyer.get(path, headers={"If-None-Match": ", ".join(tags)})

            assert answer.status_code == 200
            assert len({*tags, answer.headers["etag"]}) == 3

    def test_stays_when_nothing_changes(self, buyer: ApiClient, event: Json) -> None:
        buyer.reserve(event["id"], "A-1-1-1")
        before = buyer.get(overview_path(event["id"])).headers["etag"]

        refused = buyer.post("/api/reservation", {"event_id": event["id"], "seats": ["A-1-1-1"]})

        assert refused.status_code == 409
        assert buyer.get(overview_path(event["id"])).headers["etag"] == before


class TestWhatIsNotThere:
    @pytest.mark.parametrize("number", ["999999999", "0", str(2**63), str(10**30)])
    def test_an_event_is_not_found(self, visitor: ApiClient, number: str) -> None:
        problem_of(visitor.get(f"/api/event/{number}/all_subsection_status"), 404)
        problem_of(visitor.get(f"/api/event/{number}/sections/A/subsection/1/seats"), 404)

    @pytest.mark.parametrize(
        ("name", "number"),
        [("Z", 1), ("a", 1), ("A", 3), ("A", 0), ("A", 10**30), ("A ", 1)],
    )
    def test_a_subsection_is_not_found(
        self, visitor: ApiClient, event: Json, name: str, number: int
    ) -> None:
        problem_of(visitor.get(seats_path(event["id"], name, number)), 404)

    @pytest.mark.parametrize("number", ["first", "-1", "1_0", "+1"])
    def test_a_subsection_that_is_no_number_is_refused(
        self, visitor: ApiClient, event: Json, number: str
    ) -> None:
        problem_of(visitor.get(seats_path(event["id"], "A", number)), 400)

"""What a page knows of a buyer's own reservations, whatever happens to them elsewhere."""

from typing import Any

import pytest

from test.web.conftest import Library

MINE, HIS = 7, 8
# A page with a service that answers what a test wants next: `answers` by name, each the next one or a
# function of it. What is waited for is over at once.
PAGE = """(async () => {
  const { Problem } = await import("/static/any/app/http.js");
  const { tellTabs } = await import("/static/any/app/tabs.js");
  const asked = [];
  const service = new Proxy({}, {
    get: (_, name) => async (...values) => {
      asked.push([name, ...values].join(" "));
      const next = (b[name] ?? []).shift();
      if (next === undefined) throw new Problem(500);
      if (typeof next === "number") throw new Problem(next);
      return next;
    },
  });
  const mine = new m.MyReservations(7, service, async () => {});
  const moves = [];
  mine.onMoves((found) => moves.push(...found.map(({ before, after, here }) =>
    `${before?.status ?? "nothing"} ${after.status}${here ? " here" : ""}`)));
  for (const one of a) mine.take(one);
  moves.length = 0;
  const result = await (%s);
  const state = mine.list.map(({ id, status, seats }) => `${id} ${status} ${seats.length}`);
  return { result, moves, asked, state, asking: mine.asking };
})()"""


def reservation(
    status: str = "reserved", seats: int = 2, name: str = "r", buyer_id: int = MINE, **more: Any
) -> dict[str, Any]:
    return {
        "id": name,
        "event_id": 1,
        "buyer_id": buyer_id,
        "status": status,
        "seats": [
            {"section": "A", "subsection": 1, "row": 1, "seat": n, "price": 5}
            for n in range(1, seats + 1)
        ],
        "total_price": 5 * seats,
        "created_at": "2026-11-30T10:00:00Z",
        "expires_at": "2099-01-01T00:00:00Z",
        **more,
    }


async def test_all_of_them_are_read_page_by_page(library: Library) -> None:
    """Newest first: what stands on the last page may be the ticket for tonight."""
    pages = """(async () => {
      const { fetch } = globalThis;
      globalThis.fetch = async (path) => {
        const page = Number(new URL(path, location.href).searchParams.get("page") ?? 1);
        const link = page < 8 ? { Link: `</api/reservation?page=${page + 1}>; rel="next"` } : {};
        return Response.json(Array(200).fill(page), { headers: link });
      };
      try {
        const all = await m.reservations();
        return [all.length, all.at(-1)];
      } finally {
        globalThis.fetch = fetch;
      }
    })()"""
    assert await library("api", f"await {pages}") == [1_600, 8]


async def run(library: Library, known: list[Any], answers: Any, expression: str) -> Any:
    return await library("my_reservations", PAGE % expression, known, answers)


@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        (reservation(), reservation("confirmed"), "r confirmed 2"),
        (reservation("confirmed"), reservation(), "r confirmed 2"),
        (reservation("confirmed"), reservation("cancelled"), "r cancelled 2"),
        (reservation("cancelled"), reservation("confirmed"), "r cancelled 2"),
        (reservation("expired"), reservation(), "r expired 2"),
        (reservation(seats=1), reservation(seats=2), "r reserved 1"),
        (reservation(seats=2), reservation(seats=1), "r reserved 1"),
        (reservation(), reservation("confirmed", buyer_id=HIS), "r reserved 2"),
    ],
)
async def test_of_two_answers_the_one_that_is_further_on_counts(
    library: Library, first: Any, second: Any, stays: str
) -> None:
    found = await run(library, [first, second], {}, "null")
    assert found["state"] == [stays]


@pytest.mark.parametrize(
    ("action", "answers", "done", "state", "moves"),
    [
        # What the service says at once.
        ("confirm", {"confirm": [reservation("confirmed")]}, True, "confirmed 2", "confirmed here"),
        ("letGo", {"letGo": [{}]}, True, "released 2", "released here"),
        # An answer that was lost: done, or not.
        (
            "confirm",
            {"confirm": [0], "reservation": [503, 0, reservation("confirmed")]},
            True,
            "confirmed 2",
            "confirmed here",
        ),
        ("confirm", {"confirm": [503], "reservation": [reservation()]}, False, "reserved 2", None),
        # Somebody else was quicker.
        (
            "confirm",
            {"confirm": [409], "reservation": [reservation("expired")]},
            False,
            "expired 2",
            "expired",
        ),
        (
            "confirm",
            {"confirm": [409], "reservation": [reservation("released")]},
            False,
            "released 2",
            "released",
        ),
        (
            "letGo",
            {"letGo": [409], "reservation": [reservation("confirmed")]},
            False,
            "confirmed 2",
            "confirmed",
        ),
        # Of another account by now, or of nobody.
        ("confirm", {"confirm": [404], "reservation": [404]}, False, None, None),
        ("confirm", {"confirm": [401]}, False, "reserved 2", None),
    ],
)
async def test_the_service_says_what_became_of_an_action(
    library: Library,
    action: str,
    answers: Any,
    done: bool,
    state: str | None,
    moves: str | None,
) -> None:
    found = await run(library, [reservation()], answers, f"mine.{action}('r')")
    assert found["result"]["done"] is done
    assert found["state"] == ([f"r {state}"] if state else [])
    assert found["moves"] == ([f"reserved {moves}"] if moves else [])
    assert not found["asking"]


@pytest.mark.parametrize(
    ("seat", "answers", "done", "state"),
    [
        ("A-1-1-2", {"giveBack": [{}]}, True, "reserved 1"),
        ("A-1-1-2", {"giveBack": [0], "reservation": [reservation(seats=1)]}, True, "reserved 1"),
        ("A-1-1-2", {"giveBack": [409], "reservation": [reservation("confirmed")]}, False, "confirmed 2"),
    ],
)  # fmt: skip
async def test_one_seat_of_a_hold_is_given_back(
    library: Library, seat: str, answers: Any, done: bool, state: str
) -> None:
    found = await run(library, [reservation()], answers, f"mine.giveBack('r', '{seat}')")
    assert (found["result"]["done"], found["state"]) == (done, [f"r {state}"])


async def test_the_last_seat_given_back_releases_the_hold(library: Library) -> None:
    found = await run(
        library, [reservation(seats=1)], {"giveBack": [{}]}, "mine.giveBack('r', 'A-1-1-1')"
    )
    assert found["moves"] == ["reserved released here"]


async def test_a_hold_whose_time_is_up_is_asked_about_until_the_service_has_decided(
    library: Library,
) -> None:
    due = reservation(expires_at="2020-01-01T00:00:00Z")
    answers = {"reservation": [due, 503, due, {**due, "status": "confirmed"}]}
    found = await run(library, [due], answers, "Promise.all([mine.settle('r'), mine.settle('r')])")
    assert found["asked"] == ["reservation r"] * 4
    assert found["moves"] == ["reserved confirmed"]


async def test_what_was_there_at_first_is_no_news_and_what_comes_later_is(
    library: Library,
) -> None:
    answers = {"reservations": [[reservation()], [reservation("confirmed"), reservation(name="s")]]}
    found = await run(library, [], answers, "mine.read().then(() => mine.read())")
    assert found["moves"] == ["reserved confirmed", "nothing reserved"]


async def test_an_answer_that_was_on_its_way_before_does_not_count_as_asked_for(
    library: Library,
) -> None:
    answers = {"reservations": [[], [reservation()]]}
    found = await run(
        library,
        [],
        answers,
        "(mine.read(), Promise.resolve().then(() => Promise.all([mine.read(), mine.read()])))",
    )
    assert found["asked"] == ["reservations", "reservations"]
    assert found["state"] == ["r reserved 2"]


async def test_many_reasons_to_ask_without_hurry_lead_to_one_question(library: Library) -> None:
    answers = {"reservations": [[reservation()]]}
    found = await run(library, [], answers, "Promise.all([mine.readSoon(), mine.readSoon()])")
    assert (found["asked"], found["state"]) == (["reservations"], ["r reserved 2"])


async def test_tabs_tell_each_other(library: Library) -> None:
    found = await run(
        library,
        [reservation()],
        {"reservations": [[reservation()], [reservation()]]},
        """(async () => {
          const stop = mine.follow();
          await mine.read();
          const told = new Promise((resolve) => mine.onMoves(resolve));
          const other = new BroadcastChannel("ticketing");
          other.postMessage({ kind: "reservations", news: [{ ...a[0], status: "confirmed" }] });
          await told;
          const heard = new Promise((resolve) => { other.onmessage = ({ data }) => resolve(data); });
          mine.take({ ...a[0], id: "s" });
          const { kind, news } = await heard;
          stop();
          other.close();
          return [kind, news[0].id];
        })()""",
    )
    assert found["result"] == ["reservations", "s"]
    assert found["state"] == ["r confirmed 2", "s reserved 2"]


@pytest.mark.parametrize(
    ("status", "seen", "counts", "odd"),
    [
        ("reserved", {"1": "reserved", "2": "reserved"}, {}, 0),
        ("reserved", {"1": "reserved", "2": "available"}, {}, 1),
        ("reserved", {"1": "sold", "2": "sold"}, {}, 2),
        ("confirmed", {"1": "sold", "2": "available"}, {}, 1),
        ("released", {"1": "sold", "2": "available"}, {}, 0),
        ("reserved", {}, {"reserved": 2, "sold": 0}, 0),
        ("reserved", {}, {"reserved": 1, "sold": 1}, 1),
        ("confirmed", {}, {"reserved": 5, "sold": 1}, 1),
        ("confirmed", {}, None, 0),
    ],
)
async def test_seats_that_a_reservation_does_not_explain(
    library: Library, status: str, seen: dict[str, str], counts: Any, odd: int
) -> None:
    venue = {"subsections": [{"section": "A", "subsection": 1, **counts}] if counts else []}
    found = await library(
        "model/reservation",
        "m.unexplained([a], ({ seat }) => b[seat], c)",
        reservation(status),
        seen,
        venue,
    )
    assert len(found) == odd
    assert all(one.startswith("r ") for one in found)

"""Where the seats of a house are, and what of it a camera sees."""

from typing import Any

import pytest

from test.web.conftest import Library
from test.web.people import seating

HOUSES = {
    "one area of 25 seats": seating(("A", 5, 1), rows=5, cols=5),
    "10 sections of 10": seating(*((chr(65 + n), 9, 10) for n in range(10)), rows=20, cols=25),
    "100 areas of 500": seating(("A", 5, 100), rows=20, cols=25),
    "2,000 areas of 50": seating(*((f"S{n}", 9, 100) for n in range(20)), rows=5, cols=10),
    "2,000 sections of 50": seating(*((f"S{n}", 9, 1) for n in range(2_000)), rows=5, cols=10),
    "one area of 100,000": seating(("A", 5, 1), rows=250, cols=400),
    "one row of 100,000": seating(("A", 5, 1), rows=1, cols=100_000),
    "100,000 rows of one": seating(("A", 5, 1), rows=100_000, cols=1),
    "sections of all sizes": seating(("A", 9, 1), ("B", 5, 7), ("C", 2, 23), rows=9, cols=14),
}

# Every seat of an area or, where they are many, some of each; with the first and the last.
_FIND_EVERY_SEAT = """(() => {
  const house = m.houseOf(a, b);
  const many = house.areas.length * house.rows * house.cols;
  const step = Math.max(1, Math.floor(many / 30_000));
  let [index, lost, outside] = [0, 0, 0];
  for (const area of house.areas) {
    const whole = m.boxOfArea(house, area);
    for (let row = 1; row <= house.rows; row += 1) {
      for (let seat = 1; seat <= house.cols; seat += 1) {
        const corner = (row === 1 || row === house.rows) && (seat === 1 || seat === house.cols);
        if (index++ % step && !corner) continue;
        const place = m.placeOfSeat(house, area, row, seat);
        const found = m.seatAt(house, place);
        if (found?.area !== area || found.row !== row || found.seat !== seat) lost += 1;
        if (place.x < house.box.left || place.x > house.box.right) outside += 1;
        if (place.y < house.box.top || place.y > house.box.bottom) outside += 1;
        if (!m.isInside(house, area, { left: place.x, right: place.x, top: place.y, bottom: place.y })) lost += 1;
      }
    }
  }
  return { areas: house.areas.length, lost, outside };
})()"""


@pytest.mark.parametrize("aspect", [1.5, 0.85])
@pytest.mark.parametrize("name", HOUSES)
async def test_every_seat_has_a_place_of_its_own(
    library: Library, name: str, aspect: float
) -> None:
    config = HOUSES[name]
    areas = sum(section["subsections"] for section in config["sections"])
    found = await library("model/house", _FIND_EVERY_SEAT, config, aspect)
    assert found == {"areas": areas, "lost": 0, "outside": 0}


@pytest.mark.parametrize("name", HOUSES)
async def test_sections_stand_in_order_from_the_front(library: Library, name: str) -> None:
    radii: list[float] = await library(
        "model/house", "m.houseOf(a).areas.map(({ radius }) => radius)", HOUSES[name]
    )
    assert radii == sorted(radii)
    assert radii[0] > 0


async def test_between_areas_there_is_nothing(library: Library) -> None:
    found = await library(
        "model/house",
        """(() => {
          const house = m.houseOf(a);
          const between = (house.areas[0].middle + house.areas[1].middle) / 2;
          const radius = house.areas[0].radius + 1;
          const stage = { x: 0, y: house.stage.radius - 1 };
          const aisle = { x: radius * Math.sin(between), y: radius * Math.cos(between) };
          return [stage, aisle].map((place) => m.areaAt(house, place));
        })()""",
        seating(("A", 5, 4), rows=10, cols=10),
    )
    assert found == [None, None]


async def test_arrows_go_from_area_to_area_and_stop_at_the_edges(library: Library) -> None:
    found: dict[str, Any] = await library(
        "model/house",
        """(() => {
          const house = m.houseOf(a);
          const from = (key, arrow) => m.neighbourOf(house, house.byKey.get(key), arrow)?.key ?? null;
          return {
            right: from("A/1", "ArrowRight"), left: from("A/1", "ArrowLeft"), up: from("A/1", "ArrowUp"),
            back: from("B/2", "ArrowUp"), end: from("A/1", "End"), home: from("B/2", "Home"),
            other: from("A/1", "x"),
          };
        })()""",
        seating(("A", 9, 2), ("B", 5, 2)),
    )
    assert found == {
        "right": "A/2",
        "left": "A/1",
        "up": "A/1",
        "back": "A/2",
        "end": "B/2",
        "home": "A/1",
        "other": None,
    }


async def test_a_camera_keeps_to_the_house_and_says_what_is_left(library: Library) -> None:
    house = {"left": -100, "right": 100, "top": 0, "bottom": 100}
    found = await library(
        "model/camera",
        """(() => {
          const screen = { width: 400, height: 300 };
          const whole = m.fit(a, screen);
          const near = m.zoomedAt(whole, a, screen, { x: 100, y: 150 }, 4);
          const before = m.toHouse(whole, screen, { x: 100, y: 150 });
          const after = m.toHouse(near, screen, { x: 100, y: 150 });
          const far = m.zoomedAt(near, a, screen, { x: 0, y: 0 }, 0.001);
          const up = m.panned(near, a, screen, 0, 100_000);
          const end = m.between(whole, near, 1);
          return {
            fixed: Math.hypot(before.x - after.x, before.y - after.y) < 1e-6,
            whole: Math.abs(far.scale - whole.scale) < 1e-9 && far.x === whole.x,
            atTheTop: Math.abs(m.seen(up.camera, screen).top - (a.top - 14 / near.scale)) < 1e-6,
            rest: up.left < 0 || up.left > 90_000,
            none: m.panned(near, a, screen, 10, 5).left,
            arrived: Math.abs(end.x - near.x) + Math.abs(end.scale - near.scale) < 1e-6,
          };
        })()""",
        house,
    )
    assert found["none"] == pytest.approx(0, abs=1e-6)
    assert {name: found[name] for name in ("fixed", "whole", "atTheTop", "rest", "arrived")} == {
        "fixed": True,
        "whole": True,
        "atTheTop": True,
        "rest": True,
        "arrived": True,
    }


@pytest.mark.parametrize(
    ("prices", "hues"),
    [
        ([500], [1]),
        ([900, 2000], [2, 1]),
        ([5, 5, 0], [1, 1, 2]),
        ([1, 2, 3, 4], [4, 3, 2, 1]),
        ([10, 20, 30, 40, 50, 60, 70, 80], [4, 4, 3, 3, 2, 2, 1, 1]),
    ],
)
async def test_the_dearest_prices_have_the_first_hue(
    library: Library, prices: list[int], hues: list[int]
) -> None:
    assert await library("model/price_hues", "(({ of }) => a.map(of))(m.huesOf(a))", prices) == hues


async def test_what_a_buyer_has_is_drawn_over_the_state_of_a_seat(library: Library) -> None:
    found = await library(
        "model/map_rows",
        "m.markedRows(a, m.marksByArea(new Map(b)).get('X-1/2'))",
        ["aar", "sss"],
        [["X-1-2-1-2", "picked"], ["X-1-2-1-3", "held"], ["X-1-1-1-1", "bought"]],
    )
    assert found == ["aph", "sss"]


async def test_seats_in_view_are_read_a_few_at_a_time_and_given_up_out_of_view(
    library: Library,
) -> None:
    found = await library(
        "seats_in_view",
        """(async () => {
          const log = [];
          const waiting = new Map();
          const read = ({ subsection }, signal) => new Promise((resolve, reject) => {
            log.push(`read ${subsection}`);
            waiting.set(subsection, resolve);
            signal.addEventListener("abort", () => { log.push(`gave up ${subsection}`); reject(new Error()); });
          });
          const known = [];
          const reader = new m.SeatReader(read, (plans) => known.push([...plans.keys()].join()), 0);
          const area = (subsection, available) => ({ section: "A", subsection, available, reserved: 0, sold: 0 });
          const turn = () => new Promise((resolve) => setTimeout(resolve));
          reader.want([1, 2, 3, 4].map((n) => area(n, 9)));
          waiting.get(1)({ plan: 1 });
          await turn();
          reader.want([area(1, 9), area(5, 9)]);
          await turn();
          waiting.get(5)({ plan: 5 });
          await turn();
          reader.want([area(1, 8), area(5, 9)]);
          await turn(); await turn();
          return { log, known };
        })()""",
    )
    assert found == {
        "log": [
            *("read 1", "read 2", "read 3", "read 4"),
            *("gave up 2", "gave up 3", "gave up 4", "read 5", "read 1"),
        ],
        "known": ["A/1", "A/1,A/5"],
    }

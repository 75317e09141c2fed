"""What the benchmark makes of its measurements. Nothing here is timed."""

import pytest

from bench.comparison import Comparison, alternate
from bench.listeners import Arrivals, Listener, newest_version, reserved_of
from bench.load import Load, load_of
from bench.table import Unit, absolute, at_least, at_most, compared, markdown
from kit.api import Size
from kit.document import saved
from kit.http_client import content_length
from kit.percentile import percentile
from src.service.shared_kernel.seating import SeatId

_WRK = """Running 2s test @ http://127.0.0.1:8000/api/event
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   610.85us   82.50us   3.73ms   98.55%
    Req/Sec     1.60k    69.40     1.70k    73.33%
  Latency Distribution
     50%  601.00us
     99%    1.03ms
  65 requests in 2.00s, 1.00MB read{trouble}
Requests/sec:    564.21
Transfer/sec:      6.9MB
"""


class TestComparison:
    async def test_measures_in_turn(self) -> None:
        order: list[str] = []

        async def measured(name: str, value: float) -> float:
            order.append(name)
            return value

        found = await alternate(lambda: measured("A", 2.0), lambda: measured("B", 3.0), times=2)

        assert order == ["A", "B", "A", "B"]
        assert found == Comparison((2.0, 2.0), (3.0, 3.0))

    def test_compares_medians_and_shows_how_far_pairs_differ(self) -> None:
        found = Comparison(floor=(1.0, 2.0, 10.0), service=(2.0, 3.0, 10.0))

        assert found.ratio == 1.5
        assert found.spread == (1.0, 2.0)

    @pytest.mark.parametrize(("share", "value"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)])
    def test_percentile_is_one_of_the_values(self, share: float, value: float) -> None:
        assert percentile([float(number) for number in range(100, 0, -1)], share) == value


class TestTable:
    def test_says_whether_a_target_is_met(self) -> None:
        slow = Comparison(floor=(100.0,), service=(40.0,))

        assert compared("list", slow, Unit.PER_SECOND, at_least(0.5)).met is False
        assert compared("list", slow, Unit.PER_SECOND, at_most(0.5)).met is True
        assert compared("list", slow, Unit.PER_SECOND, None).met is None
        assert absolute("start", 1.2, "s", at_most(3)).met is True

    def test_is_markdown(self) -> None:
        row = compared("list", Comparison((1044.0,), (564.0,)), Unit.PER_SECOND, at_least(0.5))

        head, _, line = markdown([row]).splitlines()

        assert head.count("|") == line.count("|")
        assert line == "| list | 1,044 /s | 564 /s | **0.54** (0.54 to 0.54) | ≥ 0.5 | yes |"


class TestDocument:
    def test_a_report_takes_the_place_of_the_last_one(self) -> None:
        begin = "<!-- made by hand -->\n"
        document = f"above\n{begin}old\n<!-- end -->\nbelow\n"

        once = saved(document, "new\n", begin=begin)

        assert "old" not in once
        assert once.startswith("above\n")
        assert once.endswith("below\n")
        assert saved(once, "new\n", begin=begin) == once

    def test_a_document_without_marks_is_left_alone(self) -> None:
        with pytest.raises(ValueError, match="marks"):
            saved("text", "new\n", begin="<!-- made by hand -->\n")


class TestWrk:
    def test_reads_the_rate_and_the_99th_percentile(self) -> None:
        assert load_of(_WRK.format(trouble="")) == Load(564.21, 1.03)

    @pytest.mark.parametrize(
        "trouble", ["Non-2xx or 3xx responses: 12", "Socket errors: connect 0, read 3"]
    )
    def test_answers_that_failed_are_no_measurement(self, trouble: str) -> None:
        with pytest.raises(RuntimeError):
            load_of(_WRK.format(trouble=f"\n  {trouble}"))


class TestListener:
    def test_can_go_by_the_reserved_seats_of_a_subsection(self) -> None:
        state = (
            b'[{"section":"A","subsection":1,"price":5,"total":9,"available":8,"reserved":1,"sold":0},'
            b'{"section":"A","subsection":12,"price":5,"total":9,"available":2,"reserved":7,"sold":0}]'
        )

        assert reserved_of(12)(b'"subsection":12,"reserved":3,' + state) == 7
        assert reserved_of(1)(state) == 1

    async def test_counts_messages_and_notes_every_version_they_bring(self) -> None:
        arrivals = Arrivals()
        listener = Listener("/stream", arrivals)
        first, second = _chunk(b"id: 1:3\nevent: a\ndata: {}\n\n"), _chunk(b"id: 1:5\ndata: {}\n\n")

        listener.data_received(b"HTTP/1.1 200 OK\r\n\r\n" + _chunk(b"retry: 1000\n\n") + first)
        listener.data_received(second[:10])
        listener.data_received(second[10:])
        listener.data_received(_chunk(b": still here\n\n"))

        assert arrivals.messages == 2
        assert list(arrivals.versions) == [3, 4, 5]
        assert listener.seen == 5
        assert listener.first.done()
        made_at = dict(zip(arrivals.versions, arrivals.times, strict=True))
        assert arrivals.latencies(made_at) == [0.0, 0.0, 0.0]

    def test_the_last_id_counts(self) -> None:
        assert newest_version(b"x\nid: 1:7\ndata: {}\n\nid: 2:1\ndata: {}\n\n") == 1

    def test_a_line_counts_those_it_has_served(self) -> None:
        assert (
            newest_version(b'x\ndata: {"serving":7,"a":1}\n\ndata: {"serving":12,"a":1}\n\n') == 12
        )


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: y", 12),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 7", 7),
        (b"HTTP/1.1 204 No Content", 0),
    ],
)
def test_content_length(head: bytes, length: int) -> None:
    assert content_length(head) == length


def test_seats_are_all_different_and_all_there() -> None:
    size = Size(subsections=3, rows=2, cols=5)

    seats = {SeatId.parse(size.seat(number)) for number in range(size.seats)}

    assert len(seats) == 30
    assert all(seat and seat.subsection <= 3 and seat.row <= 2 and seat.seat <= 5 for seat in seats)


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)

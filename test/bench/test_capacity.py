"""What the model of capacity makes of its costs. Nothing here is measured."""

import asyncio
import dataclasses
import math
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from bench.capacity import __main__ as program
from bench.capacity.check import TRIALS, Outcome, Trial, check
from bench.capacity.clients import Heard, Stream
from bench.capacity.costs import (
    Costs,
    CostsError,
    Operation,
    Process,
    Size,
    Sized,
    Sizes,
    Storage,
    Streams,
    Tiers,
    load,
    save,
)
from bench.capacity.model import Hosts, Limit, limits, needs, processes_for, rounds
from bench.capacity.model import load as load_of
from bench.capacity.operations import fitted
from bench.capacity.sale import FILES, Open, Sale, SaleError, standard_sale
from bench.capacity.world import Connections

_ROOT = Path(__file__).resolve().parents[2]
_NAMES = (
    "page",
    "file",
    "mine",
    "sign_in",
    "join",
    "place",
    "reserve",
    "best",
    "confirm",
    "tickets",
    "line",
)
_BY_SIZE = ("detail", "house", "area")


def _costs(each: float = 0.001) -> Costs:
    """Every request costs a millisecond in the process and one in PostgreSQL, whatever the crowd."""
    tiers = Tiers(each, each)
    request = Operation(tiers, tiers, 1.0, 1.0, 1_000.0)
    size = Size(100.0, 0.0)
    return Costs(
        made=("Machine: made up",),
        pace=0.001,
        operations=dict.fromkeys(_NAMES, request),
        by_size=dict.fromkeys(_BY_SIZE, Sized(10, request, 100, request)),
        served=Tiers(),
        reconciled=Tiers(),
        stores=Tiers(),
        streams=Streams(
            message=0.00002,
            gzip_message=0.00002,
            round=0.0,
            round_seconds=0.00002,
            fold=0.0001,
            delivery=0.0,
            idle=0.0,
            memory=20_000.0,
        ),
        sizes=Sizes(500.0, size, size, size, size, size, size),
        storage=Storage(200.0, 500.0, 3_000.0, 250.0, 2.0),
        process=Process(Tiers(), 150e6, 4.0, 3.0, 50.0),
    )


class TestOperation:
    def test_costs_less_in_a_crowd(self) -> None:
        one = Operation(Tiers(10.0, 10.0), Tiers(2.0, 2.0), 100.0, 50.0, 0.0)

        assert one.web_at(0) == 10.0
        assert one.web_at(50) == 6.0
        assert one.web_at(1e9) == pytest.approx(2.0)
        assert one.stores_at(0, 0.0) == Tiers(0.0, 10.0)
        assert one.stores_at(100, 0.0) == Tiers(0.0, 6.0)
        assert one.stores_at(1e9, 0.0).total == pytest.approx(2.0)

    def test_where_the_process_is_busy_fewer_meet_in_a_round_trip(self) -> None:
        one = Operation(Tiers(10.0, 10.0), Tiers(2.0, 2.0), 100.0, 50.0, 0.0)

        assert one.stores_at(50, 0.5) == one.stores_at(100, 0.0)

    def test_the_rates_at_which_half_is_saved_are_found_again(self) -> None:
        one = Operation(Tiers(0.010, 8.0), Tiers(0.002, 2.0), 100.0, 300.0, 7.0)

        assert fitted(one.alone, Tiers(one.web_at(50)), one.crowded, 50, 0.02, 7.0) == Operation(
            one.alone,
            one.crowded,
            pytest.approx(100.0),  # type: ignore[arg-type]
            pytest.approx(300.0),  # type: ignore[arg-type]
            7.0,
        )


class TestSized:
    def test_what_has_more_areas_costs_more(self) -> None:
        few, many = (Operation(Tiers(n), Tiers(n / 2), 1.0, 1.0, n * 100) for n in (2.0, 11.0))
        sized = Sized(10, few, 100, many)

        assert sized.of(10) == few
        assert sized.of(100) == many
        assert sized.of(200).alone == Tiers(21.0)
        assert sized.of(200).answer == 2_100


class TestRounds:
    def test_a_change_after_a_quiet_spell_is_told_at_once(self) -> None:
        assert rounds(0.1, 100, 0.0) == pytest.approx(0.1, rel=0.01)

    def test_many_changes_are_merged_by_the_window(self) -> None:
        assert rounds(1_000, 100, 0.0) == pytest.approx(10)

    def test_who_has_many_streams_tells_them_less_often(self) -> None:
        assert rounds(1_000, 10_000, 0.00002) == pytest.approx(1 / 0.6)
        assert rounds(1_000, 1_000_000, 0.00002) == pytest.approx(1 / 0.7)

    def test_nobody_is_told_of_nothing(self) -> None:
        assert rounds(0, 100, 0.0) == rounds(10, 0, 0.0) == 0


class TestNeeds:
    # 100 come in 10 s, nobody signs in; nobody waits in line, and ten of them buy within ten seconds.
    SALE = Sale(
        people=100,
        seats=100,
        subsections=1,
        buyers=10,
        per_minute=0,
        in_area=0.0,
        signing_in=0.0,
        arrive_seconds=10.0,
    )

    def test_a_small_one_by_hand(self) -> None:
        arriving, selling = self.SALE.phases()

        come = load_of(_costs(), self.SALE, arriving, arriving.most, 1)
        # Ten visits a second, one of them signed in: a page, its files, the event, a stream; and a list.
        assert come.cpu.web == pytest.approx(0.001 * (10 * (FILES + 3) + 1))
        assert come.sent == pytest.approx(1_000 * (10 * (FILES + 3) + 1))

        sell = load_of(_costs(), self.SALE, selling, selling.most, 1)
        # One buyer a second asks for five things, which makes two changes that all are told of.
        told = rounds(2.0, 100, 0.00002) * 100
        assert sell.messages == pytest.approx(told)
        assert sell.cpu.web == pytest.approx(0.005 + told * 0.00002 + 2 * 0.0001)
        assert sell.cpu.postgres == pytest.approx(0.005)

    def test_every_process_takes_in_every_change(self) -> None:
        selling = self.SALE.phases()[1]

        one, four = (
            load_of(_costs(), self.SALE, selling, Open(house=100), n).cpu.web for n in (1, 4)
        )
        assert four - one == pytest.approx(3 * 2 * 0.0001)

    def test_what_is_kept_on_disk_and_in_memory(self) -> None:
        found = needs(_costs(), self.SALE, Hosts())

        assert found.processes == 1
        assert found.postgres_disk == 100 * 200 + 10 * 500
        assert found.postgres_log == 10 * 3_000
        assert found.kvrocks == 200
        assert found.memory == 150e6 + 100 * 20_000
        assert found.files_per_process == 150

    def test_more_people_never_need_less(self) -> None:
        found = [needs(_costs(), standard_sale(10**n), Hosts()) for n in range(2, 7)]

        for less, more in pairwise(found):
            assert more.processes >= less.processes
            assert more.peak.web > less.peak.web
            assert more.peak.postgres > less.peak.postgres
            assert more.sent_total > less.sent_total
            assert more.memory > less.memory

    def test_there_are_as_few_processes_as_are_enough(self) -> None:
        sale, hosts, costs = standard_sale(100_000), Hosts(), _costs()
        processes = processes_for(costs, sale, hosts)

        def busiest(number: int) -> float:
            return max(
                load_of(costs, sale, p, p.most, number).cpu.web / number for p in sale.phases()
            )

        assert busiest(processes) <= hosts.busy < busiest(processes - 1)

    def test_streams_alone_may_need_processes(self) -> None:
        sale = dataclasses.replace(standard_sale(1_000_000), arrive_seconds=1e9)
        costs = _costs(0.0)
        costs = dataclasses.replace(
            costs, streams=Streams(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 20_000.0)
        )

        most = max(phase.most.total for phase in sale.phases())
        assert processes_for(costs, sale, Hosts()) == math.ceil(most / 20_000)

    def test_no_number_of_processes_is_enough_for_too_many_changes(self) -> None:
        sale = dataclasses.replace(self.SALE, seats=100_000, people=100_000, buyers=50_000)
        costs = _costs(0.0)

        with pytest.raises(SaleError, match="every change"):
            needs(costs, sale, Hosts())


@pytest.fixture(scope="module")
def found_limits() -> Sequence[Limit]:
    return limits(_costs(), standard_sale(10_000), Hosts(primary_cores=1))


class TestLimits:
    def test_the_first_one_met_comes_first(self, found_limits: Sequence[Limit]) -> None:
        people = [limit.people for limit in found_limits if limit.people is not None]

        assert people == sorted(people)
        # An event has 100,000 seats, a seat for every second who comes.
        [seats] = [limit for limit in found_limits if limit.name.startswith("seats of one event")]
        assert seats.people == pytest.approx(200_000, rel=0.01)

    def test_where_a_limit_is_met_what_it_limits_is_used_up(
        self, found_limits: Sequence[Limit]
    ) -> None:
        [primary] = [limit for limit in found_limits if limit.name.endswith("cores")]
        assert primary.people is not None
        sale = standard_sale(10_000).times(primary.people / 10_000)

        assert needs(_costs(), sale, Hosts()).peak.postgres == pytest.approx(0.6, rel=0.01)

    def test_what_costs_nothing_is_no_limit(self, found_limits: Sequence[Limit]) -> None:
        [kvrocks] = [limit for limit in found_limits if "Kvrocks" in limit.name]

        assert kvrocks.people is None


class TestRubbish:
    @pytest.mark.parametrize(
        ("numbers", "said"),
        [
            (["--people", "-5"], "people is at least 10"),
            (["--people", "0"], "people is at least 10"),
            (["--seats", "0"], "seats is more than 0"),
            (["--buyers", "90000"], "only 80,000 people in line"),
            (["--buyers", "30000"], "want 60,000 seats and there are only 50,000"),
            (["--in-line", "1.5"], "in_line is a share: from 0 to 1, not 1.5"),
            (["--in-line", "nan"], "in_line is a share"),
            (["--per-minute", "-1"], "per_minute is 0 or more"),
            (["--subsections", "60000"], "more subsections than seats"),
            (["--arrive-seconds", "inf"], "arrive_seconds is more than 0"),
            (["--busy", "2"], "busy is a share"),
            (["--primary-cores", "0"], "primary_cores is more than 0"),
            (["--people", "many"], "invalid int value"),
            (["--people", "100", "--check"], "your own numbers"),
            (["--costs", "/nowhere/costs.json"], "No such file"),
        ],
    )
    def test_is_refused_with_a_sentence(
        self, numbers: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as end:
            program.main(numbers)

        assert end.value.code == 2
        assert said in capsys.readouterr().err

    def test_numbers_that_fit_are_computed(self, capsys: pytest.CaptureFixture[str]) -> None:
        document = (_ROOT / "spec" / "capacity.md").read_text()
        [example] = re.findall(
            r"^\.venv/bin/python -m bench\.capacity (.+)$", document, re.MULTILINE
        )

        assert program.main(example.split()) == 0
        assert "| seats, areas | 12,000, 24 |" in capsys.readouterr().out

    @pytest.mark.parametrize("content", ["", "{}", '{"made": [], "operations": {}}', "[1]"])
    def test_a_file_that_holds_no_costs(self, content: str, tmp_path: Path) -> None:
        path = tmp_path / "costs.json"
        path.write_text(content)

        with pytest.raises(CostsError, match="does not hold costs"):
            load(path)

    def test_costs_come_back_from_their_file(self, tmp_path: Path) -> None:
        save(_costs(), tmp_path / "costs.json")

        assert load(tmp_path / "costs.json") == _costs()


class TestCheck:
    @staticmethod
    def _as_the_model_says(trial: Trial, _pace: float = 0.0) -> Outcome:
        arriving, selling = trial.sale.phases()
        first, second = (
            load_of(_costs(), trial.sale, phase, phase.mean, trial.workers)
            for phase in (arriving, selling)
        )
        return Outcome(
            first.cpu * arriving.seconds + second.cpu * selling.seconds,
            arriving.seconds,
            selling.seconds,
            first.sent * arriving.seconds + second.sent * selling.seconds,
            round(first.messages * arriving.seconds + second.messages * selling.seconds),
            trial.workers * 150e6 + selling.last.total * 20_000.0,
            round(selling.last.total),
            Connections(4, 3, round(trial.workers * 50 + 128 + selling.last.total)),
            0,
        )

    def test_what_agrees_is_not_named(self) -> None:
        text, wrong = check(_costs(), self._as_the_model_says)

        assert wrong == []
        assert all(str(trial) in text for trial in TRIALS)

    def test_what_is_off_is_named_with_its_run(self) -> None:
        def more_memory(trial: Trial, _pace: float) -> Outcome:
            found = self._as_the_model_says(trial)
            return dataclasses.replace(found, memory=found.memory * 2)

        _, wrong = check(_costs(), more_memory)

        assert wrong == [f"memory of {trial} by -50%" for trial in TRIALS]

    def test_a_run_on_a_machine_that_others_use_is_no_proof(self) -> None:
        def refused(trial: Trial, _pace: float) -> Outcome:
            return dataclasses.replace(self._as_the_model_says(trial), refused=trial.sale.people)

        _, wrong = check(_costs(), refused)

        assert [name.partition(",")[0] for name in wrong] == [
            f"refusals in {trial}".partition(",")[0] for trial in TRIALS
        ]


class TestStream:
    @pytest.mark.parametrize("cut", range(1, 40))
    async def test_counts_messages_wherever_the_network_cuts_them(self, cut: int) -> None:
        heard = Heard()
        stream = Stream("/", heard, gzip=True)
        head, body = b"HTTP/1.1 200 OK\r\n\r\n", b"5\r\nfirst\r\nb\r\nsecond\r\none\r\n"

        stream.data_received(head + body[:cut])
        stream.data_received(body[cut:])

        await asyncio.wait_for(stream.first, 1)
        assert (heard.messages, heard.received, heard.heads) == (2, len(head + body), len(head))


def test_the_document_says_what_the_costs_give() -> None:
    text = (_ROOT / "spec" / "capacity.md").read_text()
    [stands] = re.findall(
        r"<!-- made by `[^`]*capacity --save` -->\n\n(.*?)\n<!-- end -->", text, re.DOTALL
    )

    assert stands == program.default_report(load(_ROOT / "bench" / "capacity" / "costs.json"))

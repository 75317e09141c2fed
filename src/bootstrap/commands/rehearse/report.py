"""What a rehearsal found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from src.bootstrap.commands.rehearse.audience import Audience
from src.bootstrap.commands.rehearse.ending import Ending
from src.bootstrap.commands.rehearse.place_in_line import LineSeen
from src.bootstrap.commands.rehearse.record import Record, Visit
from src.bootstrap.commands.rehearse.sale import Sale
from src.bootstrap.commands.rehearse.statistics import most_overtaken, percentile, spearman


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the 99th percentile, in seconds; None of nothing."""

    p50: float | None
    p99: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        return cls(percentile(seconds, 0.5), percentile(seconds, 0.99))


@dataclass(frozen=True, slots=True)
class Fairness:
    """The places of those who were given seats, against the order in which they were."""

    correlation: float | None
    most_overtaken: int

    @classmethod
    def of(cls, served: Sequence[Visit]) -> Self:
        """`served` is in the order in which seats were given."""
        places = [visit.place for visit in served if visit.place is not None]
        return cls(spearman(places, range(len(places))), most_overtaken(places))


@dataclass(frozen=True, slots=True)
class LineFigures:
    """How many joined and gathered, how many were called and at which rate."""

    joined: int
    gathered: int
    called: int
    called_a_second: float | None
    streams_refused: int
    streams_lost: int

    @classmethod
    def of(cls, seen: LineSeen) -> Self:
        state, called = seen.newest, seen.called
        rate = None
        if len(called) > 1:
            (began, first), (ended, last) = called[0], called[-1]
            rate = (last - first) / (ended - began)
        return cls(
            joined=state.joined if state else 0,
            gathered=state.gathered if state else 0,
            called=seen.numbers_called,
            called_a_second=rate,
            streams_refused=seen.streams.refused,
            streams_lost=seen.streams.lost,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """Times are in seconds; those of one moment are counted from the opening."""

    event_id: int
    seats: int
    buyers: int
    bought: int
    without_seats: int
    unfinished: int
    seats_given: int
    seats_a_second: float
    best_second: int
    sold_out_after: float | None
    time_to_seats: Spread
    time_to_own: Spread
    refusals: Mapping[str, int]
    unanswered: int
    fairness: Fairness
    line: LineFigures | None
    watchers: int
    exact_maps: int
    messages: int
    staleness: Spread
    all_saw_sold_out_after: float | None
    streams_refused: int
    streams_lost: int
    wrong: tuple[str, ...]

    @classmethod
    def of(
        cls,
        sale: Sale,
        record: Record,
        audience: Audience,
        line: LineSeen | None,
        ending: Ending,
    ) -> Self:
        """`wrong` begins with what clients noted, and ends with what was found afterwards."""
        served = record.served
        bought = [visit for visit in served if visit.bought_at is not None]
        sold_out = record.sold_out.is_set()
        last = (served[-1].given_at or 0.0) - sale.opens_at if served else 0.0
        seen = audience.seen.last_saw_sold_out_at
        noted = [*record.wrong, *audience.streams.odd]
        if line is not None:
            noted += [*line.streams.odd, *sorted(line.broken)]
        return cls(
            event_id=sale.event_id,
            seats=sale.venue.seats,
            buyers=len(record.visits),
            bought=len(bought),
            without_seats=sum(v.over and v.bought_at is None for v in record.visits),
            unfinished=sum(not v.over for v in record.visits),
            seats_given=record.seats_given,
            seats_a_second=record.seats_given / last if last > 0 else 0.0,
            best_second=_most_in_a_second(served),
            sold_out_after=last if sold_out else None,
            time_to_seats=Spread.of([(v.given_at or 0) - (v.turn_at or 0) for v in served]),
            time_to_own=Spread.of([(v.bought_at or 0) - (v.turn_at or 0) for v in bought]),
            refusals=dict(record.refusals.most_common()),
            unanswered=record.unanswered,
            fairness=Fairness.of(served),
            line=None if line is None else LineFigures.of(line),
            watchers=audience.size,
            exact_maps=ending.exact_maps,
            messages=audience.seen.messages,
            staleness=Spread(
                audience.seen.staleness.percentile(0.5), audience.seen.staleness.percentile(0.99)
            ),
            all_saw_sold_out_after=seen - sale.opens_at if sold_out and seen else None,
            streams_refused=audience.streams.refused,
            streams_lost=audience.streams.lost,
            wrong=(*noted, *ending.wrong),
        )


def _most_in_a_second(served: Sequence[Visit]) -> int:
    """The most seats that were given in one second, counted from the first."""
    seats: Counter[int] = Counter()
    for visit in served:
        assert visit.given_at is not None
        assert served[0].given_at is not None
        seats[int(visit.given_at - served[0].given_at)] += len(visit.seats)
    return max(seats.values(), default=0)

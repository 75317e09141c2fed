"""What the keeper of the lines promises."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from src.service.admission.domain.errors import LineOverError
from src.service.admission.domain.line import Advance, Line, LinePhase
from src.service.admission.domain.place import Entry
from src.service.shared_kernel.errors import NotSignedInError
from src.service.shared_kernel.event_directory import EventStatus
from src.service.shared_kernel.ids import EventId, UserId
from test.support.lines import NOBODY, PEOPLE, TERMS, Lines, Sale, line_of

TERMS_OF_TWO = replace(TERMS, max_active=2)
SOON = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
ONE, TWO, THREE, *_ = PEOPLE


async def join(lines: Lines, event_id: EventId, *buyers: UserId) -> list[int]:
    return [(await lines.port.join(event_id, buyer)).entry for buyer in buyers]


async def found(lines: Lines, event_id: EventId, buyer: UserId) -> Entry:
    entry = await lines.port.find(event_id, buyer)
    assert entry is not None
    return entry


def serving(line: Line, to: int, entries: Sequence[int]) -> Advance:
    """Serve these entries, as if so much were due."""
    assert line.credited_until is not None
    later = line.credited_until + timedelta(milliseconds=100)
    return Advance(line.event_id, line.serving, to, line.credited_until, later, tuple(entries))


async def serve(lines: Lines, event_id: EventId, to: int) -> None:
    """Serve up to this number, in a line in which nobody gathered."""
    line = await line_of(lines, event_id)
    entries = range(line.serving + 1, to + 1)
    assert await lines.port.advance([serving(line, to, entries)]) == [event_id]


class TestJoining:
    async def test_gives_the_next_entry(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))

        assert await join(lines, event_id, ONE, TWO, THREE) == [1, 2, 3]

    async def test_again_gives_the_same(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))

        assert await join(lines, event_id, ONE, TWO, ONE) == [1, 2, 1]
        assert (await line_of(lines, event_id)).joined == 2

    async def test_of_many_at_once_gives_each_account_one_place(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        askers = list(chain(PEOPLE, PEOPLE, reversed(PEOPLE)))

        entries = await asyncio.gather(*(lines.port.join(event_id, asker) for asker in askers))

        places = {asker: entry.entry for asker, entry in zip(askers, entries, strict=True)}
        assert all(places[asker] == e.entry for asker, e in zip(askers, entries, strict=True))
        assert sorted(places.values()) == list(range(1, len(PEOPLE) + 1))
        assert (await line_of(lines, event_id)).joined == len(PEOPLE)

    async def test_of_several_lines_at_once_counts_each_by_itself(self, lines: Lines) -> None:
        events = [await lines.add_event(Sale(opens_in=SOON)) for _ in range(3)]

        entries = await asyncio.gather(
            *(lines.port.join(event_id, buyer) for buyer in (ONE, TWO) for event_id in events)
        )

        assert sorted(entry.entry for entry in entries) == [1, 1, 1, 2, 2, 2]

    async def test_before_the_opening_gathers(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))

        entry = await lines.port.join(event_id, ONE)

        assert entry.gathered is None
        assert (await line_of(lines, event_id)).phase is LinePhase.GATHERING

    async def test_after_the_opening_comes_after_those_who_gathered(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        await join(lines, event_id, ONE, TWO)
        await lines.pass_time(event_id, SOON)

        entry = await lines.port.join(event_id, THREE)

        assert (entry.entry, entry.gathered) == (3, 2)

    async def test_without_an_opening_gathers_nobody(self, lines: Lines) -> None:
        event_id = await lines.add_event()

        assert (await lines.port.join(event_id, ONE)).gathered == 0

    async def test_is_over_with_the_sale(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(closes_in=SOON))
        await join(lines, event_id, ONE)
        await lines.pass_time(event_id, SOON)

        with pytest.raises(LineOverError):
            await lines.port.join(event_id, TWO)
        assert (await lines.port.join(event_id, ONE)).is_over

    @pytest.mark.parametrize("status", [EventStatus.COMPLETED, EventStatus.ENDED])
    async def test_is_over_with_the_event(self, lines: Lines, status: EventStatus) -> None:
        event_id = await lines.add_event(Sale(status=status))

        with pytest.raises(LineOverError):
            await lines.port.join(event_id, ONE)

    async def test_needs_an_account(self, lines: Lines) -> None:
        event_id = await lines.add_event()

        joining = [lines.port.join(event_id, buyer) for buyer in (ONE, NOBODY, TWO)]
        one, nobody, two = await asyncio.gather(*joining, return_exceptions=True)

        assert isinstance(nobody, NotSignedInError)
        assert isinstance(one, Entry)
        assert isinstance(two, Entry)
        assert {one.entry, two.entry} == {1, 2}

    async def test_an_empty_line_owes_no_more_than_the_next_number(self, lines: Lines) -> None:
        event_id = await lines.add_event()
        await join(lines, event_id, ONE)
        await serve(lines, event_id, 1)
        await lines.pass_time(event_id, MINUTE)

        await join(lines, event_id, TWO)

        line = await line_of(lines, event_id)
        assert line.credited_until is not None
        assert line.now - line.credited_until >= TERMS.interval
        assert line.now - line.credited_until < 10 * TERMS.interval


class TestFinding:
    async def test_finds_the_place(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        joined = await lines.port.join(event_id, ONE)

        assert await lines.port.find(event_id, ONE) == joined

    async def test_finds_nothing_of_who_has_not_joined(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))

        assert await lines.port.find(event_id, ONE) is None
        await join(lines, event_id, TWO)
        assert await lines.port.find(event_id, ONE) is None


class TestLeaving:
    async def test_gives_the_place_up(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        await join(lines, event_id, ONE)

        await lines.port.leave(event_id, ONE)
        await lines.port.leave(event_id, ONE)

        assert await lines.port.find(event_id, ONE) is None

    async def test_of_somebody_who_is_not_there_changes_nothing(self, lines: Lines) -> None:
        event_id = await lines.add_event()
        await join(lines, event_id, ONE)

        await lines.port.leave(event_id, TWO)

        assert (await found(lines, event_id, ONE)).entry == 1

    async def test_and_coming_back_before_being_served_changes_nothing(self, lines: Lines) -> None:
        event_id = await lines.add_event()
        await join(lines, event_id, ONE, TWO)
        await lines.port.leave(event_id, ONE)

        assert await join(lines, event_id, ONE) == [1]
        assert (await line_of(lines, event_id)).joined == 2

    async def test_and_coming_back_after_being_served_is_a_new_place(self, lines: Lines) -> None:
        event_id = await lines.add_event()
        await join(lines, event_id, ONE, TWO)
        await serve(lines, event_id, 1)
        await lines.port.leave(event_id, ONE)

        entry = await lines.port.join(event_id, ONE)

        assert (entry.entry, entry.served, entry.admitted) == (3, False, False)

    async def test_ends_the_pass(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(TERMS_OF_TWO))
        await join(lines, event_id, ONE)
        await serve(lines, event_id, 1)
        assert (await line_of(lines, event_id)).live_passes == 1

        await lines.port.leave(event_id, ONE)

        assert (await line_of(lines, event_id)).live_passes == 0


class TestReading:
    async def test_shows_what_was_asked_for(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(TERMS_OF_TWO, opens_in=SOON, closes_in=2 * SOON))

        line = await line_of(lines, event_id)

        assert (line.terms, line.joined, line.gathered, line.serving) == (TERMS_OF_TWO, 0, None, 0)
        assert line.opens_at is not None
        assert line.opens_at - line.now == pytest.approx(SOON, abs=timedelta(seconds=10))
        assert (line.on_sale, line.is_over, line.is_active) == (False, False, True)
        assert len(line.seed) == 32
        assert (await line_of(lines, event_id)).seed == line.seed

    async def test_shows_lines_in_which_somebody_waits(self, lines: Lines) -> None:
        waiting, served = await lines.add_event(), await lines.add_event()
        await join(lines, waiting, ONE)
        await join(lines, served, ONE)
        await serve(lines, served, 1)

        shown = {line.event_id for line in await lines.port.read([])}

        assert waiting in shown
        assert served not in shown

    async def test_leaves_out_what_is_noted_to_have_ended_unless_asked(self, lines: Lines) -> None:
        event_id = await lines.add_event()
        await join(lines, event_id, ONE)
        await lines.port.note_ends([event_id])
        assert event_id in {line.event_id for line in await lines.port.read([])}
        await lines.change_event(event_id, Sale(status=EventStatus.ENDED))

        await lines.port.note_ends([event_id])

        assert event_id not in {line.event_id for line in await lines.port.read([])}
        line = await line_of(lines, event_id)
        assert (line.phase, line.ended) == (LinePhase.OVER, True)

    async def test_shows_a_line_again_whose_end_is_taken_back(self, lines: Lines) -> None:
        joined, asked_for = [await lines.add_event(Sale(closes_in=SOON)) for _ in range(2)]
        for event_id in (joined, asked_for):
            await join(lines, event_id, ONE)
        for event_id in (joined, asked_for):
            await lines.pass_time(event_id, SOON)
            await lines.port.note_ends([event_id])
            await lines.change_event(event_id, Sale())

        await join(lines, joined, TWO)
        await lines.port.note_ends([asked_for])

        shown = {line.event_id for line in await lines.port.read([])}
        assert {joined, asked_for} <= shown

    async def test_knows_no_line_of_an_event_without_one(self, lines: Lines) -> None:
        without, taken_away = await lines.add_event(Sale(None)), await lines.add_event()
        await join(lines, taken_away, ONE)
        await lines.change_event(taken_away, Sale(terms=None))

        shown = {line.event_id for line in await lines.port.read([without, taken_away])}

        assert shown.isdisjoint({without, taken_away})

    async def test_a_hidden_event_is_not_on_sale(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(is_active=False))

        line = await line_of(lines, event_id)

        assert (line.is_active, line.on_sale) == (False, False)


class TestOpening:
    async def test_notes_who_has_gathered(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        await join(lines, event_id, ONE, TWO)
        await lines.pass_time(event_id, SOON)
        assert (await line_of(lines, event_id)).must_open

        await lines.port.open([event_id])

        line = await line_of(lines, event_id)
        assert (line.phase, line.gathered, line.serving) == (LinePhase.OPEN, 2, 0)
        assert line.opens_at is not None
        assert line.credited_until == line.opens_at - TERMS.interval

    async def test_twice_is_once(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        await join(lines, event_id, ONE)
        await lines.pass_time(event_id, SOON)
        await lines.port.open([event_id])
        await join(lines, event_id, TWO)

        await lines.port.open([event_id])

        line = await line_of(lines, event_id)
        assert (line.gathered, line.joined) == (1, 2)

    async def test_does_nothing_before_its_time(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        await join(lines, event_id, ONE)

        await lines.port.open([event_id])

        assert (await line_of(lines, event_id)).gathered is None

    async def test_that_is_taken_away_is_now(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(opens_in=SOON))
        await join(lines, event_id, ONE)
        await lines.change_event(event_id, Sale(opens_in=None))

        assert (await lines.port.join(event_id, TWO)).gathered == 1


class TestAdvancing:
    async def test_gives_passes_to_those_served(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(TERMS_OF_TWO))
        await join(lines, event_id, ONE, TWO, THREE)

        await serve(lines, event_id, 2)

        one, three = await found(lines, event_id, ONE), await found(lines, event_id, THREE)
        line = await line_of(lines, event_id)
        assert (one.served, one.admitted, three.served, three.admitted) == (
            True,
            True,
            False,
            False,
        )
        assert one.pass_until is not None
        assert one.pass_until - line.now == pytest.approx(MINUTE, abs=timedelta(seconds=10))
        assert (line.serving, line.live_passes) == (2, 2)

    async def test_a_pass_ends(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(TERMS_OF_TWO))
        await join(lines, event_id, ONE)
        await serve(lines, event_id, 1)

        await lines.pass_time(event_id, MINUTE)

        one = await found(lines, event_id, ONE)
        assert (one.served, one.admitted) == (True, False)
        assert (await line_of(lines, event_id)).live_passes == 0

    async def test_from_an_old_reading_changes_nothing(self, lines: Lines) -> None:
        event_id = await lines.add_event()
        await join(lines, event_id, ONE, TWO)
        line = await line_of(lines, event_id)
        await lines.port.advance([serving(line, 1, [1])])

        assert await lines.port.advance([serving(line, 2, [1, 2])]) == []

        assert (await line_of(lines, event_id)).serving == 1
        assert not (await found(lines, event_id, TWO)).served

    async def test_at_the_same_time_serves_each_number_once(self, lines: Lines) -> None:
        event_id = await lines.add_event()
        await join(lines, event_id, ONE, TWO)
        line = await line_of(lines, event_id)

        moved = await asyncio.gather(
            *(lines.port.advance([serving(line, 1, [1])]) for _ in range(5))
        )

        assert sorted(map(list, moved)) == [[], [], [], [], [event_id]]
        assert (await line_of(lines, event_id)).serving == 1

    async def test_of_several_lines_moves_those_that_it_can(self, lines: Lines) -> None:
        old, new = await lines.add_event(), await lines.add_event()
        for event_id in (old, new):
            await join(lines, event_id, ONE, TWO)
        before = [await line_of(lines, event_id) for event_id in (old, new)]
        await serve(lines, old, 1)

        moved = await lines.port.advance([serving(line, 2, [1, 2]) for line in before])

        assert list(moved) == [new]

    async def test_gives_no_pass_to_who_has_left(self, lines: Lines) -> None:
        event_id = await lines.add_event(Sale(TERMS_OF_TWO))
        await join(lines, event_id, ONE, TWO)
        await lines.port.leave(event_id, ONE)

        await serve(lines, event_id, 1)

        assert (await line_of(lines, event_id)).live_passes == 0
        assert await join(lines, event_id, ONE) == [3]

"""The seats of a house: which configurations are allowed, and how seats are named and ordered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.service.shared_kernel.errors import InvalidInputError, SubsectionNotFoundError
from src.service.shared_kernel.seating import (
    MAX_COUNT,
    MAX_PRICE,
    SeatId,
    SeatingConfig,
    SeatingLimits,
    SeatStatus,
    Section,
    SubsectionKey,
    section_name_problem,
)
from src.service.shared_kernel.text import looks_of, nfc, tidy_name
from test.fake.people import HOUSE, seat


def checked(
    *sections: Section,
    rows: int = 2,
    cols: int = 3,
    max_seats: int = 100_000,
    max_subsections: int = 2_000,
) -> SeatingConfig:
    limits = SeatingLimits(max_seats, max_subsections)
    return SeatingConfig.checked(rows, cols, sections, limits=limits)


def broken(*sections: Section, **numbers: int) -> list[tuple[str | int, ...]]:
    """Where a configuration breaks rules, without the leading "seating_config"."""
    with pytest.raises(InvalidInputError) as refused:
        checked(*sections, **numbers)
    assert {error.loc[0] for error in refused.value.errors} == {"seating_config"}
    return [error.loc[1:] for error in refused.value.errors]


A = Section("A", 2000, 2)


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "A",
            "VIP 1",
            "A-1",
            "搖滾區",
            "Été",
            "зал",
            "-",
            "...",
            "a:b",
            "50%",
            "?#&",
            "{x}",
            "x" * 32,
        ],
    )
    def test_may_be_of_any_script(self, name: str) -> None:
        assert checked(Section(name, 0, 1)).sections[0].name == name

    @pytest.mark.parametrize(
        "name",
        ["", "  ", ".", "..", " .. ", "a/b", "/", "a\nb", "a\x00", "a\u200bb", "\ud800", "x" * 33],
        ids=ascii,
    )
    def test_must_fit_into_an_address(self, name: str) -> None:
        assert broken(Section(name, 0, 1)) == [("sections", 0, "name")]

    def test_are_trimmed(self) -> None:
        assert checked(Section("  A ", 0, 1)).sections == (Section("A", 0, 1),)

    def test_that_are_the_same_when_trimmed_are_refused(self) -> None:
        assert broken(A, Section("B", 0, 1), Section(" A", 0, 1)) == [("sections", 2, "name")]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Caf\u00e9", "Cafe\u0301"),
            ("VIP 1", "VIP\u00a01"),
            ("VIP 1", "VIP  1"),
            ("\u2764", "\u2764\ufe0f"),
            ("\u6240", "\u6240\U000e0100"),
        ],
        ids=ascii,
    )
    def test_that_look_the_same_are_refused(self, one: str, other: str) -> None:
        assert broken(Section(one, 0, 1), Section(other, 0, 1)) == [("sections", 1, "name")]

    def test_are_kept_in_one_form(self) -> None:
        assert checked(Section("Cafe\u0301", 0, 1)).sections[0].name == "Caf\u00e9"

    def test_are_found_in_any_form(self) -> None:
        config = checked(Section("Caf\u00e9", 0, 1))

        assert config.has_subsection(SubsectionKey.named("Cafe\u0301", 1))
        seat = SeatId.parse("Cafe\u0301-1-1-1")
        assert seat is not None
        assert config.has_seat(seat)

    def test_that_differ_in_case_are_two(self) -> None:
        assert len(checked(A, Section("a", 0, 1)).sections) == 2


class TestNumbers:
    @pytest.mark.parametrize("number", [0, -1])
    def test_of_rows_cols_and_subsections_start_at_one(self, number: int) -> None:
        assert broken(A, rows=number) == [("rows",)]
        assert broken(A, cols=number) == [("cols",)]
        assert broken(Section("A", 0, number)) == [("sections", 0, "subsections")]

    @pytest.mark.parametrize("number", [MAX_COUNT + 1, 10**4_000])
    def test_of_rows_cols_and_subsections_end_somewhere(self, number: int) -> None:
        assert broken(A, rows=number) == [("rows",)]
        assert broken(A, cols=number) == [("cols",)]
        assert broken(Section("A", 0, number)) == [("sections", 0, "subsections")]

    @pytest.mark.parametrize("price", [-1, MAX_PRICE + 1])
    def test_of_a_price_have_limits(self, price: int) -> None:
        assert broken(A, Section("B", price, 1)) == [("sections", 1, "price")]

    @pytest.mark.parametrize("price", [0, MAX_PRICE])
    def test_of_a_price_may_be_at_the_limits(self, price: int) -> None:
        assert checked(Section("A", price, 1)).price_of("A") == price

    def test_of_seats_may_be_as_many_as_allowed_and_no_more(self) -> None:
        assert checked(A, max_seats=12).total_seats == 12
        assert broken(A, max_seats=11) == [()]

    def test_of_subsections_may_be_as_many_as_allowed_in_all_sections_together(self) -> None:
        both = (Section("A", 0, 2), Section("B", 0, 3))
        assert len(checked(*both, max_subsections=5).subsections) == 5
        assert broken(*both, max_subsections=4) == [()]

    def test_of_sections_is_one_at_least(self) -> None:
        assert broken() == [("sections",)]

    @pytest.mark.parametrize(
        ("sections", "sentence"),
        [
            ((), "must have at least 1 item"),
            ((Section("A", -1, 1),), "must be at least 0"),
            ((Section("A", 10_000_001, 1),), "must be at most 10,000,000"),
            ((Section("A", 0, 1_000_001),), "must be at most 1,000,000"),
        ],
    )
    def test_are_refused_in_plain_words(self, sections: tuple[Section, ...], sentence: str) -> None:
        with pytest.raises(InvalidInputError) as refusal:
            checked(*sections)

        assert [error.msg for error in refusal.value.errors] == [sentence]

    def test_every_broken_rule_is_named_at_once(self) -> None:
        assert broken(Section("", -1, 0), rows=0, cols=-5) == [
            ("rows",),
            ("cols",),
            ("sections", 0, "name"),
            ("sections", 0, "price"),
            ("sections", 0, "subsections"),
        ]


class TestLayout:
    def test_goes_by_section_then_subsection_then_row_then_seat(self) -> None:
        names = [str(one) for one in HOUSE.seats()]

        assert names[:7] == [
            "A-1-1-1", "A-1-1-2", "A-1-1-3", "A-1-2-1", "A-1-2-2", "A-1-2-3", "A-2-1-1",
        ]  # fmt: skip
        assert names[-1] == "B-1-2-3"
        assert len(names) == HOUSE.total_seats

    @pytest.mark.parametrize(
        ("section", "number", "there"),
        [("A", 1, True), ("A", 2, True), ("A", 3, False), ("A", 0, False), ("C", 1, False)],
    )
    def test_knows_its_subsections(self, section: str, number: int, there: bool) -> None:
        subsection = SubsectionKey(section, number)

        assert HOUSE.has_subsection(subsection) is there
        if not there:
            with pytest.raises(SubsectionNotFoundError):
                HOUSE.require_subsection(subsection)

    @pytest.mark.parametrize(
        ("identifier", "there"),
        [("A-2-2-3", True), ("A-2-3-3", False), ("A-2-2-4", False), ("B-2-1-1", False)],
    )
    def test_knows_its_seats(self, identifier: str, there: bool) -> None:
        assert HOUSE.has_seat(seat(identifier)) is there


class TestSeatId:
    @pytest.mark.parametrize(
        "identifier",
        [
            "",
            "A",
            "A-1-1",
            "-1-1-1",
            "A-0-1-1",
            "A-1-01-1",
            "A-1-1-1 ",
            "A-1-1--1",
            "A-1-1-1.0",
            "A-1-1-١",
            "A-01-1-1",
            "A-1-1-１",
            "A-1-1_0-1",
            "A-1- 1-1",
            "A-1-1-99999999",
            "x" * 33 + "-1-1-1",
        ],
    )
    def test_that_is_no_name_of_a_seat_is_none(self, identifier: str) -> None:
        assert SeatId.parse(identifier) is None

    @given(
        st.text(min_size=1, max_size=10).map(nfc),
        *[st.integers(1, 9_999_999)] * 3,
    )
    def test_survives_being_written_and_read(
        self, section: str, subsection: int, row: int, number: int
    ) -> None:
        written = SeatId(section, subsection, row, number)

        assert SeatId.parse(str(written)) == written

    def test_may_have_a_section_that_looks_like_a_seat(self) -> None:
        assert SeatId.parse("A-1-2-3-4-5-6") == SeatId("A-1-2-3", 4, 5, 6)


@pytest.mark.parametrize("status", SeatStatus)
def test_a_status_survives_as_a_byte(status: SeatStatus) -> None:
    assert SeatStatus.from_code(status.code) is status


names = st.text(max_size=32).map(tidy_name).filter(lambda name: not section_name_problem(name))
configs = st.builds(
    SeatingConfig,
    st.integers(1, 4),
    st.integers(1, 4),
    st.lists(
        st.builds(Section, names, st.integers(0, MAX_PRICE), st.integers(1, 3)),
        min_size=1,
        max_size=4,
        unique_by=lambda section: looks_of(section.name),
    ).map(tuple),
)


class TestProperties:
    @given(configs)
    def test_what_keeps_the_rules_is_taken_as_it_is(self, config: SeatingConfig) -> None:
        assert (
            SeatingConfig.checked(
                config.rows, config.cols, config.sections, limits=SeatingLimits(192)
            )
            == config
        )

    @given(configs)
    def test_there_are_rows_times_cols_times_subsections_seats(self, config: SeatingConfig) -> None:
        every = list(config.seats())

        assert len(every) == len(set(every)) == config.total_seats
        assert config.total_seats == config.rows * config.cols * sum(
            section.subsections for section in config.sections
        )

    @given(configs)
    def test_every_seat_has_a_place_in_the_event(self, config: SeatingConfig) -> None:
        for place, one in enumerate(config.seats()):
            assert config.place_of(one) == place
            assert config.seat_in_place(place) == one
        assert config.seat_in_place(config.total_seats) is None
        assert config.seat_in_place(-1) is None

    @given(configs)
    def test_a_byte_leads_back_to_its_seat(self, config: SeatingConfig) -> None:
        for one in config.seats():
            assert config.seat_at(one.subsection_key, config.index_of(one)) == one
            assert config.has_seat(one)
            assert SeatId.parse(str(one)) == one

    @given(
        st.integers(-2, 3),
        st.integers(-2, 3),
        st.lists(
            st.builds(
                Section, st.text(max_size=34), st.integers(-1, MAX_PRICE + 1), st.integers(-1, 3)
            ),
            max_size=4,
        ).map(tuple),
        st.integers(0, 40),
    )
    def test_what_is_taken_keeps_the_rules(
        self, rows: int, cols: int, sections: tuple[Section, ...], max_seats: int
    ) -> None:
        try:
            config = SeatingConfig.checked(rows, cols, sections, limits=SeatingLimits(max_seats))
        except InvalidInputError:
            return

        assert 1 <= config.total_seats <= max_seats
        assert len({looks_of(section.name) for section in config.sections}) == len(sections) > 0
        assert all(0 <= section.price <= MAX_PRICE for section in config.sections)
        for section in config.sections:
            assert tidy_name(section.name) == section.name
            assert section_name_problem(section.name) is None

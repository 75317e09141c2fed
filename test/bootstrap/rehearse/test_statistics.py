"""The arithmetic of a rehearsal's report."""

import pytest

from src.bootstrap.commands.rehearse.statistics import (
    Durations,
    most_overtaken,
    percentile,
    ranks,
    spearman,
)


class TestPercentile:
    def test_is_the_smallest_that_so_many_do_not_exceed(self) -> None:
        values = [float(value) for value in range(1, 101)]
        assert percentile(values, 0.5) == 50
        assert percentile(values, 0.99) == 99

    def test_of_one_value_is_that_value(self) -> None:
        assert percentile([3.0], 0.5) == percentile([3.0], 0.99) == 3.0

    def test_of_nothing_is_nothing(self) -> None:
        assert percentile([], 0.5) is None


class TestDurations:
    def test_agree_with_the_percentile_of_the_values(self) -> None:
        values = [value / 1000 for value in (5, 1, 9, 9, 40, 7, 2, 2, 2, 300)]
        durations = Durations()
        for value in values:
            durations.add(value)
        for share in (0.1, 0.5, 0.9, 0.99):
            assert durations.percentile(share) == percentile(values, share)
        assert len(durations) == 10

    def test_below_zero_count_as_none(self) -> None:
        durations = Durations()
        durations.add(-0.2)
        assert durations.percentile(0.5) == 0

    def test_of_nothing_are_nothing(self) -> None:
        assert Durations().percentile(0.5) is None


class TestRanks:
    def test_are_counted_from_one(self) -> None:
        assert ranks([30.0, 10.0, 20.0]) == [3, 1, 2]

    def test_of_equal_values_are_the_mean_of_theirs(self) -> None:
        assert ranks([5.0, 1.0, 5.0, 5.0]) == [3, 1, 3, 3]


class TestSpearman:
    def test_is_one_in_the_same_order_and_minus_one_in_the_opposite(self) -> None:
        assert spearman([1, 2, 3, 4], [10, 200, 201, 5000]) == pytest.approx(1)
        assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)

    def test_is_the_published_value_of_the_usual_example(self) -> None:
        intelligence = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
        television = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
        assert spearman(intelligence, television) == pytest.approx(-29 / 165)

    def test_of_one_or_of_all_the_same_is_nothing(self) -> None:
        assert spearman([1], [1]) is None
        assert spearman([1, 1, 1], [1, 2, 3]) is None


class TestMostOvertaken:
    def test_is_nobody_where_all_bought_in_order(self) -> None:
        assert most_overtaken([1, 2, 3, 4]) == 0

    def test_counts_those_from_behind_the_unluckiest(self) -> None:
        # 2 was overtaken by 3 and 5; 1 by all others.
        assert most_overtaken([3, 5, 2, 1]) == 3
        assert most_overtaken([3, 1, 2]) == 1

    def test_of_nobody_is_none(self) -> None:
        assert most_overtaken([]) == 0

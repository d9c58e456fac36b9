"""The grain of cost: every schedule costs a whole multiple of it, or there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.shifts.grain import cost_grain
from optimizer.shifts.rows import build_rows
from optimizer.solve import round_up


@pytest.fixture(scope="module")
def grain_of(tiny):
    def grain(costs, breaks=(), pay=0.0, **rest):
        length = 1 + sum(window.length for window in breaks)
        problem = tiny.problem([1], [tiny.family(length, [0] * len(costs), costs, breaks=breaks)], pay=pay, **rest)
        return cost_grain(problem, build_rows(problem))

    return grain


@pytest.mark.parametrize(
    ("costs", "grain"),
    [
        ([100.0], 100.0),
        ([300.0, 420.0, 480.0], 60.0),
        ([10.01, 10.02], 0.01),
        ([33.35, 58.10, 0.0], 0.05),
        ([80 / 0.9, 70 / 0.9], 10 / 0.9),  # paid on top for planned absence: no whole cents
        ([20 / 0.88 * 4, 20 / 0.88 * 5 + 1.5 * 4], 4 / 11),
        ([200 / 3, 100 / 3], 100 / 3),
        ([17.33 * hours + 1.25 * (hours + 0.5) for hours in (4, 4.5, 6, 8)], 0.005),
    ],
)
def test_known_grains(grain_of, costs, grain):
    assert grain_of(costs) == pytest.approx(grain, rel=1e-9)


@pytest.mark.parametrize(
    "costs",
    [
        [100 * 2**0.5, 100 * 3**0.5],
        [np.pi * 50, 100.0],
        [173.72318869, 115.81546118, 100.0001],
    ],
)
def test_no_common_grain(grain_of, costs):
    assert grain_of(costs) == 0


def test_unpaid_breaks_count(tiny, grain_of):
    """A shift of 100 with a break worth 30 costs 70: the grain is 10."""
    assert grain_of([100.0], [tiny.rest(1, 0)], pay=30.0) == pytest.approx(10)
    assert grain_of([100.0], [tiny.rest(1, 0, paid=True)], pay=30.0) == pytest.approx(100)


def test_costs_of_missing_people_have_no_grain(grain_of):
    assert grain_of([100.0], under_cost=7.0) == 0
    assert grain_of([100.0], over_cost=7.0) == 0


wages = st.sampled_from([14.5, 17.33, 20.0, 21.85, 25.0, 26.4])
absences = st.sampled_from([0.0, 0.05, 0.1, 0.12, 0.15, 0.3])
offices = st.sampled_from([0.0, 0.5, 1.25, 1.5])


@settings(max_examples=150, deadline=None)
@given(st.lists(wages, min_size=1, max_size=2), absences, offices, st.integers(0, 3), st.randoms(use_true_random=False))
def test_every_schedule_costs_a_multiple(grain_of, paid, absent, office, extra, random):
    costs = [
        wage / (1 - absent) * (hours * (1 + 0.25 * extra / 2)) + office * (hours + 0.5)
        for wage in paid
        for hours in (4, 4.5, 6, 8)
    ]
    grain = grain_of(costs)
    for _ in range(5):
        people = [random.randint(0, 300) for _ in costs]
        total = float(np.dot(people, costs))
        if grain:
            assert abs(total / grain - round(total / grain)) < 0.009
        # rounding a bound up never passes a schedule: not its own cost, not one just above the bound
        assert round_up(total, grain) <= total + 1e-6 * total
        assert round_up(total * (1 - 1e-4), grain) <= total + 1e-6 * total


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(20, 200), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_any_costs(grain_of, costs, random):
    grain = grain_of(costs)
    if grain:
        total = float(np.dot([random.randint(0, 1000) for _ in costs], costs))
        assert abs(total / grain - round(total / grain)) < 0.009


def test_rounding_up():
    assert round_up(100.5, 1.0) == 101
    assert round_up(100.0, 1.0) == 100
    assert round_up(100.0000001, 1.0) < 100.001  # noise of a solver is no reason for a whole grain more
    assert round_up(99.9999999, 1.0) == 100
    assert round_up(0.0, 5.0) == 0
    assert round_up(12.34, 0.0) == 12.34
    assert round_up(-np.inf, 1.0) == -np.inf
    assert round_up(np.inf, 1.0) == np.inf

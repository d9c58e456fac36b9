"""servopt calc compare-plans: the four types of service against cost (SYSTEMS U7)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.plan_comparison import (
    BOTH_UP,
    FOUR_TYPES,
    NO_CHANGE,
    SAME_DOWN,
    TRADED,
    UP_DOWN,
    UP_SAME,
    WORSE,
    compare_figures,
)


@pytest.mark.parametrize(
    ("service", "cost", "kind"),
    [
        (0.80, 900, SAME_DOWN),
        (0.85, 1100, BOTH_UP),
        (0.85, 1000, UP_SAME),
        (0.85, 900, UP_DOWN),
        (0.80, 1000, NO_CHANGE),
        (0.80, 1100, WORSE),
        (0.75, 1000, WORSE),
        (0.75, 1100, WORSE),
        (0.75, 900, WORSE),  # less service for less money is none of the four
    ],
)
def test_every_pair_of_signs(service, cost, kind):
    assert compare_figures(0.80, 1000, service, cost).kind == kind


@pytest.mark.parametrize(
    ("service", "cost", "kind"),
    [
        (0.805, 1000, NO_CHANGE),  # as large as the tolerance: none
        (0.8051, 1000, UP_SAME),
        (0.8, 995, NO_CHANGE),
        (0.8, 994.9, SAME_DOWN),
        (0.796, 990, SAME_DOWN),
        (0.794, 990, WORSE),
    ],
)
def test_the_tolerances_end_where_they_say(service, cost, kind):
    assert compare_figures(0.80, 1000, service, cost).kind == kind


def test_service_beyond_the_promise_counts_for_nothing():
    assert compare_figures(0.9, 1000, 0.81, 900).kind == WORSE
    assert compare_figures(0.9, 1000, 0.81, 900, promised=0.8).kind == SAME_DOWN
    assert compare_figures(0.9, 1000, 0.78, 900, promised=0.8).kind == WORSE
    assert compare_figures(0.75, 1000, 0.9, 1000, promised=0.8).service_change == pytest.approx(0.05)


def test_what_a_point_of_service_costs():
    got = compare_figures(0.80, 1000, 0.85, 1100)
    assert got.cost_per_point == pytest.approx(20)
    assert got.cost_change_ratio == pytest.approx(0.1)
    assert math.isnan(compare_figures(0.80, 1000, 0.85, 900).cost_per_point)


def test_a_plan_that_costs_nothing():
    got = compare_figures(0.5, 0, 0.5, 10)
    assert got.kind == WORSE and math.isnan(got.cost_change_ratio)
    assert compare_figures(0.5, 0, 0.5, 0).kind == NO_CHANGE


@given(st.floats(0, 1), st.floats(0, 1e6), st.floats(0, 1), st.floats(0, 1e6))
def test_without_tolerance_a_change_for_the_better_is_worse_the_other_way_round(s_a, c_a, s_b, c_b):
    there = compare_figures(s_a, c_a, s_b, c_b, service_tolerance=0, cost_tolerance=0).kind
    back = compare_figures(s_b, c_b, s_a, c_a, service_tolerance=0, cost_tolerance=0).kind
    if there in FOUR_TYPES:
        assert back == WORSE
    if there == NO_CHANGE:
        assert back == NO_CHANGE


@pytest.mark.parametrize("wrong", [(1.1, 1, 0.5, 1), (0.5, -1, 0.5, 1), (0.5, 1, math.nan, 1), (0.5, 1, 0.5, math.inf)])
def test_figures_are_checked(wrong):
    with pytest.raises(ValueError):
        compare_figures(*wrong)


def test_less_service_for_less_cost_is_a_trade_while_both_meet_their_targets():
    assert compare_figures(0.9, 1000, 0.82, 900, both_meet=True).kind == TRADED
    assert compare_figures(0.9, 1000, 0.82, 1100, both_meet=True).kind == WORSE
    assert compare_figures(0.9, 1000, 0.82, 900).kind == WORSE

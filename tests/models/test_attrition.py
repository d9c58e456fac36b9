"""servopt calc attrition: oracles of SYSTEMS U25."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attrition import INDUSTRY_RATIO, attrition_cost, leavers_ratio, ratio_for_survival, survival

ONE = {"team": "a", "headcount": 100.0, "leavers": 50.0, "replacement_cost": 5000.0}


def costed(*rows, **options):
    return attrition_cost(pd.DataFrame([*rows]), **options).set_index("team")


def test_a_hundred_agents_half_of_whom_leave():
    got = costed({**ONE, "ramp_months": 3.0, "ramp_output": 0.5, "monthly_pay": 2000.0}).loc["a"]
    assert got["replacement_cost"] == 250_000
    assert got["ratio"] == 0.5
    assert got["ramp_cost"] == 50 * 3 * 0.5 * 2000
    assert got["lost_agents"] == pytest.approx(50 * 3 * 0.5 / 12)
    assert got["cost"] == 250_000 + 150_000
    assert got["stay_share"] == pytest.approx(0.607, abs=0.0005)


def test_a_ratio_of_one_half_does_not_leave_one_half():
    assert survival(0.5) == pytest.approx(0.607, abs=0.0005)
    assert ratio_for_survival(0.5) == pytest.approx(0.693, abs=0.0005)
    assert survival(0.5, 2) == pytest.approx(0.607**2, abs=0.001)


@given(st.floats(1e-6, 1), st.floats(0.01, 20))
def test_survival_and_its_inverse(share, years):
    assert survival(ratio_for_survival(share, years), years) == pytest.approx(share)


def test_what_leavers_above_the_industry_cost():
    assert INDUSTRY_RATIO == 0.39
    got = costed(ONE, {**ONE, "team": "b", "leavers": 20.0})
    assert got.loc["a", "avoidable_cost"] == pytest.approx(11 * 5000)
    assert got.loc["b", "avoidable_cost"] == 0
    assert got.loc["all", "avoidable_cost"] == pytest.approx(11 * 5000)
    assert costed(ONE, peer_ratio=0.2).loc["a", "avoidable_cost"] == pytest.approx(30 * 5000)


def test_half_a_year_is_doubled():
    got = costed({**ONE, "leavers": 25.0, "months": 6.0}).loc["a"]
    assert (got["leavers"], got["ratio"], got["cost"]) == (50, 0.5, 250_000)
    assert leavers_ratio(100, 25, 6) == 0.5


def test_an_empty_seat_takes_capacity_but_no_pay():
    got = costed({**ONE, "vacant_months": 2.0, "monthly_pay": 2000.0}).loc["a"]
    assert got["lost_agents"] == pytest.approx(50 * 2 / 12)
    assert got["ramp_cost"] == 0


def test_teams_of_nobody_and_teams_that_nobody_leaves():
    got = costed({**ONE, "headcount": 0.0, "leavers": 0.0}, {**ONE, "team": "b", "leavers": 0.0})
    assert math.isnan(got.loc["a", "ratio"])
    assert math.isnan(leavers_ratio(0, 0))
    assert got.loc["b", ["ratio", "stay_share", "cost", "avoidable_cost"]].tolist() == [0, 1, 0, 0]
    assert got.loc["all", "ratio"] == 0


def test_blank_cells_mean_their_default():
    blank = {**ONE, "months": math.nan, "vacant_months": math.nan, "ramp_months": math.nan, "monthly_pay": math.nan}
    pd.testing.assert_frame_equal(costed(blank), costed(ONE))


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1e5)), min_size=1, max_size=5))
def test_teams_add_up_to_all(teams):
    rows = [
        {"team": str(k), "headcount": heads, "leavers": leavers, "replacement_cost": cost, "ramp_months": 3.0}
        for k, (heads, leavers, cost) in enumerate(teams)
    ]
    got = costed(*rows)
    for name in ("headcount", "leavers", "replacement_cost", "cost", "avoidable_cost", "lost_agents"):
        assert got.loc["all", name] == pytest.approx(got[name].iloc[:-1].sum())
    assert (got["avoidable_cost"] <= got["cost"] * (1 + 1e-9)).all()


@pytest.mark.parametrize("wrong", [(-1, 1), (1, -1)])
def test_negative_ratios_are_refused(wrong):
    with pytest.raises(ValueError):
        survival(*wrong)


@pytest.mark.parametrize("wrong", [(0, 1), (1.1, 1), (0.5, 0)])
def test_impossible_shares_are_refused(wrong):
    with pytest.raises(ValueError):
        ratio_for_survival(*wrong)

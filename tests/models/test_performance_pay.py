"""servopt calc pay: oracle of SYSTEMS U27, bands, caps and the legal floor."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.performance_pay import Limits, deal, performance_pay

RULES = pd.DataFrame(
    [
        ("contacts", 0, -10.0, math.nan),
        ("contacts", 800, math.nan, math.nan),
        ("contacts", 1000, 5.0, 0.5),
        ("csat", 0, -5.0, math.nan),
        ("csat", 3.5, 0.0, math.nan),
        ("csat", 4.5, 8.0, math.nan),
    ],
    columns=["measure", "at_least", "percent", "per_unit"],
)


def paid(base, contacts, csat=math.nan, limits=None, rules=RULES):
    agents = pd.DataFrame([{"agent": "a", "base_pay": base, "contacts": contacts, "csat": csat}])
    return performance_pay(agents, rules, limits).iloc[0]


def test_three_people_do_the_work_of_five_for_the_pay_of_four():
    got = deal(5, 3, 5, 4)
    assert got.unit_cost_change == pytest.approx(-0.2)
    assert got.output_per_head == pytest.approx(5 / 3)
    assert got.pay_per_head == pytest.approx(4 / 3)


def test_a_deal_with_more_work():
    assert deal(10, 10, 100, 110, work=1.1).unit_cost_change == pytest.approx(0)


@pytest.mark.parametrize("wrong", [(0, 3, 5, 4), (5, 0, 5, 4), (5, 3, 0, 4), (5, 3, 5, -1)])
def test_a_deal_needs_people_and_pay(wrong):
    with pytest.raises(ValueError):
        deal(*wrong)


@pytest.mark.parametrize(
    ("contacts", "csat", "bonus"),
    [
        (799, 4.0, -200),  # lowest band of volume, middle one of satisfaction
        (800, 4.0, 0),  # the band begins at its figure
        (1000, 4.0, 100),
        (1100, 4.0, 100 + 50),  # and 0.5 for each above 1000
        (900, 4.5, 160),
        (1100, 4.5, 150 + 160),
        (700, 3.0, -200 - 100),
        (900, math.nan, 0),  # not rated: no rule on satisfaction
    ],
)
def test_the_highest_band_reached_counts(contacts, csat, bonus):
    got = paid(2000, contacts, csat)
    assert got["bonus"] == pytest.approx(bonus)
    assert got["pay"] == pytest.approx(2000 + bonus)
    assert got["cost_per_contact"] == pytest.approx((2000 + bonus) / contacts)


def test_below_the_lowest_band_nothing_happens():
    assert paid(2000, 900, -1)["bonus"] == 0


def test_the_legal_floor_takes_back_what_the_penalty_took_too_much():
    got = paid(2000, 0, 3.0, Limits(floor=1900))
    assert (got["bonus"], got["raised"], got["pay"]) == (-300, 200, 1900)
    assert math.isnan(got["cost_per_contact"])
    assert paid(1500, 900, 4.0, Limits(floor=1900))["pay"] == 1900  # base pay below the floor is raised too
    assert paid(2000, 900, 4.0, Limits(floor=1900))["raised"] == 0


def test_caps_on_penalty_and_bonus():
    assert paid(2000, 0, 3.0, Limits(most_penalty=0.1))["bonus"] == -200
    assert paid(2000, 1100, 4.5, Limits(most_bonus=0.1))["bonus"] == 200


def test_pay_by_the_piece_alone():
    rules = pd.DataFrame([("contacts", 0, 0.0, 1.25)], columns=RULES.columns)
    assert paid(0, 100, rules=rules)["pay"] == 125
    assert paid(0, 100, rules=rules, limits=Limits(most_bonus=0.5))["pay"] == 0


def test_without_rules_everybody_gets_base_pay():
    assert paid(2000, 100, 1, rules=RULES.iloc[:0])["pay"] == 2000


@given(
    st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 5), st.floats(0, 1e4), st.floats(0, 1), st.floats(0, 3)
)  # fmt: skip
def test_pay_never_breaks_a_limit(base, contacts, csat, floor, penalty, most):
    got = paid(base, contacts, csat, Limits(floor, penalty, most))
    assert got["pay"] >= floor - 0.005
    assert got["pay"] >= base * (1 - penalty) - 0.006
    assert got["pay"] <= max(floor, base * (1 + most)) + 0.006
    assert got["pay"] == pytest.approx(got["base_pay"] + got["bonus"] + got["raised"], abs=0.02)


@pytest.mark.parametrize("wrong", [{"floor": -1}, {"most_penalty": 1.1}, {"most_bonus": -0.1}, {"floor": math.nan}])
def test_limits_are_checked(wrong):
    with pytest.raises(ValueError):
        Limits(**wrong)

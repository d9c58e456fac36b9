"""servopt calc roi: oracles of SYSTEMS U11, and rates of return that are none or several."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.irr import internal_rates, sign_changes
from models.returns import Initiative, evaluate_return, initiative_flows, payback


def judged(rate=0.1, **given):
    return evaluate_return(initiative_flows(Initiative(**given)), rate)


def test_the_benefits_of_the_worked_example():
    flows = initiative_flows(Initiative(benefit=130, growth=0.2, years=3))
    assert flows["benefit"].tolist() == pytest.approx([0, 130, 156, 187.2])
    assert flows["benefit"].sum() == pytest.approx(473.2)


def test_seventy_at_each_year_end():
    got = judged(benefit=130, growth=0.2, years=3, yearly_outlay=70)
    assert got.npv == pytest.approx(213.67, abs=0.005)
    assert got.benefit / 3 == pytest.approx(157.73, abs=0.005)
    assert got.benefit_cost == pytest.approx(2.253, abs=0.0005)
    assert got.net_roi == pytest.approx(1.253, abs=0.0005)
    assert got.irr is None
    assert "never change sign" in got.rates.words
    assert got.payback_years == 0


def test_seventy_once_at_the_start():
    got = judged(benefit=130, growth=0.2, years=3, outlay=70)
    assert got.npv == pytest.approx(317.75, abs=0.005)
    assert got.irr == pytest.approx(1.93, abs=0.005)
    assert 12 * got.payback_years == pytest.approx(6.5, abs=0.05)
    assert got.discounted_payback_years == pytest.approx(70 / (130 / 1.1))
    assert got.benefit_cost == pytest.approx(473.2 / 70)
    assert got.net_roi == pytest.approx(473.2 / 70 - 1)
    assert got.rates.words == ""


def test_without_any_outlay_ratios_do_not_exist():
    got = judged(benefit=10, years=2)
    assert (got.benefit_cost, got.net_roi, got.present_benefit_cost, got.irr) == (None, None, None, None)


def test_the_roots_of_textbooks():
    # -100 + 230/(1+r) - 132/(1+r)^2: 10 % and 20 %
    got = internal_rates([-100, 230, -132])
    assert got.roots == pytest.approx((0.1, 0.2))
    assert (got.sign_changes, got.only) == (2, None)
    assert "2 internal rates" in got.words
    # Lorie and Savage's oil pump: -1600, 10000, -10000 gives 25 % and 400 %
    assert internal_rates([-1600, 10000, -10000]).roots == pytest.approx((0.25, 4.0))
    # three roots: (f - 1.1)(f - 1.2)(f - 1.5)
    assert internal_rates((-np.poly([1.1, 1.2, 1.5])).tolist()).roots == pytest.approx((0.1, 0.2, 0.5))


def test_two_changes_of_sign_and_no_root():
    got = internal_rates([1, -1, 1])
    assert got.roots == ()
    assert got.sign_changes == 2
    assert "no rate makes" in got.words


def test_a_root_that_only_touches_zero_is_found_once():
    assert internal_rates([-1, 2.2, -1.21]).roots == pytest.approx((0.1,), abs=1e-6)


def test_one_root_despite_several_changes_of_sign_is_said():
    got = internal_rates([-100, 150, -10, 20])
    assert got.sign_changes == 3
    assert got.only is not None
    assert "change sign 3 times" in got.words


def test_no_flow_or_one_sign_has_no_rate():
    for flows in ([], [0, 0], [5, 0, 7], [-5, -1]):
        assert internal_rates(flows).roots == ()


def test_a_loss_has_a_negative_rate():
    assert internal_rates([-100, 50]).roots == pytest.approx((-0.5,))


def test_monthly_flows_over_forty_years():
    got = internal_rates([-1000.0] + [10.0] * 480)
    rate = got.only
    assert rate is not None
    assert 10 * (1 - (1 + rate) ** -480) / rate == pytest.approx(1000, rel=1e-9)


def test_flows_far_apart_in_size():
    assert internal_rates([-1e-3, 1e6]).only == pytest.approx(1e9 - 1, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e4, 1e4).map(lambda x: round(x, 2)), min_size=2, max_size=12))
def test_every_root_is_one_and_there_are_never_too_many(flows):
    got = internal_rates(flows)
    assert len(got.roots) <= got.sign_changes == sign_changes(flows)
    for rate in got.roots:
        parts = [flow * (1 + rate) ** -t for t, flow in enumerate(flows)]
        assert abs(sum(parts)) <= 1e-7 * sum(map(abs, parts))
    # one change of sign: exactly one rate, always
    assert got.sign_changes != 1 or len(got.roots) == 1


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-1e5, 1e5), st.floats(-0.9, 2), st.integers(1, 30), st.floats(0, 1e5), st.floats(0, 1e4),
    st.floats(-0.5, 3),
)  # fmt: skip
def test_present_values_add_up(benefit, growth, years, outlay, yearly_outlay, rate):
    got = judged(rate, benefit=benefit, growth=growth, years=years, outlay=outlay, yearly_outlay=yearly_outlay)
    scale = float(got.flows[["benefit", "cost"]].abs().to_numpy().sum()) * max(1, (1 + rate) ** -years) + 1
    assert got.npv == pytest.approx(got.present_benefit - got.present_cost, abs=1e-9 * scale)
    assert got.npv == pytest.approx(got.flows["cumulative_discounted"].iloc[-1], abs=1e-9 * scale)
    if got.benefit_cost is not None:
        assert got.net_roi == pytest.approx(got.benefit_cost - 1, abs=1e-9 * (1 + abs(got.benefit_cost)))


def test_payback_counts_the_last_time():
    assert payback([-10, 20]) == 0.5
    assert payback([-10, 20, -30, 40]) == pytest.approx(2.5)
    assert payback([-10, 5]) is None
    assert payback([10, 5]) == 0
    assert payback([-10, 10]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"benefit": math.nan, "years": 3},
        {"benefit": 1, "years": 0},
        {"benefit": 1, "years": 201},
        {"benefit": 1, "years": 3, "growth": -1},
        {"benefit": 1, "years": 3, "outlay": -5},
    ],
)
def test_figures_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError):
        Initiative(**wrong)


def test_years_with_gaps_and_impossible_rates_are_refused():
    flows = pd.DataFrame({"year": [0, 2], "benefit": [0.0, 1.0], "cost": [1.0, 0.0]})
    with pytest.raises(ValueError, match="gaps"):
        evaluate_return(flows, 0.1)
    with pytest.raises(ValueError, match="rate"):
        judged(-1.0, benefit=1, years=1)

"""The arithmetic of a portfolio against figures worked out by hand and the calculators of the product."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.attrition import attrition_cost
from models.investment.case import (
    Choice,
    Effect,
    InvestmentCase,
    Option,
    Relations,
    Spend,
    Start,
    Work,
)  # fmt: skip
from models.investment.headcount import cash_and_capacity, headcount
from models.investment.periods import read_period
from models.investment.pricing import cash_flow, flows, net_present_values, returns_of, serve
from models.investment.risk import draw_sizes, quantiles, risk_value, tornado
from models.investment.settings import Horizon, InvestSettings, Risk
from models.levers import levers


def work(contacts=36_000, aht_s=100.0, repeats=0.0, contained=0.0, years=3):
    return Work(
        (("all", "phone"),), np.full((1, years), float(contacts)), np.array([aht_s]), np.array([contained]),
        np.array([repeats]), np.array([40.0]), np.array([0.0]), np.array([1.0]),
    )  # fmt: skip


def case_of(options, effects, *, relations=None, spends=(), about=None, **settings):
    people = {"busy_share": 1.0, "cost_per_hour": 40, "hours_per_head_per_year": 1000}
    horizon = {"first_year": 2026, "years": 3, "periods_per_year": 1}
    given = {"horizon": horizon, "discount_rate": 0.1, "people": people} | settings
    names = tuple(dict.fromkeys(option.initiative for option in options))
    return InvestmentCase(
        InvestSettings.model_validate(given), names, frozenset(), tuple(options), tuple(effects),
        relations or Relations(), tuple(spends), about or work(),
    )  # fmt: skip


def option(name, **more):
    return Option(**({"initiative": name, "level": "", "first_start": 0, "last_start": 2, "payments": (0.0,)} | more))


def choose(case, *starts):
    return Choice(tuple(Start(*start) for start in starts), np.zeros((len(case.spends), case.horizon.years)))


def test_the_worked_example_of_the_returns():
    """130, 156, 187.2 against 70 at the start: NPV 317.75, IRR 193 %, payback 6.5 months (SYSTEMS U11)."""
    options = [option(f"year {k}", payments=(70.0 if k == 0 else 0.0,)) for k in range(3)]
    effects = [Effect(k, "revenue", (), *[rise] * 3) for k, rise in enumerate((130.0, 26.0, 31.2))]
    case = case_of(options, effects, about=work(contacts=0))
    found = returns_of(case, choose(case, (0, 0), (1, 1), (2, 2)))
    assert found.npv == pytest.approx(317.75, abs=0.005)
    assert found.irr == pytest.approx(1.93, abs=0.005)
    assert 12 * found.payback_years == pytest.approx(6.46, abs=0.005)


def test_effects_multiply_as_the_levers_do():
    """-15 % handle time and -20 % contacts are -32 % (SYSTEMS U20), as `models.levers` says."""
    options = [option("aht"), option("less")]
    effects = [Effect(0, "handle_time", (0,), *[-0.15] * 3), Effect(1, "contacts", (0,), *[-0.2] * 3)]
    case = case_of(options, effects)
    saving = flows(case, choose(case, (0, 0), (1, 0))).saving[0]
    table, _ = levers(40_000.0, {"handle_time": -0.15, "contacts": -0.2})
    assert saving == pytest.approx([0.32 * 40_000] * 3)
    assert saving[0] == pytest.approx(table.iloc[-1]["saving"])


def test_building_and_ramping_take_their_time():
    slow = option("slow", build=1, ramp=1, running_per_year=100.0, payments=(500.0, 50.0))
    case = case_of([slow], [Effect(0, "handle_time", (0,), -0.1, -0.1, -0.1)])
    money = flows(case, choose(case, (0, 0)))
    assert money.saving[0] == pytest.approx([0.0, 0.05 * 40_000, 0.1 * 40_000])
    assert money.one_off == pytest.approx([500.0, 50.0, 0.0])
    assert money.running == pytest.approx([0.0, 100.0, 100.0])
    dearer = case_of([replace(slow, running_later=((1, 40.0),))], [])
    assert flows(dearer, choose(dearer, (0, 0))).running == pytest.approx([0.0, 100.0, 40.0])


def test_contacts_per_issue_follow_first_contact_resolution():
    """Contacts per issue are 1 / FCR when every failure comes back: FCR 0.8 to 0.84 is x 0.8 / 0.84."""
    case = case_of([option("fix")], [Effect(0, "fcr", (0,), 0.2, 0.2, 0.2)], about=work(repeats=0.2))
    contacts = serve(case, choose(case, (0, 0))).contacts[0, 0]
    assert contacts == pytest.approx([36_000 * 0.8 / 0.84] * 3)


def test_a_gain_of_containment_wins_a_share_of_what_is_missing():
    case = case_of([option("bot")], [Effect(0, "containment", (0,), 0.1, 0.1, 0.1)], about=work(contained=0.4))
    hours = serve(case, choose(case, (0, 0))).hours[0, 0, 0]
    assert hours == pytest.approx(1000 * (1 - 0.46))


def test_an_overlap_takes_its_share_of_the_other_effect():
    options = [option("a"), option("b")]
    effects = [Effect(0, "handle_time", (0,), -0.1, -0.1, -0.1), Effect(1, "handle_time", (0,), -0.2, -0.2, -0.2)]
    case = case_of(options, effects, relations=Relations(overlaps=((0, 1, 0.5),)))
    hours = serve(case, choose(case, (0, 1), (1, 0))).hours[0, 0]
    assert hours == pytest.approx([800, 1000 * 0.9 * 0.8**0.5, 1000 * 0.9 * 0.8**0.5])


def test_leavers_cost_what_the_attrition_calculator_says():
    people = {"busy_share": 1.0, "cost_per_hour": 40, "hours_per_head_per_year": 1000, "attrition_per_year": 0.5,
              "replacement_cost": 5000, "ramp_months": 3, "ramp_output": 0.5}  # fmt: skip
    case = case_of([option("x")], [], people=people, about=work(contacts=3_600_000))
    cost = serve(case, Choice.none(case)).leaver_cost[0, 0]
    team = pd.DataFrame([{"team": "a", "headcount": 100.0, "leavers": 50.0, "replacement_cost": 5000.0,
                          "ramp_months": 3.0, "ramp_output": 0.5, "monthly_pay": 40_000 / 12}])  # fmt: skip
    assert cost == pytest.approx(attrition_cost(team)["cost"].iloc[0])
    assert attrition_cost(team)["replacement_cost"].iloc[0] == 250_000  # SYSTEMS U25


def test_satisfaction_never_exceeds_100_percent():
    case = case_of([option("x")], [Effect(0, "csat", (0,), 0.0, 0.05, 0.3)], csat={"today": 0.9})
    drawn = serve(case, choose(case, (0, 0)), np.array([[0.05], [0.3]])).csat_change[:, 0]
    assert drawn == pytest.approx([0.05, 0.1])


def test_tax_is_paid_on_what_is_earned_less_depreciation():
    earner = option("earner", payments=(900.0,))
    case = case_of([earner], [Effect(0, "revenue", (), 1000.0, 1000.0, 1000.0)], about=work(contacts=0),
                   tax={"rate": 0.25, "depreciation_years": 3})  # fmt: skip
    assert flows(case, choose(case, (0, 0))).tax[0] == pytest.approx([0.25 * (1000 - 300)] * 3)
    assert flows(case, choose(case, (0, 2))).tax[0] == pytest.approx([0, 0, 0.25 * (1000 - 300)])


def test_the_cash_flow_has_the_net_present_value():
    one = option("one", payments=(10_000.0,), running_per_year=500.0)
    case = case_of([one], [Effect(0, "handle_time", (0,), -0.2, -0.1, -0.05)], tax={"rate": 0.2})
    choice = choose(case, (0, 1))
    assert returns_of(case, choice).npv == pytest.approx(net_present_values(case, flows(case, choice))[0])
    assert cash_flow(case, choice)["one_off_cost"].tolist() == [0.0, 10_000.0, 0.0, 0.0]


def test_people_leave_of_their_own_accord_and_the_rest_is_capacity():
    people = {"busy_share": 1.0, "cost_per_hour": 40, "hours_per_head_per_year": 1000, "attrition_per_year": 0.1}
    case = case_of([option("big")], [Effect(0, "handle_time", (0,), -0.3, -0.3, -0.3)], people=people,
                   about=work(contacts=360_000))  # fmt: skip
    choice = choose(case, (0, 0))
    path = headcount(case, choice)
    assert path["heads_needed"].tolist() == pytest.approx([7.0, 7.0, 7.0])
    assert path["heads"].tolist() == pytest.approx([9.0, 8.1, 7.29])
    assert path["hires"].tolist() == [0.0, 0.0, 0.0]
    split = cash_and_capacity(case, choice, path)
    assert split["saving"].tolist() == pytest.approx(flows(case, choice).saving[0].tolist())
    assert split["capacity"].tolist() == pytest.approx([80_000, 44_000, 11_600])
    assert (split["capacity"] + split["cashable"]).tolist() == pytest.approx([120_000] * 3)


def test_measures_of_risk():
    values = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    assert risk_value(values, Risk(measure="worst")) == 1.0
    assert risk_value(values, Risk(measure="expected")) == 3.0
    assert risk_value(values, Risk(measure="cvar", alpha=0.6)) == pytest.approx(1.5)
    assert risk_value(values, Risk(measure="cvar", alpha=0.5)) == pytest.approx((1 + 2 + 0.5 * 3) / 2.5)


def test_ranges_give_quantiles_and_a_tornado():
    case = case_of([option("a", payments=(1000.0,))], [Effect(0, "handle_time", (0,), -0.2, -0.1, 0.0)])
    choice = choose(case, (0, 0))
    assert (draw_sizes(case, 50, 3) == draw_sizes(case, 50, 3)).all()
    table, loss = quantiles(case, choice)
    npv = table.set_index("measure").loc["npv"]
    assert npv["P10"] < npv["P50"] < npv["P90"]
    assert npv["P50"] == pytest.approx(returns_of(case, choice).npv, rel=0.03)  # symmetric about the likely one
    assert 0 < loss < 0.2
    first = tornado(case, choice).iloc[0]
    assert first["figure"] == "a: handle_time"
    assert first["npv_high"] == pytest.approx(-1000.0)


def test_a_spend_moves_the_logarithm_evenly_between_its_points():
    curve = Spend("ads", "contacts", (0,), np.array([0.0, 100.0, 200.0]), np.array([0.0, -0.2, -0.28]))
    case = case_of([], [], spends=(curve,))
    contacts = serve(case, Choice((), np.array([[50.0, 100.0, 200.0]]))).contacts[0, 0]
    assert contacts == pytest.approx([36_000 * 0.8**0.5, 36_000 * 0.8, 36_000 * 0.72])
    between = np.array([np.expm1(curve.log_factor(amount)) - np.interp(amount, curve.amounts, curve.changes)
                        for amount in np.linspace(0, 200, 401)])  # fmt: skip
    assert np.abs(between).max() == pytest.approx(curve.chord_error, rel=1e-3)
    with pytest.raises(ValueError, match="do not diminish"):
        Spend("ads", "contacts", (0,), np.array([0.0, 100.0, 200.0]), np.array([0.0, -0.1, -0.4]))


@pytest.mark.parametrize(
    ("text", "first", "last"), [("2027", 4, 7), ("2026-Q3", 2, 2), ("2026-08", 2, 2), ("2026-12-31", 3, 3)]
)
def test_periods_as_people_write_them(text, first, last):
    horizon = Horizon(first_year=2026, years=2, periods_per_year=4)
    assert (read_period(text, horizon), read_period(text, horizon, last=True)) == (first, last)


@pytest.mark.parametrize("text", ["2028", "26", "2026-Q5", "2026-13", "spring"])
def test_what_is_no_period_of_the_horizon(text):
    with pytest.raises(ValueError, match=r"no period|outside"):
        read_period(text, Horizon(first_year=2026, years=2))

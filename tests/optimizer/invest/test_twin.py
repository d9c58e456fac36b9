"""The readable twin: the product's own optimum with its tangents, and the stated error bound with even ones."""

from pathlib import Path

import numpy as np
import pulp
import pytest

from models.investment.reading import read_case
from models.investment.risk import scenario_sizes
from optimizer.invest.model import InvestModel
from optimizer.invest.search import search, value_of
from optimizer.invest.twin import as_pulp, even_points, overstated

RETAIL = Path(__file__).parents[3] / "data" / "retail"
ROWS = [
    {"initiative": "base", "one_off_cost": 60_000, "running_cost_per_year": 5_000, "start_to": 2027},
    {"initiative": "bot", "level": "small", "one_off_cost": 40_000, "build_periods": 1, "start_to": 2026},
    {"initiative": "bot", "level": "large", "one_off_cost": 90_000, "build_periods": 1, "ramp_periods": 1,
     "start_to": 2026},
    {"initiative": "train", "one_off_cost": 20_000, "running_cost_per_year": 12_000, "start_to": 2027},
    {"initiative": "desk", "one_off_cost": 15_000, "start_to": 2026},
]  # fmt: skip
EFFECTS = [
    {"initiative": "base", "on": "handle_time", "low": -0.15, "likely": -0.12, "high": -0.05},
    {"initiative": "bot", "level": "small", "on": "containment", "channel": "bot", "likely": 0.2},
    {"initiative": "bot", "level": "large", "on": "containment", "channel": "bot", "low": 0.3, "likely": 0.5,
     "high": 0.6},
    {"initiative": "train", "on": "fcr", "low": 0.1, "likely": 0.3, "high": 0.4},
    {"initiative": "train", "on": "attrition", "likely": -0.2},
    {"initiative": "train", "on": "csat", "likely": 0.01},
    {"initiative": "desk", "on": "contacts", "contact_type": "faults", "likely": -0.1},
    {"initiative": "desk", "on": "revenue", "low": -5_000, "likely": 9_000, "high": 20_000},
]  # fmt: skip
RELATIONS = [
    {"kind": "overlap", "a": "base", "b": "train", "value": 0.4},
    {"kind": "needs", "a": "desk", "b": "base"},
    {"kind": "at_most", "a": "base;bot;train", "value": 2},
]
PEOPLE = {"cost_per_hour": 40, "attrition_per_year": 0.4, "replacement_cost": 6000, "ramp_months": 3}
SETTINGS = {
    "plain": {},
    "budgets": {"budgets": {2026: 70_000, 2027: 60_000}, "carry_over": False, "budget_covers": "all"},
    "tax": {"tax": {"rate": 0.25, "depreciation_years": 2}, "change_capacity": 3.0, "at_most_at_once": 1},
    "cvar": {"risk": {"measure": "cvar", "alpha": 0.5, "scenarios": 4}},
    "worst": {"risk": {"measure": "worst", "scenarios": 4}},
    "least cost": {"goal": "least_cost", "target_saving_per_year": 90_000.0},
    "floor": {"csat": {"today": 0.8, "floor": 0.8, "value_per_point": 4_000}},
}


def optimum(problem):
    problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0))
    assert pulp.LpStatus[problem.status] == "Optimal"
    return 1000 * pulp.value(problem.objective)


@pytest.fixture(scope="module")
def case_of(build_case):
    return lambda **more: build_case(ROWS, EFFECTS, relations=RELATIONS, **{"people": PEOPLE, **more})


@pytest.mark.parametrize("name", SETTINGS)
def test_the_twin_has_the_optimum_of_the_product(case_of, name):
    case = case_of(**SETTINGS[name])
    model = InvestModel(case, scenario_sizes(case))
    found = search(model)
    assert found.status == "optimal"
    sign = -1 if name == "least cost" else 1
    assert optimum(as_pulp(case, model.places())) == pytest.approx(sign * found.value, rel=1e-6, abs=0.05)


def test_a_spend_of_any_size_stands_in_the_twin(build_case):
    spends = [{"initiative": "training", "on": "handle_time", "spend_per_year": money, "effect": effect}
              for money, effect in ((50_000, -0.04), (100_000, -0.06), (200_000, -0.065))]  # fmt: skip
    case = build_case(ROWS, EFFECTS, spends=spends, people={**PEOPLE, "cost_per_hour": 90})
    model = InvestModel(case, scenario_sizes(case))
    found = search(model)
    assert found.choice.spends.any()
    assert optimum(as_pulp(case, model.places())) == pytest.approx(found.value, rel=1e-6)


def test_the_twin_of_the_shipped_case_is_worth_its_portfolio():
    """The starts held at those of the product: every other figure of the algebra is then decided."""
    case, _ = read_case(RETAIL)
    model = InvestModel(case, scenario_sizes(case))
    found = search(model)
    problem = as_pulp(case, model.places())
    taken = {f"start_{start.option}_{start.period}" for start in found.choice.starts}
    for variable in problem.variables():
        if variable.name.startswith("start_"):
            variable.lowBound = variable.upBound = float(variable.name in taken)
    assert optimum(problem) == pytest.approx(found.value, rel=1e-6)


@pytest.mark.parametrize("count", [3, 9])
def test_even_tangents_overstate_the_exact_product_by_no_more_than_is_said(case_of, all_choices, count):
    """Every portfolio, by the twin and by plain multiplication of its effects."""
    case = case_of(years=2)
    problem, most = as_pulp(case, even_points(case, count)), overstated(case, count)
    starts = {v.name: v for v in problem.variables() if v.name.startswith("start_")}
    errors = []
    for choice in all_choices(case):
        taken = {f"start_{start.option}_{start.period}" for start in choice.starts}
        for name, variable in starts.items():
            variable.lowBound = variable.upBound = float(name in taken)
        errors.append(optimum(problem) - value_of(case, choice))
    assert len(errors) > 20
    assert min(errors) >= -0.01
    assert 0 < max(errors) <= most


def test_the_error_falls_with_the_square_of_the_distance(case_of):
    case = case_of()
    assert overstated(case, 3) / overstated(case, 9) == pytest.approx(16)
    assert np.isfinite(overstated(case))

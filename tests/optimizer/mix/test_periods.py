"""Mixes with steps, period by period: against the whole integer program, and while levels change."""

import numpy as np
import pytest

from models.examples import example_path
from models.mix.reading import read_mix
from optimizer.changing import ChangingProgram
from optimizer.mix import part
from optimizer.mix.formulation import build_program
from optimizer.mix.lead import leads, solve_case
from optimizer.mix.periods import Decomposed
from optimizer.mix.program import overall_satisfaction
from optimizer.mix.rules import CSAT, Rule, with_level
from optimizer.mix.search import Limits, Search, certified, search
from optimizer.solve import Status, solve

EXACT = Limits(gap=1e-7, time_limit_s=60)
MONTHS = ("2026-01", "2026-02", "2026-03")


@pytest.fixture(scope="session", name="stepped")
def _stepped(build_mix, random_lines):
    """Build a random case with steps of every kind: levels, licences, fixed prices, prices that fall."""

    def build(seed, *, tier=None, **settings):
        rng = np.random.default_rng(seed)
        lines = {name: [dict(row) for row in rows] for name, rows in random_lines(seed).items()}
        first = [row for row in lines["volumes"] if row["period"] == MONTHS[0]]
        lines["volumes"] += [
            row | {"period": MONTHS[2], "issues": row["issues"] * rng.uniform(0.5, 1.5)} for row in first
        ]
        channels = {row["channel"]: row for row in lines["channels"]}
        channels["bot"] |= {"licence_price": 300.0, "licence_hours": 40.0, "duration_s": 150, "concurrency": 2}
        channels["web"] |= {"fixed_price": float(rng.uniform(50, 1500))}
        channels["partner"] |= {"fixed_price": float(rng.uniform(50, 1500)), "max_contacts": 6000}
        mode = "all_units" if seed % 2 else "incremental"
        lines["price_tiers"] = [
            {"channel": "partner", "from_contacts": start, "unit_price": price, "mode": mode}
            for start, price in ((0, 3.5), (800, 2.2), (2500, 1.4))
        ]
        lines["tiers"][0] |= tier or {}
        pools = {row.get("pool") for row in lines["types"]}
        loads = np.cumsum(rng.uniform(5, 120, 18))
        costs = np.cumsum(rng.uniform(100, 5000, 18))
        lines["pool_costs"] = [
            {"pool": pool, "service_level": 0.8, "load_hours_per_week": load, "cost_per_week": cost}
            for pool in pools
            for load, cost in zip([0.0, *loads, 5000.0], [0.0, *costs, 300000.0], strict=True)
        ]
        names = {"periods": {"first": MONTHS[0], "count": 3}, "people": {"cost_from": "cost_table"}}
        return build_mix(names | settings, **lines)

    return build


CASES = {
    "nothing over the horizon": {},
    "floor": {"csat_floor": 0.75},
    "floor of each period": {"csat_floor": 0.7, "csat_holds": "period"},
    "floor and tier": {"csat_floor": 0.7, "tier": {"csat_floor": 0.75}},
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CASES)
def test_the_optimum_is_that_of_the_whole_integer_program(stepped, name, seed):
    case = stepped(seed, **CASES[name])
    mix = build_program(case)
    whole = solve(mix.program, solver="scip", gap=1e-9)
    found = search(mix, EXACT)
    assert (whole.status is Status.INFEASIBLE) is (found.status is Status.INFEASIBLE)
    if found.values is not None:
        assert found.status is Status.OPTIMAL
        assert found.cost == pytest.approx(whole.objective * mix.money, rel=2e-6)
        assert found.bound <= whole.objective * mix.money * (1 + 1e-6)


@pytest.mark.parametrize("seed", [0, 4])
def test_a_mix_within_the_bound_of_the_periods_is_never_cheaper(stepped, seed):
    """Every round's bound is at most the optimum, and the rounds come close to it."""
    mix = build_program(stepped(seed, csat_floor=0.75))
    relaxed = certified(ChangingProgram(mix.program))
    optimum = solve(mix.program, solver="scip", gap=1e-9).objective
    periods, bounds = Decomposed(mix, 1, "scip"), []
    while not periods.is_ended:
        periods.round(relaxed.row_duals, 1e-5, 60.0)
        bounds.append(periods.bound)
    assert bounds == sorted(bounds)
    assert relaxed.objective < bounds[-1] <= optimum * (1 + 1e-7)
    assert bounds[-1] >= 0.98 * optimum


def test_parts_with_too_many_combinations_are_left_to_a_solver(stepped, monkeypatch):
    mix = build_program(stepped(4, csat_floor=0.75))
    tabulated = search(mix, EXACT)
    monkeypatch.setattr(part, "MOST_COMBINATIONS", 1)
    assert search(mix, EXACT).cost == pytest.approx(tabulated.cost, rel=1e-6)


@pytest.mark.parametrize("seed", [1, 5])
def test_a_search_goes_on_at_other_levels(stepped, seed):
    """At each floor and back again: what a new search finds."""
    case = stepped(seed, csat_floor=0.6)
    again = Search(build_program(case))
    costs = []
    for level in (0.6, 0.7, 0.75, 0.6):
        moved = with_level(case, Rule(CSAT), level - 0.6)
        again.move(build_program(moved))
        fresh = solve_case(moved, EXACT)[1]
        costs.append(again.solve(EXACT).cost)
        assert costs[-1] == pytest.approx(fresh.cost, rel=2e-6)
    assert costs[0] == pytest.approx(costs[-1], rel=1e-6)
    assert costs[0] <= costs[2] * (1 + 1e-6)


def test_a_budget_below_what_a_mix_costs_is_proved_impossible(stepped):
    case = stepped(1, csat_floor=0.75)
    cost = solve_case(case, EXACT)[1].cost
    again = Search(build_program(stepped(1, csat_floor=0.75, budget=2 * cost)))
    again.move(build_program(stepped(1, csat_floor=0.75, budget=1.0001 * cost)))
    assert again.solve(EXACT).cost == pytest.approx(cost, rel=1e-6)
    again.move(build_program(stepped(1, csat_floor=0.75, budget=0.9999 * cost)))
    assert again.solve(EXACT).status is Status.INFEASIBLE


def test_a_level_of_a_period_does_not_move(stepped):
    one, other = (build_program(stepped(0, csat_floor=floor, csat_holds="period")) for floor in (0.6, 0.7))
    with pytest.raises(ValueError, match="horizon"):
        Search(one).move(other)


def test_a_lead_with_steps_is_that_of_the_point_where_it_holds(stepped):
    """The whole program at points of the overall satisfaction finds nothing below the bound, and nothing cheaper."""
    case = stepped(1, tier={"csat_lead": 0.03})
    mix, found = solve_case(case, Limits(gap=1e-3, time_limit_s=60))
    overall = overall_satisfaction(case, mix.flows(found.values))
    assert leads(case, mix.flows(found.values))
    for level in overall + np.linspace(-0.02, 0.02, 3):
        exact = build_program(case, lead=(level, level))
        whole = solve(exact.program, solver="scip", gap=1e-7)
        assert found.cost * (1 - 1.1e-3) <= whole.objective * exact.money
        assert found.bound <= whole.objective * exact.money * (1 + 1e-6)


def test_the_shipped_year_is_proved_within_half_a_percent():
    """Two pools, twelve months, 29 levels, a lead: some seconds; the limit is for a machine that is busy."""
    case = read_mix(example_path("retail"))
    found = solve_case(case, Limits(gap=0.005, time_limit_s=120))[1]
    assert found.gap <= 0.005

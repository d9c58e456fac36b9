"""Mixes with steps, period by period: against the whole integer program, and while levels change."""

import numpy as np
import pytest

from models.mix.reading import read_mix
from models.examples import example_path
from optimizer.mix import part as part_module
from optimizer.mix.formulation import build_program
from optimizer.mix.lead import solve_case
from optimizer.mix.periods import Decomposed
from optimizer.mix.rules import BUDGET, CSAT
from optimizer.mix.search import Limits, Search, search
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


@pytest.mark.parametrize("seed", range(6))
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

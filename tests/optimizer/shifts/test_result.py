"""What a partial plan says: prices of penalties are no money, and every short interval is named."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
import yaml

from models.requirement import require
from models.scenario import read_scenario
from optimizer.pipeline import partial_schedule, plan_shifts
from optimizer.shifts.engine import Limits
from optimizer.shifts.from_scenario import scenario_problem
from optimizer.shifts.result import shift_plan
from optimizer.solve import Status

LIMITS = Limits(gap=0.01, time_limit_s=10, threads=1)
SETTINGS = {
    "time_zone": "UTC",
    "horizon": {"start": dt.date(2024, 3, 4), "days": 1},
    "interval_min": 60,
    "opening_hours": {"daily": "08:00-12:00"},
    "service": {"target": 0.8, "within_s": 20, "mode": "interval"},
    "pay": {"wage_per_hour": 20},
    "shifts": [{"name": "day", "earliest_start": "08:00", "latest_start": "08:00", "paid_min": 240}],
}


@pytest.fixture
def scenario(tmp_path):
    def read(**changes):
        (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(SETTINGS | changes))
        (tmp_path / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,180\n")
        lines = [f"2024-03-04 {hour:02d}:00,calls,60" for hour in range(8, 12)]
        (tmp_path / "demand.csv").write_text("\n".join(["start,contact_type,contacts", *lines]) + "\n")
        return read_scenario(tmp_path)

    return read


def test_an_infeasible_plan_has_no_marginal_prices(scenario):
    tight = scenario(limits={"seats": 3})
    plan = plan_shifts(tight, require(tight, tight.demand), LIMITS)
    assert plan.result.status == "infeasible"
    assert len(plan.coverage) == 4
    assert plan.coverage["marginal_price"].isna().all()
    free = scenario()
    plan = plan_shifts(free, require(free, free.demand), LIMITS)
    assert plan.coverage["marginal_price"].sum() == pytest.approx(80)  # one more person all day


@pytest.mark.parametrize(("missing", "named"), [(0.3, 1), (1.0, 1), (1e-7, 0)])
def test_whatever_is_missing_is_named(scenario, missing, named):
    free = scenario()
    stated = scenario_problem(free, require(free, free.demand))
    solution, elastic = partial_schedule(stated.problem, LIMITS)
    short = np.zeros_like(solution.missing)
    short[0, 9] = missing
    plan = shift_plan(replace(stated, problem=elastic), replace(solution, missing=short), status=Status.INFEASIBLE)
    assert len(plan.uncovered) == named
    assert plan.uncovered["missing"].tolist() == [missing] * named

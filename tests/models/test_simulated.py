"""Simulated service of a plan: days, pools and the total fit together, and the same seed gives the same customers."""

import numpy as np
import pandas as pd
import pytest

from models.examples import copy_example
from models.forecast import forecast
from models.plan import COVERAGE_COLUMNS, SCHEDULE_COLUMNS, ShiftPlan, StageResult
from models.requirement import evaluate, require
from models.scenario import read_scenario
from models.simulated import ENOUGH_CONTACTS, FEWEST, MOST, default_replications, simulate_plan


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Twelve people at the desk and six at the chat, all day long, every weekday."""
    place = tmp_path_factory.mktemp("simulated") / "s"
    copy_example("small", place)
    scenario = read_scenario(place)
    demand = forecast(scenario).demand
    requirement = require(scenario, demand)
    rows, parts = [], []
    for pool, count in (("desk", 12), ("chat", 6)):
        for day in range(3, 8):
            start, end = (f"2024-06-{day:02d}T{hour}:00:00+02:00" for hour in ("09", "17"))
            values = (pool, start[:10], "any", start, end, 480, "", count, 100.0)
            rows.append(dict(zip(SCHEDULE_COLUMNS, values, strict=True)))
        agents = np.where(scenario.grid.weekday < 5, float(count), 0.0)
        frame = evaluate(scenario, requirement, pool, agents).frame.assign(pool=pool)
        parts.append(frame[scenario.pools[pool].open])
    coverage = pd.concat(parts, ignore_index=True).reindex(columns=list(COVERAGE_COLUMNS))
    coverage = coverage.fillna(dict.fromkeys(("heads", "on_break", "on_duty", "productive"), 0))
    result = StageResult("feasible", 1000.0, 1000.0, 0.0, 1.0, "by hand", None)
    return scenario, ShiftPlan(pd.DataFrame(rows), coverage, result), demand


def test_days_pools_and_total_fit_together(case):
    found = simulate_plan(*case, 40, 3)
    days = found.days
    assert set(days["pool"]) == {"desk", "chat"}
    assert len(days) == 12  # on Saturday nobody is there, and whoever comes is counted
    assert (days.loc[days["date"] == "2024-06-08", "simulated"] < 0.05).all()
    for pool, (level, half) in found.pools.items():
        mine = days[days["pool"] == pool]
        mean = float((mine["simulated"] * mine["contacts"]).sum() / mine["contacts"].sum())
        assert level == pytest.approx(mean, abs=0.02)
        assert 0 < half < 0.05
        assert found.intervals[pool].shape == (len(case[0].grid), 2)
    low, high = sorted(level for level, _ in found.pools.values())
    assert low <= found.total[0] <= high
    weekday = days[days["date"] != "2024-06-08"]
    assert (weekday["planned"] - weekday["simulated"]).abs().max() < 0.1
    assert set(found.on_time) == {"email"}
    assert found.about()["replications"] == 40
    # both Saturdays miss on every single day, and the weekdays meet the target with much to spare
    assert found.on_target == pytest.approx(10 / 12)
    assert found.about()["days_on_target"] == found.on_target


def test_the_same_seed_gives_the_same_service(case):
    one, two = (simulate_plan(*case, 10, 5) for _ in range(2))
    assert one.total == two.total
    assert one.total != simulate_plan(*case, 10, 6).total


def test_replications_that_nobody_asked_for_cost_seconds():
    assert default_replications(0) == MOST
    assert default_replications(ENOUGH_CONTACTS) == FEWEST
    assert default_replications(ENOUGH_CONTACTS / 40) == 40

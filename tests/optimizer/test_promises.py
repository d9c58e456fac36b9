"""What plans of the shipped examples promise, they keep when they are simulated contact by contact."""

import pytest
import yaml

from models.examples import copy_example, example_path, list_examples
from models.requirement import expected_service
from models.scenario import read_scenario
from models.simulated import simulate_plan
from optimizer.pipeline import run_stages, scenario_limits

POINT = 0.01
DAYS = {"vanad": 2, "bank": 1}
"""Of the large ones the first days are enough; others are planned whole."""
EXAMPLES = [name for name in list_examples() if (example_path(name) / "scenario.yaml").is_file()]


def test_every_shift_example_is_here():
    assert set(DAYS) <= set(EXAMPLES)
    assert {"small", "retail"} <= set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_promise_holds_within_a_point(name, tmp_path):
    copy_example(name, tmp_path / name)
    path = tmp_path / name / "scenario.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["horizon"]["days"] = DAYS.get(name, settings["horizon"]["days"])
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    scenario = read_scenario(tmp_path / name)
    stages = run_stages(scenario, scenario_limits(scenario, gap=0.03, time_limit_s=20, threads=2))
    assert stages.plan.result.status in ("optimal", "feasible")
    simulated = simulate_plan(scenario, stages.plan, stages.forecast.demand, 60, seed=1, threads=2)
    plan = stages.plan
    expected = expected_service(scenario, stages.requirement, plan.schedule, plan.coverage)
    for pool, (level, half_width) in simulated.pools.items():
        steps = expected.levels([pool])
        assert steps["planned"] >= scenario.pools[pool].target - 1e-6
        assert half_width < 3 * POINT
        assert level >= steps["chance"] - POINT - half_width, (pool, steps, level, half_width)
        if name in DAYS:
            assert level <= steps["chance"] + POINT + half_width, (pool, steps, level, half_width)
    assert all(share >= 1 - POINT for share in simulated.on_time.values())

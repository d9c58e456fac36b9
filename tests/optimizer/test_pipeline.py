"""The stages in their order, and the schedule for which there is none."""

import numpy as np
import pandas as pd
import pytest
import yaml

from models.examples import copy_example
from models.faults import InputFaults
from models.forecast import forecast
from models.requirement import require
from models.scenario import read_scenario
from optimizer.pipeline import _wording, partial_schedule, plan_shifts, run_stages, scenario_limits
from optimizer.shifts.engine import Limits
from optimizer.shifts.from_scenario import scenario_problem
from optimizer.solve import Status


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Read the small example for one day with its demand given; settings may be changed."""
    number = iter(range(99))

    def read(**changes):
        folder = tmp_path_factory.mktemp("desk") / f"desk{next(number)}"
        copy_example("small", folder)
        path = folder / "scenario.yaml"
        settings = yaml.safe_load(path.read_text()) | {"horizon": {"start": "2024-06-03", "days": 1}} | changes
        path.write_text(yaml.safe_dump(settings, sort_keys=False))
        rows = ["start,contact_type,contacts,aht_s"]
        for stamp in pd.date_range("2024-06-03 09:00", "2024-06-03 16:30", freq="30min"):
            rows += [f"{stamp},calls,30,240", f"{stamp},chat,8,480", f"{stamp},email,3,300"]
        (folder / "demand.csv").write_text("\n".join(rows) + "\n")
        return read_scenario(folder)

    return read


def need_of(scenario):
    return require(scenario, forecast(scenario).demand)


def test_stages_run_in_order_and_say_so(desk):
    scenario = desk(solve={"gap": 0.03, "seed": 5})
    said = []
    stages = run_stages(scenario, scenario_limits(scenario), said.append)
    assert said[:3] == ["forecast", "requirement", "schedule"]
    assert said[-1].startswith("schedule: ")
    assert list(stages.results) == ["forecast", "requirement", "schedule"]
    assert stages.results["forecast"].status == "given"
    assert stages.results["requirement"].status == "done"
    assert stages.results["requirement"].solver == "erlang-a"
    assert stages.results["schedule"] is stages.plan.result
    assert stages.plan.result.seed == 5
    assert stages.plan.cost == pytest.approx(stages.plan.result.objective, abs=0.005)


def test_a_scenario_without_shift_types_is_refused_before_any_work(desk):
    scenario = desk(shifts=[])
    said = []
    with pytest.raises(InputFaults, match="no shift types"):
        run_stages(scenario, scenario_limits(scenario), said.append)
    assert said == []
    with pytest.raises(InputFaults, match="no shift types"):
        plan_shifts(scenario, need_of(scenario), scenario_limits(scenario))


def test_what_is_given_replaces_the_settings_one_by_one(desk):
    scenario = desk(solve={"gap": 0.03, "seed": 5, "time_limit_s": 7, "threads": 1})
    assert scenario_limits(scenario) == Limits(gap=0.03, time_limit_s=7, threads=1, seed=5, window=48)
    given = scenario_limits(scenario, gap=0.0, time_limit_s=0.5, seed=0, threads=3)
    assert given == Limits(gap=0.0, time_limit_s=0.5, threads=3, seed=0, window=48)


def test_without_a_schedule_the_plan_says_why_and_is_as_whole_as_can_be(desk):
    scenario = desk(limits={"seats": 4})
    said = []
    plan = plan_shifts(scenario, need_of(scenario), Limits(gap=0.03, time_limit_s=20), said.append)
    assert said[-1] == "no schedule keeps every rule: finding out why"
    assert plan.result.status == "infeasible"
    assert plan.result.objective is plan.result.gap is plan.result.bound is None
    assert plan.conflicts
    assert plan.relaxation
    assert plan.coverage.groupby("start")["heads"].sum().max() == 4
    assert len(plan.uncovered) > 0


def test_nobody_who_is_missing_serves_anybody(desk):
    """People short of the floor lower the day's level: they must not be counted as serving above it."""
    scenario = desk(limits={"seats": 4})
    stated = scenario_problem(scenario, need_of(scenario))
    solution, elastic = partial_schedule(stated.problem, Limits(gap=0.03, time_limit_s=20))
    assert solution.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert elastic.elastic
    duty = np.zeros(stated.problem.need.shape)
    for one in solution.chosen:
        family = stated.problem.families[one.family]
        slots = list(range(family.length))
        for place, window in zip(one.offsets, family.breaks, strict=True):
            slots = [slot for slot in slots if not place <= slot < place + window.length]
        for slot in slots:
            interval = stated.problem.interval_of_slot[int(family.starts[one.member]) + slot]
            duty[family.pool, interval] += one.count
    live = duty - solution.work_done
    short = np.maximum(stated.problem.need - live, 0)
    assert short.max() > 0.5
    assert np.abs(short - solution.missing).max() < 1e-5


def test_with_nobody_to_serve_there_is_an_empty_plan(desk):
    scenario = desk()
    (scenario.folder / "demand.csv").write_text("start,contact_type,contacts,aht_s\n2024-06-03 09:00,calls,0,240\n")
    quiet = read_scenario(scenario.folder)
    plan = run_stages(quiet, scenario_limits(quiet)).plan
    assert plan.people == 0
    assert plan.result.status == "optimal"
    assert plan.result.objective == plan.result.bound == plan.result.gap == 0
    assert plan.result.solver


@pytest.mark.parametrize(("target", "said"), [(0.999, "99.9%"), (0.8, "80%"), (0.29, "29%")])
def test_a_target_is_said_with_its_decimals(desk, target, said):
    scenario = desk(service={"target": target, "floor": 0.1, "within_s": 20})
    wording = _wording(scenario_problem(scenario, need_of(scenario)))
    assert wording.target["desk"] == f"{said} of contacts within 20 s"

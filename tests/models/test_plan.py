"""Records of a plan: they check themselves, and come back from their files as they were."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest

from models.files import write_together
from models.plan import PlanRecord, ShiftPlan, StageResult, empty_uncovered, relative_gap
from models.planfiles import plan_files, read_plan

ZONE = "Europe/Amsterdam"
RESULT = StageResult("feasible", 1234.5678901234567, 1230.0, 0.0037, 12.5, "column generation", 1)


def make_plan(**changes):
    starts = pd.date_range("2014-10-26", periods=50, freq="30min", tz=ZONE)  # 25 hours
    count = len(starts)
    coverage = pd.DataFrame(
        {
            "start": starts,
            "pool": "=NA",  # looks like a formula, and like a missing value
            "contacts": np.linspace(0, 10, count) / 3,
            "aht_s": 180.1,
            "agents_floor": 1,
            "agents_target": 2,
            "heads": 3,
            "on_break": 1,
            "on_duty": 2,
            "productive": 2 * (1 - 0.07),
            "deferrable_done": 0.0,
            "service_level": 0.1 + 0.2,
            "abandonment": 0.01,
            "occupancy": 0.5,
            "mean_wait_s": 3.3,
            "marginal_price": [math.nan] * (count - 1) + [1 / 3],
            "counted": np.linspace(0, 10, count) / 3,
        }
    )
    schedule = pd.DataFrame(
        {
            "pool": ["=NA", "=NA"],
            "date": ["2014-10-25", "2014-10-26"],
            "shift": ["007", "day"],
            "start": ["2014-10-25T22:00:00+02:00", "2014-10-26T08:00:00+01:00"],
            "end": ["2014-10-26T06:00:00+01:00", "2014-10-26T16:00:00+01:00"],
            "paid_min": [540, 480],
            "breaks": ["", "12:00-12:15 rest paid"],
            "count": [2, 1],
            "cost_each": [0.1 + 0.2, 100.0],
        }
    )
    return ShiftPlan(**{"schedule": schedule, "coverage": coverage, "result": RESULT} | changes)


def test_plan_comes_back_from_its_files_to_the_last_digit(tmp_path):
    short = pd.DataFrame(
        {"start": [pd.Timestamp("2014-10-26T02:30:00+01:00").tz_convert(ZONE)], "pool": ["=NA"], "missing": [1.5]}
    )
    plan = make_plan(uncovered=short, conflicts=("seats: 3",), relaxation=("one more seat",))
    stages = {"forecast": StageResult("done", None, None, None, 0.5, "seasonal", None)}
    record = PlanRecord(plan, ZONE, stages, {"name": "ünï"}, {"cost": 12.5, "worst": None}, ("a note",))
    write_together(tmp_path, plan_files(record))
    again = read_plan(tmp_path)
    for name in ("schedule", "coverage", "uncovered"):
        pd.testing.assert_frame_equal(
            getattr(again.plan, name), getattr(plan, name), check_dtype=False, check_exact=True, check_freq=False
        )
    assert str(again.plan.coverage["start"].dt.tz) == ZONE
    assert list(again.stages) == ["forecast", "schedule"]
    assert dataclasses.replace(again, plan=plan) == record
    assert again.plan.result == RESULT
    assert again.plan.conflicts == ("seats: 3",)


def test_an_empty_plan_round_trips(tmp_path):
    whole = make_plan()
    nothing = StageResult("no plan", None, None, None, 45.0, "column generation", 1)
    plan = ShiftPlan(whole.schedule.iloc[:0], whole.coverage.iloc[:0], nothing)
    write_together(tmp_path, plan_files(PlanRecord(plan, ZONE)))
    again = read_plan(tmp_path).plan
    assert len(again.schedule) == len(again.coverage) == len(again.uncovered) == 0
    assert again.result == nothing
    assert again.cost == 0.0


def test_plan_json_is_json_for_everyone():
    record = PlanRecord(make_plan(), ZONE, about={"days": np.int64(1)}, summary={"worst": math.inf})
    content = json.loads(plan_files(record)["plan.json"], parse_constant=pytest.fail)
    assert content["about"] == {"days": 1}
    assert content["summary"] == {"worst": None}
    assert set(content["stages"]["schedule"]) == {"status", "objective", "bound", "gap", "seconds", "solver", "seed"}


def test_figures_of_a_plan():
    plan = make_plan()
    assert plan.people == 3
    assert plan.rostered_hours == pytest.approx(2 * 9 + 8)
    assert plan.cost == pytest.approx(100.6)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "time limit"},
        {"status": "optimal"},  # with a gap of 0.4 %
        {"status": "optimal", "gap": None},
        {"objective": None},
        {"objective": math.nan},
        {"bound": math.inf},
        {"gap": -0.1},
        {"seconds": -1.0},
    ],
)
def test_a_result_refuses_what_cannot_be(change):
    with pytest.raises(ValueError):
        dataclasses.replace(RESULT, **change)


def test_a_proof_may_be_called_optimal():
    assert dataclasses.replace(RESULT, status="optimal", gap=1e-9).status == "optimal"


@pytest.mark.parametrize(
    ("frame", "column", "value"),
    [
        ("schedule", "count", 0),
        ("schedule", "paid_min", 0),
        ("schedule", "cost_each", -1.0),
        ("coverage", "service_level", 1.2),
        ("coverage", "heads", 7),
        ("coverage", "productive", -1),
    ],
)
def test_a_plan_refuses_figures_out_of_range(frame, column, value):
    plan = make_plan()
    wrong = getattr(plan, frame).assign(**{column: value})
    with pytest.raises(ValueError, match=column if column != "heads" else "heads are not"):
        dataclasses.replace(plan, **{frame: wrong})


def test_a_plan_refuses_a_missing_column():
    plan = make_plan()
    with pytest.raises(ValueError, match="breaks"):
        dataclasses.replace(plan, schedule=plan.schedule.drop(columns="breaks"))


def test_a_record_refuses_another_plans_result():
    other = dataclasses.replace(RESULT, seconds=1.0)
    with pytest.raises(ValueError, match="own result"):
        PlanRecord(make_plan(), ZONE, {"schedule": other})


def test_relative_gap():
    assert relative_gap(100.0, 99.0) == pytest.approx(0.01)
    assert relative_gap(0.0, 0.0) == 0.0
    assert relative_gap(0.0, -5.0) == 1.0
    assert list(empty_uncovered().columns) == ["start", "pool", "missing"]

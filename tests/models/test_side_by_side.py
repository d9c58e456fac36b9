"""Two plans side by side: figures of both, and the type of the change, by the sign test of plan comparison."""

import math

import pandas as pd
import pytest

from models.decision import FIGURE_COLUMNS, FIGURES_FILE
from models.faults import InputFaults
from models.files import csv_text, write_together
from models.plan import PlanRecord, ShiftPlan, StageResult
from models.plan_comparison import SAME_DOWN, UP_DOWN
from models.planfiles import plan_files
from models.side_by_side import side_by_side


def figures(cost, csat):
    rows = [("service cost a year", "money", 100.0, cost, 90.0), ("satisfaction", "share", 0.8, csat, float("nan"))]
    return csv_text(pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)))


def write_plan(folder, about=None, cost_each=40.0):
    """A morning of one pool, in a folder as `servopt plan` writes it."""
    starts = pd.date_range("2024-06-03 08:00", periods=4, freq="30min", tz="Europe/Berlin")
    coverage = pd.DataFrame(
        {"start": starts, "pool": "desk", "contacts": 10.0, "aht_s": 180.0, "agents_floor": 1, "agents_target": 2,
         "heads": 3, "on_break": 1, "on_duty": 2, "productive": 1.9, "deferrable_done": 0.0, "service_level": 0.8,
         "abandonment": 0.01, "occupancy": 0.5, "mean_wait_s": 3.3, "marginal_price": math.nan, "counted": 10.0}
    )  # fmt: skip
    schedule = pd.DataFrame(
        {"pool": ["desk"], "date": ["2024-06-03"], "shift": ["day"], "start": ["2024-06-03T08:00:00+02:00"],
         "end": ["2024-06-03T10:00:00+02:00"], "paid_min": [120], "breaks": [""],
         "count": [3], "cost_each": [cost_each]}
    )  # fmt: skip
    plan = ShiftPlan(
        schedule, coverage, StageResult("feasible", 3 * cost_each, 2.95 * cost_each, 0.0166, 1.0, "test", 1)
    )
    write_together(
        folder,
        plan_files(PlanRecord(plan, "Europe/Berlin", {}, {"currency": "EUR", **(about or {})}, {"paid_hours": 7.0})),
    )
    return folder


@pytest.fixture
def two(tmp_path):
    return [write_plan(tmp_path / name) for name in ("a", "b")]


def test_the_same_plan_twice_is_no_change(two):
    found = side_by_side(*two)
    assert found.schedule.kind == "no change"
    assert found.service is None
    assert (found.table["change"] == 0).all()


def test_decisions_are_compared_by_satisfaction_and_cost(two):
    (two[0] / FIGURES_FILE).write_text(figures(100.0, 0.80))
    (two[1] / FIGURES_FILE).write_text(figures(90.0, 0.82))
    found = side_by_side(*two)
    assert found.service.kind == UP_DOWN
    row = found.table.set_index("figure").loc["service cost a year"]
    assert (row["a"], row["b"], row["change"]) == (100.0, 90.0, -10.0)
    assert row["change_ratio"] == pytest.approx(-0.1)
    (two[1] / FIGURES_FILE).write_text(figures(90.0, 0.80))
    assert side_by_side(*two).service.kind == SAME_DOWN


def test_one_decision_alone_is_said(two):
    (two[0] / FIGURES_FILE).write_text(figures(100.0, 0.80))
    assert side_by_side(*two).notes[1:] == ("only plan A decided mix and initiatives",)


def test_a_folder_without_a_plan_is_a_fault(two, tmp_path):
    with pytest.raises(InputFaults, match="is missing"):
        side_by_side(two[0], tmp_path)


def test_simulated_service_decides_where_both_plans_were_simulated(two, tmp_path):
    about = {"simulated": {"service_level": 0.7, "pools": {"desk": {"service_level": 0.7, "half_width": 0.01}}}}
    found = side_by_side(write_plan(tmp_path / "c", about), two[1])
    assert found.basis == "formulas"
    assert found.notes[0] == "service is that of formulas: plan B was not simulated"
    better = {"simulated": {"service_level": 0.8, "pools": {"desk": {"service_level": 0.8, "half_width": 0.01}}}}
    found = side_by_side(tmp_path / "c", write_plan(tmp_path / "d", better))
    assert (found.basis, found.schedule.kind) == ("simulation", "service up, cost the same")
    rows = found.table.set_index("figure")
    assert rows.loc["shift plan: desk, service level by simulation", "change"] == pytest.approx(0.1)
    assert rows.loc["shift plan: service level by formulas", "change"] == 0


def test_hours_are_named_and_gaps_above_the_difference_are_warned_of(two, tmp_path):
    found = side_by_side(two[0], write_plan(tmp_path / "c", cost_each=39.5))
    rows = found.table.set_index("figure")["a"]
    assert (rows["shift plan: rostered hours"], rows["shift plan: paid hours"]) == (6.0, 7.0)
    assert "more than the difference of cost" in found.notes[-1]
    found = side_by_side(two[0], write_plan(tmp_path / "d", cost_each=20.0))
    assert not any("gaps" in note for note in found.notes)

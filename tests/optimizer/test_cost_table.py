"""The cost of a pool's people by their workload: laws of the table, and the schedule behind a row."""

import math
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import pytest

from models.mix.tables import POOL_COSTS
from models.requirement import require
from models.scenario import read_scenario
from optimizer.cost_table import (
    COLUMNS,
    MOST_FACTORS,
    Point,
    Solved,
    _steps,
    factors,
    only_pool,
    pool_costs,
    solve_point,
    workload_hours,
)
from optimizer.pipeline import plan_shifts, scenario_limits
from optimizer.solve import SolverFailureError

SETTINGS = """
time_zone: Europe/Berlin
horizon: {start: 2024-06-03, days: 2}
interval_min: 60
opening_hours: {daily: "08:00-16:00"}
pay: {wage_per_hour: 20, overhead_per_seat_hour: 1}
service: {target: 0.8, within_s: 20, floor: 0.5}
shrinkage: {planned: 0.1, unplanned: 0}
shifts:
  - {name: any, earliest_start: "08:00", latest_start: "12:00", start_step_min: 60, latest_end: "16:00",
     paid_min: {from: 240, to: 480, step: 60}}
solve: {seed: 1, time_limit_s: 60, gap: 0.001}
LIMITS
"""
TYPES = "contact_type,pool,kind,aht_s,patience_s,concurrency\ncalls,desk,live,300,120,\nchats,web,chat,400,200,2\n"


@pytest.fixture
def make(tmp_path):
    """A scenario of two pools over two days."""

    def scenario(limits=""):
        (tmp_path / "scenario.yaml").write_text(SETTINGS.replace("LIMITS", limits))
        (tmp_path / "contact_types.csv").write_text(TYPES)
        rows = [
            f"2024-06-0{day} {hour:02}:00,{kind},{contacts}"
            for day in (3, 4) for hour in range(8, 16) for kind, contacts in (("calls", 20 + 3 * hour), ("chats", 15))
        ]  # fmt: skip
        (tmp_path / "demand.csv").write_text("\n".join(["start,contact_type,contacts", *rows]) + "\n")
        return read_scenario(tmp_path)

    return scenario


def table_of(scenario, levels=(0.8,), grid=(0.0, 0.5, 1.0), **options):
    return pool_costs(scenario, scenario.demand, levels, grid, scenario_limits(scenario), processes=1, **options)


def test_factors_reach_both_ends():
    assert factors(0.4, 0.6, 0.1) == [0, 0.4, 0.5, 0.6]
    assert factors(0.0, 0.3, 0.15) == [0, 0.15, 0.3]
    assert factors(1, 1, 0.05) == [0, 1] and factors(0.4, 1.4, 0.05)[-1] == 1.4
    assert len(factors(1, MOST_FACTORS, 1)) == MOST_FACTORS + 1
    with pytest.raises(ValueError, match="more than 1,000 factors"):
        factors(1, MOST_FACTORS + 1, 1)


def test_a_load_without_a_schedule_in_time_costs_what_the_next_one_does():
    """Its row stands, with the gap to what was proved of it; a load with none above it is left out."""
    late = "no schedule was found in time"
    table, notes = _steps(
        [
            Solved(Point("desk", 0.8, 0.5), 10.0, 100.0, 90.0),
            Solved(Point("desk", 0.8, 1.0), 20.0, math.inf, 0.0, late),
            Solved(Point("desk", 0.8, 1.5), 30.0, 300.0, 297.0),
            Solved(Point("desk", 0.8, 2.0), 40.0, math.inf, 0.0, late),
        ],
        1.0,
    )
    assert table["cost_per_week"].tolist() == [100, 300, 300]
    assert table["least_cost_per_week"].tolist() == [90, 90, 297]
    assert table["source"].str.contains("within 70.00%").all()
    assert notes == [
        f"pool desk, service level 0.8: factor 1 costs what a larger one does: {late}",
        f"pool desk, service level 0.8: factor 2 is left out: {late}",
    ]


def test_a_row_is_the_schedule_of_its_load(make):
    scenario = make()
    table = table_of(scenario).table
    assert list(table.columns) == list(COLUMNS) == list(POOL_COSTS.columns)
    alone = only_pool(scenario, "desk", 0.8)
    demand = scenario.demand[scenario.demand["contact_type"] == "calls"]
    plan = plan_shifts(alone, require(alone, demand), scenario_limits(scenario))
    row = table[(table["pool"] == "desk")].iloc[-1]
    assert row["cost_per_week"] == pytest.approx(plan.cost * 7 / 2, abs=0.01)
    assert row["least_cost_per_week"] == pytest.approx(plan.result.bound * 7 / 2, abs=0.01)
    # 2 days x 8 hours x mean 54.5 calls x 300 s
    assert row["load_hours_per_week"] == pytest.approx(2 * 8 * 54.5 * 300 / 3600 * 7 / 2, abs=0.001)
    # two chats at a time: half the agent's time
    assert table[table["pool"] == "web"].iloc[-1]["load_hours_per_week"] == pytest.approx(
        2 * 8 * 15 * 400 / 2 / 3600 * 7 / 2, abs=0.001
    )


def test_no_contacts_cost_nothing_and_more_never_costs_less(make):
    table = table_of(make(), (0.5, 0.9), (0.0, 0.6, 0.8, 1.0)).table
    for _, rows in table.groupby(["pool", "service_level"]):
        assert rows["load_hours_per_week"].iloc[0] == rows["cost_per_week"].iloc[0] == 0
        assert rows["cost_per_week"].is_monotonic_increasing and rows["least_cost_per_week"].is_monotonic_increasing
        assert (rows["least_cost_per_week"] <= rows["cost_per_week"]).all()
        assert (rows["least_cost_per_week"].iloc[1:] > 0.98 * rows["cost_per_week"].iloc[1:]).all()
    low, high = (table[table["service_level"] == level]["cost_per_week"].to_numpy() for level in (0.5, 0.9))
    assert (low <= high).all() and (low < high).any()


def test_loads_that_nobody_could_carry_are_left_out_and_said(make):
    found = table_of(make("limits: {seats: 6}"))
    desk = found.table[found.table["pool"] == "desk"]
    assert desk["load_hours_per_week"].max() == pytest.approx(workload_hours_of_half(make()), rel=0.01)
    assert any(
        "pool desk, service level 0.8: factor 1 is left out: no schedule keeps every rule" in n for n in found.notes
    )
    assert found.notes[0].startswith("limits.seats (6) counts all pools")


def workload_hours_of_half(scenario):
    alone = only_pool(scenario, "desk", 0.8)
    return workload_hours(alone, scenario.demand[scenario.demand["contact_type"] == "calls"]) / 2 * 7 / 2


def test_heads_of_other_pools_are_no_limit_here(make):
    day = 'from: "08:00", to: "16:00"'
    scenario = make(f"limits: {{heads: [{{pool: web, min: 2, {day}}}, {{pool: desk, max: 9, {day}}}]}}")
    alone = only_pool(scenario, "desk", 0.7)
    assert [limit.pool for limit in alone.settings.limits.heads] == ["desk"] and list(alone.pools) == ["desk"]
    assert alone.pools["desk"].target == 0.7 and scenario.pools["desk"].target == 0.8
    low = only_pool(scenario, "desk", 0.4)
    assert low.pools["desk"].floor == 0.4  # a floor of 0.5 above the target would be no scenario


def test_processes_find_the_same(make):
    scenario = make()
    limits = replace(scenario_limits(scenario), threads=1)
    side_by_side = pool_costs(scenario, scenario.demand, (0.8,), (0.0, 1.0), limits, processes=2).table
    seen = []
    alone = table_of(scenario, grid=(0.0, 1.0), progress=lambda done, total: seen.append((done, total))).table
    assert side_by_side.equals(alone) and seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    point = solve_point(scenario, scenario.demand, Point("desk", 0.8, 1.0), limits)
    assert alone[alone["pool"] == "desk"].iloc[-1]["cost_per_week"] == pytest.approx(point.cost * 3.5, abs=0.01)


def test_a_process_that_dies_is_said(make, monkeypatch):
    class Dying:
        def __init__(self, *given, **named):
            pass

        def map(self, work, queue):
            raise BrokenProcessPool("a process in the process pool was terminated abruptly")
            yield

        def shutdown(self, *, cancel_futures):
            assert cancel_futures

    monkeypatch.setattr("optimizer.cost_table.ProcessPoolExecutor", Dying)
    scenario = make()
    with pytest.raises(SolverFailureError, match="fewer --processes"):
        pool_costs(scenario, scenario.demand, (0.8,), (0.0,), scenario_limits(scenario), processes=2)

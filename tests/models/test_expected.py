"""What a schedule promises by formulas: each step beside its own arithmetic, and beside a simulation."""

import numpy as np
import pandas as pd
import pytest

from models.examples import copy_example
from models.queueing import erlang_a
from models.requirement import evaluate, expected_service, require
from models.scenario import read_scenario

YAML = """
time_zone: Europe/Amsterdam
horizon: {start: 2024-03-04, days: 1}
interval_min: 30
opening_hours: {mon-sun: "08:00-20:00"}
service: {target: 0.8, within_s: 20, floor: 0.5}
shrinkage: {planned: 0.1, unplanned: 0.1}
pay: {wage_per_hour: 20}
shifts: [{name: day, days: mon-sun, earliest_start: "08:00", latest_start: "16:00", paid_min: 240}]
"""
PER_HALF_HOUR, AHT_S, PATIENCE_S = 20, 180.0, 300.0
LEAVING = 9


@pytest.fixture
def case(tmp_path):
    """Twelve people all day, of whom nine leave at noon."""
    tmp_path.joinpath("scenario.yaml").write_text(YAML)
    types = "contact_type,pool,kind,aht_s,patience_s\ncalls,desk,live,180,300\n"
    tmp_path.joinpath("contact_types.csv").write_text(types)
    stamps = pd.date_range("2024-03-04 08:00", "2024-03-04 19:30", freq="30min")
    rows = [f"{stamp},calls,{PER_HALF_HOUR},180" for stamp in stamps]
    tmp_path.joinpath("demand.csv").write_text("\n".join(["start,contact_type,contacts,aht_s", *rows]) + "\n")
    scenario = read_scenario(tmp_path)
    opened = scenario.pools["desk"].open
    on_duty = np.where(scenario.grid.starts[opened].hour < 12, 12, 12 - LEAVING)
    schedule = pd.DataFrame({
        "pool": "desk", "start": "2024-03-04T08:00:00+01:00",
        "end": ["2024-03-04T12:00:00+01:00", "2024-03-04T20:00:00+01:00"], "count": [LEAVING, 12 - LEAVING],
    })  # fmt: skip
    coverage = pd.DataFrame(
        {"start": scenario.grid.starts[opened], "pool": "desk", "on_duty": on_duty, "deferrable_done": 0.0}
    )
    return scenario, require(scenario, scenario.demand), schedule, coverage


def level(agents):
    return erlang_a(agents, PER_HALF_HOUR * AHT_S / 1800, AHT_S, PATIENCE_S, 20.0)


def test_without_absence_and_leavers_it_is_the_formula(case):
    scenario, need, schedule, coverage = case
    found = expected_service(scenario, need, schedule.iloc[1:], coverage, missing=False)
    pool, morning = found.promised("desk"), slice(16, 24)
    assert pool[morning] == pytest.approx(np.full(8, float(level(12).sl_offered)), abs=1e-12)
    assert np.isnan(pool[0])
    steps = found.levels(["desk"], morning)
    assert steps["interrupting"] == steps["finishing"] == steps["chance"]
    frame = evaluate(scenario, need, "desk", np.full(48, 12 * 0.9)).frame
    assert steps["planned"] == pytest.approx(frame["service_level"][16])


def test_people_missing_by_chance_are_binomial(case):
    scenario, need, schedule, coverage = case
    found = expected_service(scenario, need, schedule.iloc[1:], coverage)
    exact = sum(
        chance * float(level(3 - gone).sl_offered) for gone, chance in enumerate((0.729, 0.243, 0.027)) if gone < 3
    )
    assert found.promised("desk")[30] == pytest.approx(exact, abs=1e-9)


def test_who_leaves_finishes_the_contact_in_hand(case):
    scenario, need, schedule, coverage = case
    with_, without = (
        expected_service(scenario, need, rows, coverage, missing=False) for rows in (schedule, schedule.iloc[1:])
    )
    gained = with_.promised("desk") - without.promised("desk")
    noon = 24
    busy = float(level(12).occupancy)
    # agents more in each sixth of the half-hour: 9 x busy x mean of exp(-t / 180 s) over its 300 s
    edges = np.arange(7) * 300.0
    more = LEAVING * busy * AHT_S / 300.0 * (np.exp(-edges[:-1] / AHT_S) - np.exp(-edges[1:] / AHT_S))
    at = [float(level(3 + extra).sl_offered) for extra in range(8)]
    assert gained[noon] == pytest.approx(np.interp(more, np.arange(8), at).mean() - at[0], abs=1e-9)
    assert gained[noon] > 0.02
    assert gained[noon + 1] < 1e-3  # ten handle times later
    assert np.nansum(np.delete(np.abs(gained), [noon, noon + 1])) == 0


def test_deferrable_work_gives_way(tmp_path):
    copy_example("small", tmp_path / "s")
    scenario = read_scenario(tmp_path / "s")
    from models.forecast import forecast

    need = require(scenario, forecast(scenario).demand)
    opened = scenario.pools["desk"].open
    coverage = pd.DataFrame(
        {"start": scenario.grid.starts[opened], "pool": "desk", "on_duty": 14.0, "deferrable_done": 3.0}
    )
    schedule = pd.DataFrame({"pool": [], "end": [], "count": []})
    steps = expected_service(scenario, need, schedule, coverage).levels(["desk"])
    absent = scenario.pools["desk"].unplanned_shrinkage
    agents = np.where(opened, 14.0 * (1 - absent), 0.0)
    assert steps["interrupting"] == pytest.approx(evaluate(scenario, need, "desk", agents).service_level)
    assert steps["planned"] < steps["interrupting"]

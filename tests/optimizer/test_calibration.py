"""Targets learnt from simulation: formulas that err to either side, schedules that jump, targets nobody can reach."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
import yaml

from models.examples import copy_example
from models.forecast import forecast
from models.plan import COVERAGE_COLUMNS, SCHEDULE_COLUMNS, ShiftPlan, StageResult
from models.requirement import require
from models.scenario import read_scenario
from models.simulated import SimulatedService
from optimizer import calibration
from optimizer.calibration import MOST_ROUNDS, calibrate

HALF_WIDTH = 0.004


@pytest.fixture(scope="module")
def day_mode(tmp_path_factory):
    return made(tmp_path_factory.mktemp("day") / "s", "day")


@pytest.fixture(scope="module")
def interval_mode(tmp_path_factory):
    return made(tmp_path_factory.mktemp("interval") / "s", "interval")


def made(place, mode):
    copy_example("small", place)
    path = place / "scenario.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["service"]["mode"] = mode
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    scenario = read_scenario(place)
    return scenario, require(scenario, forecast(scenario).demand)


class Desk:
    """Stands for optimiser and simulation: the level by formulas is what was asked for, rounded up to a `step`; the
    simulated one is `error` less. A level costs 1000 a pool and interval."""

    def __init__(self, scenario, error, step=0.0):
        self.scenario, self.error, self.step, self.solved = scenario, error, step, 0

    def solve(self, requirement):
        self.solved += 1
        parts = []
        for name, need in requirement.pools.items():
            wanted = self.scenario.pools[name].target + np.broadcast_to(need.target_shift, need.contacts.shape)
            level = np.ceil(wanted / self.step - 1e-9) * self.step if self.step else wanted
            rows = np.flatnonzero(need.contacts > 0)
            frame = {"start": self.scenario.grid.starts[rows], "pool": name, "contacts": need.contacts[rows]}
            parts.append(pd.DataFrame({**frame, "service_level": np.minimum(level[rows], 1.0)}))
        found = pd.concat(parts, ignore_index=True)
        coverage = found.reindex(columns=list(COVERAGE_COLUMNS)).fillna(dict.fromkeys(COVERAGE_COLUMNS[2:11], 0))
        coverage["counted"] = coverage["contacts"]
        row = dict.fromkeys(SCHEDULE_COLUMNS, "x") | {"paid_min": 60, "count": 1}
        cost = float(found["service_level"].sum()) * 1000
        result = StageResult("feasible", cost, cost, 0.0, 0.1, "by hand", 1)
        return ShiftPlan(pd.DataFrame([row | {"cost_each": cost}]), coverage, result)

    def simulate(self, plan):
        rows, pools, intervals = [], {}, {}
        stamps = {stamp: t for t, stamp in enumerate(self.scenario.grid.starts)}
        for name, mine in plan.coverage.groupby("pool"):
            level = np.full((len(stamps), 2), math.nan)
            for stamp, word in zip(mine["start"], mine["service_level"], strict=True):
                level[stamps[stamp]] = word - self.error(name, stamp), HALF_WIDTH
            for date, day in mine.groupby(mine["start"].dt.date):
                own = level[[stamps[stamp] for stamp in day["start"]], 0]
                weight = day["contacts"].to_numpy()
                words = (day["service_level"].to_numpy() @ weight / weight.sum(), own @ weight / weight.sum())
                rows.append((name, str(date), weight.sum(), *words, HALF_WIDTH))
            intervals[name] = level
            pools[name] = (float(np.nanmean(level[:, 0])), HALF_WIDTH)
        days = pd.DataFrame(rows, columns=["pool", "date", "contacts", "planned", "simulated", "half_width"])
        return SimulatedService(10, 1, 0.1, 1.0, (0.8, HALF_WIDTH), pools, days, intervals, {})

    def confirm(self, plan):
        self.confirmed = plan
        return self.simulate(plan)


def run(case, error, step=0.0):
    scenario, requirement = case
    desk = Desk(scenario, error, step)
    found = calibrate(scenario, requirement, desk.solve(requirement), desk.solve, desk.simulate, desk.confirm)
    return found, desk


def test_formulas_that_promise_too_much_are_raised(day_mode):
    found, _ = run(day_mode, lambda pool, stamp: 0.05)
    assert found.learnt.met
    assert found.learnt.saved < 0
    table = found.learnt.table
    assert table["simulated"].to_numpy() == pytest.approx(0.8, abs=0.011)
    assert table["shift"].to_numpy() == pytest.approx(0.05, abs=0.011)


def test_formulas_that_promise_too_little_save_money(day_mode):
    found, _ = run(day_mode, lambda pool, stamp: -0.1 if pool == "desk" else 0.0)
    assert found.learnt.met
    assert found.learnt.saved > 0
    shift = found.learnt.table.set_index("pool")["shift"]
    assert shift["desk"].to_numpy() == pytest.approx(-0.1, abs=0.011)
    assert shift["chat"].to_numpy() == pytest.approx(0.0, abs=0.011)
    assert found.requirement.pools["desk"].target_shift.min() == pytest.approx(-0.1, abs=0.011)


@pytest.mark.parametrize("step", [0.03, 0.07, 0.11])
@pytest.mark.parametrize("error", [-0.06, 0.02, 0.09])
def test_schedules_that_jump_from_level_to_level(day_mode, error, step):
    found, desk = run(day_mode, lambda pool, stamp: error * (1 + stamp.day % 2), step)
    assert found.learnt.met
    assert (found.learnt.table["simulated"] >= 0.8 - HALF_WIDTH).all()
    met = [one.cost for one in found.learnt.rounds if one.missed == 0]
    assert found.learnt.rounds[found.learnt.kept].cost == min(met)
    assert desk.solved <= MOST_ROUNDS


def test_a_target_that_nobody_reaches_is_said(day_mode):
    found, _ = run(day_mode, lambda pool, stamp: 0.4 if pool == "chat" else 0.0)
    assert not found.learnt.met
    assert found.learnt.rounds[found.learnt.kept].short == min(one.short for one in found.learnt.rounds)
    assert "no schedule met every target" in found.learnt.words("EUR")
    assert found.learnt.ended in ("targets cannot be raised further", f"the limit of {MOST_ROUNDS}")


def test_in_interval_mode_only_intervals_that_miss_are_raised(interval_mode):
    found, _ = run(interval_mode, lambda pool, stamp: 0.1 if stamp.hour == 10 else -0.05)
    assert found.learnt.met
    table = found.learnt.table
    ten = pd.to_datetime(table["start"], utc=True).dt.tz_convert("Europe/Berlin").dt.hour == 10
    assert (table.loc[ten, "shift"] >= 0.1 - HALF_WIDTH * calibration.SURE).all()
    assert (table.loc[~ten, "shift"] == 0).all()


def test_what_is_said_of_it(day_mode):
    found, _ = run(day_mode, lambda pool, stamp: -0.1)
    about = found.learnt.about()
    assert about["met"]
    assert about["kept_round"] == found.learnt.kept + 1
    assert len(about["rounds"]) == len(found.learnt.rounds)
    assert "less than by formulas alone" in found.learnt.words("EUR")


def test_ctrl_c_keeps_the_best_round(day_mode):
    scenario, requirement = day_mode
    desk = Desk(scenario, lambda pool, stamp: -0.1)
    plans = iter([desk.solve(requirement)])

    def interrupted(need):
        raise KeyboardInterrupt

    found = calibrate(scenario, requirement, next(plans), interrupted, desk.simulate, desk.confirm)
    assert (found.learnt.kept, len(found.learnt.rounds), found.learnt.ended) == (0, 1, "interrupted")
    assert found.plan is desk.confirmed


def test_what_is_shown_is_not_what_was_learnt_from(day_mode):
    scenario, requirement = day_mode
    desk, other = Desk(scenario, lambda pool, stamp: 0.0), Desk(scenario, lambda pool, stamp: 0.03)
    found = calibrate(scenario, requirement, desk.solve(requirement), desk.solve, desk.simulate, other.simulate)
    assert found.learnt.met and found.learnt.again.missed > 0
    assert found.learnt.again.short == pytest.approx(0.03, abs=1e-6)
    assert found.simulated.days["simulated"].max() < 0.78
    assert "of a pool surely miss the target, by at most 3.0 points" in found.learnt.words("EUR")


def test_a_saving_within_the_gap_of_the_search_is_said_to_be(day_mode):
    found, _ = run(day_mode, lambda pool, stamp: -0.1)
    assert "can tell" not in found.learnt.words("EUR")
    poor = dataclasses.replace(found.learnt.rounds[0], gap=0.9)
    learnt = dataclasses.replace(found.learnt, rounds=(poor, *found.learnt.rounds[1:]))
    assert "as far as searches with gaps of 90.0%, 0.0% can tell" in learnt.words("EUR")


def test_days_that_a_new_schedule_serves_worse_are_raised_alone(day_mode):
    """Each schedule of a level is another one: what one round has learnt of a day misleads the next by two points."""
    scenario, requirement = day_mode
    desk = Desk(scenario, lambda pool, stamp: -0.12 + 0.02 * (desk.solved * (stamp.day + len(pool)) % 3))
    found = calibrate(scenario, requirement, desk.solve(requirement), desk.solve, desk.simulate, desk.confirm)
    learnt = found.learnt
    assert learnt.met and learnt.kept
    assert learnt.saved > 0.06 * learnt.rounds[0].cost
    kept = learnt.rounds[learnt.kept].cost
    assert all(one.cost >= kept for one in learnt.rounds if not one.missed)
    assert any(one.missed and one.cost < kept for one in learnt.rounds)
    assert "misses" in learnt.words("EUR").split("; after")[0]


def test_a_schedule_by_formulas_that_is_kept_is_said_to_cost_the_same(day_mode):
    found, _ = run(day_mode, lambda pool, stamp: -0.1)
    first, *_, cheaper = found.learnt.rounds
    rounds = (first, dataclasses.replace(cheaper, missed=2))
    words = dataclasses.replace(found.learnt, rounds=rounds, kept=0).words("EUR")
    assert "at the cost of the schedule by formulas alone; a plan at" in words
    assert "misses 2 days of a pool;" in words
    assert " 0 EUR" not in words

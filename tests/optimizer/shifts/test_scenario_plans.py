"""Plans of whole scenarios: every rule of the settings and every figure, recomputed from the written frames.

The scenarios are variants of the example `small` and of a desk that is open day and night while the clocks change.
"""

import datetime as dt
import itertools
import re
import shutil
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import yaml

from models.cost import pay_rules, price
from models.examples import example_path
from models.requirement import require
from models.scenario import read_scenario
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.from_scenario import scenario_problem
from optimizer.shifts.result import shift_plan
from optimizer.solve import Status

LIMITS = Limits(gap=0.03, time_limit_s=20.0, threads=2, window=48)


WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BREAK = re.compile(r"(\d\d:\d\d(?:[+-]\d\d:\d\d)?)-(\d\d:\d\d(?:[+-]\d\d:\d\d)?) (.*) (paid|unpaid)")


def _minutes(text):
    hour, minute = text.split("+")[0].split(":")
    return int(hour) * 60 + int(minute) + (1440 if "+1" in text else 0)


def _breaks(row, zone):
    """(offset, length, name, paid) of each break, by walking the wall clock minute by minute."""
    start, end = (pd.Timestamp(row[name]).tz_convert("UTC") for name in ("start", "end"))
    clock = [
        (start + pd.Timedelta(minutes=after)).tz_convert(zone)
        for after in range(int((end - start).total_seconds() // 60) + 1)
    ]
    shown = [f"{stamp:%H:%M}" for stamp in clock]
    full = [f"{stamp:%H:%M}{stamp.isoformat()[-6:]}" for stamp in clock]
    found, after = [], 0
    for part in filter(None, (piece.strip() for piece in row["breaks"].split(";"))):
        first, last, name, kind = BREAK.fullmatch(part).groups()
        begin = next(k for k in range(after, len(clock)) if first in (shown[k], full[k]))
        after = next(k for k in range(begin + 1, len(clock)) if last in (shown[k], full[k]))
        found.append((begin, after - begin, name, kind == "paid"))
    return found


def check_plan(scenario, requirement, plan):
    """Assert that a plan keeps the settings, word by word as scenario.yaml has them."""
    settings = yaml.safe_load((scenario.folder / "scenario.yaml").read_text())
    zone, step = ZoneInfo(settings["time_zone"]), settings["interval_min"]
    types = {shift["name"]: shift for shift in settings["shifts"]}
    instants = [stamp.tz_convert("UTC") for stamp in scenario.grid.starts]
    place = {stamp: t for t, stamp in enumerate(instants)}
    present = {pool: [0] * len(instants) for pool in scenario.pools}
    away = {pool: [0] * len(instants) for pool in scenario.pools}
    started = {}
    for row in plan.schedule.to_dict("records"):
        shift = types[row["shift"]]
        start, end = (pd.Timestamp(row[name]) for name in ("start", "end"))
        local = start.tz_convert(zone)
        assert row["count"] >= 1
        assert row["pool"] in (shift.get("pools") or scenario.pools)
        assert row["date"] == local.date().isoformat()
        assert WEEK[local.weekday()] in _week(shift.get("days", "daily"))
        minute = local.hour * 60 + local.minute
        assert _minutes(shift["earliest_start"]) <= minute <= _minutes(shift["latest_start"])
        assert (minute - _minutes(shift["earliest_start"])) % shift.get("start_step_min", 30) == 0
        span = round((end - start).total_seconds() / 60)
        if shift.get("latest_end"):
            later, minute_of_end = divmod(_minutes(shift["latest_end"]), 1440)
            latest = dt.datetime.combine(local.date() + dt.timedelta(days=later), dt.time(), zone)
            assert end.tz_convert("UTC") <= latest.replace(hour=minute_of_end // 60, minute=minute_of_end % 60)
        taken = _breaks(row, zone)
        assert row["paid_min"] == span - sum(length for _, length, _, paid in taken if not paid)
        allowed = shift["paid_min"]
        if isinstance(allowed, int):
            allowed = {"from": allowed, "to": allowed, "step": step}
        assert row["paid_min"] in range(allowed["from"], allowed["to"] + 1, allowed["step"])
        due = {
            item["name"]: item
            for item in shift.get("breaks", [])
            if item.get("for_paid_from_min", 0) <= row["paid_min"] <= item.get("for_paid_to_min", 10**6)
        }
        assert sorted(name for _, _, name, _ in taken) == sorted(due)
        gap = shift.get("min_work_between_breaks_min", 0)
        for offset, length, name, paid in taken:
            item = due[name]
            assert paid == item.get("paid", False)
            assert length == item["length_min"]
            assert offset >= max(item.get("after_start_min", 0), gap)
            assert span - offset - length >= max(item.get("before_end_min", 0), gap)
            assert offset <= item.get("within_start_min", 10**6)
            assert span - offset <= item.get("within_end_min", 10**6)
            assert abs(2 * offset + length - span) <= 2 * item.get("around_middle_min", 10**6)
        for (offset, length, _, _), later in itertools.pairwise(sorted(taken)):
            assert later[0] - offset - length >= gap
        for after in range(0, span, step):
            t = place.get((start + pd.Timedelta(minutes=after)).tz_convert("UTC"))
            if t is None and settings.get("horizon_edges") == "cyclic":
                passed = instants[0] - (start + pd.Timedelta(minutes=after)).tz_convert("UTC")
                t = int(-passed.total_seconds() // 60 // step) % len(instants)
            if t is not None:
                present[row["pool"]][t] += row["count"]
                away[row["pool"]][t] += row["count"] * any(o <= after < o + n for o, n, _, _ in taken)
        started.setdefault(row["date"], {}).setdefault(row["shift"], 0)
        started[row["date"]][row["shift"]] += row["count"]
    _check_cover(scenario, requirement, plan, settings, present, away)
    _check_limits(settings, scenario, present, away, started)
    return SimpleNamespace(present=present, away=away, started=started)


def _week(text):
    found = set()
    for part in ("mon-sun" if text == "daily" else text).split(","):
        first, _, last = part.partition("-")
        found |= set(WEEK[WEEK.index(first) : WEEK.index(last or first) + 1])
    return found


def _check_cover(scenario, requirement, plan, settings, present, away):
    starts = {stamp.tz_convert("UTC"): t for t, stamp in enumerate(scenario.grid.starts)}
    by_day = settings.get("service", {}).get("mode", "day") == "day"
    served = {}
    for row in plan.coverage.to_dict("records"):
        pool, t = scenario.pools[row["pool"]], starts[row["start"].tz_convert("UTC")]
        assert pool.open[t]
        assert (row["heads"], row["on_break"]) == (present[pool.name][t], away[pool.name][t])
        assert row["on_duty"] == row["heads"] - row["on_break"]
        at_work = row["on_duty"] * (1 - pool.unplanned_shrinkage)
        assert row["productive"] == pytest.approx(at_work)
        assert -1e-9 <= row["deferrable_done"] <= at_work + 1e-9
        live = at_work - row["deferrable_done"]
        least, goal = (row["agents_floor"], pool.floor) if by_day else (row["agents_target"], pool.target)
        level = row["service_level"]
        if live < least - 1e-4:
            # only where some are absent: the last agent is partly there, and the level is kept with that part
            assert pool.unplanned_shrinkage > 0
            assert live > least - 1
            assert level >= goal - 1e-6, row
        need = requirement.pools[pool.name]
        if row["contacts"] > 0:
            further = live - int(need.floor_agents[t])
            if further >= 0:
                table = [float(value) for value in need.service_level[t]]
                below = min(int(further), len(table) - 1)
                above = min(below + 1, len(table) - 1)
                known = table[below] + min(further - below, 1.0) * (table[above] - table[below])
                assert level >= known - 1e-6
                level = known
            day = served.setdefault((pool.name, row["start"].date()), [0.0, 0.0])
            day[0] += row["contacts"] * level
            day[1] += row["contacts"]
    for (name, _), (good, every) in served.items():
        assert not by_day or good / every >= scenario.pools[name].target - 1e-6
    assert served
    for name, need in requirement.pools.items():
        frame = plan.coverage[plan.coverage["pool"] == name]
        done = np.zeros(len(scenario.grid))
        done[[starts[stamp.tz_convert("UTC")] for stamp in frame["start"]]] = frame["deferrable_done"]
        arrived = np.cumsum(need.deferrable_agents)
        due = sum((work.due() for work in need.deferrable), np.zeros(len(done)))
        # what is due only after the horizon may wait at its end; as much may wait at its start
        waiting = arrived[-1] - due[-1]
        assert (np.cumsum(done) <= waiting + arrived + 1e-4).all()
        assert (np.cumsum(done) >= due - 1e-4).all()


def _check_limits(settings, scenario, present, away, started):
    limits, grid = settings.get("limits", {}), scenario.grid
    is_open = np.any([pool.open for pool in scenario.pools.values()], axis=0)
    seated = np.sum(list(present.values()), axis=0)
    if limits.get("seats"):
        assert (seated[is_open] <= limits["seats"]).all()
    for limit in limits.get("heads", []):
        pools = [limit["pool"]] if limit.get("pool") else list(scenario.pools)
        for t in range(len(grid)):
            here = _minutes(limit.get("from", "00:00")) <= grid.minute_of_day[t] < _minutes(limit.get("to", "24:00"))
            if here and is_open[t] and WEEK[grid.weekday[t]] in _week(limit.get("days", "daily")):
                heads = sum(present[pool][t] - away[pool][t] for pool in pools)
                assert limit.get("min", 0) <= heads <= limit.get("max", 10**6)
    for limit in limits.get("shift_types", []):
        for kinds in started.values():
            own = kinds.get(limit["shift"], 0)
            assert own <= limit.get("max_per_day", 10**6)
            assert own <= limit.get("max_share", 1.0) * sum(kinds.values()) + 1e-9


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The example `small` with its last week of history for demand, so that no forecast is needed."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(example_path("small"), folder, dirs_exist_ok=True)
    history = pd.read_csv(folder / "history.csv")
    history["start"] = pd.to_datetime(history["start"])
    last = history[history["start"] >= history["start"].max().normalize() - pd.Timedelta(days=6)]
    first = last["start"].min().normalize()
    demand = last.assign(start=last["start"] + (pd.Timestamp("2024-06-03") - first))
    assert demand["start"].dt.date.nunique() >= 5
    demand.to_csv(folder / "demand.csv", index=False)
    return folder


@pytest.fixture
def solved(tmp_path):
    """Copy a folder, change its settings, solve, check."""

    def run(source, change=lambda settings: None, limits=LIMITS):
        shutil.copytree(source, tmp_path, dirs_exist_ok=True)
        settings = yaml.safe_load((tmp_path / "scenario.yaml").read_text())
        change(settings)
        (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
        scenario = read_scenario(tmp_path)
        requirement = require(scenario, scenario.demand)
        stated = scenario_problem(scenario, requirement)
        found = solve_shifts(stated.problem, limits)
        assert found.status in (Status.OPTIMAL, Status.FEASIBLE)
        assert found.gap <= 0.15  # figures and rules are the subject here, not speed
        plan = shift_plan(stated, found)
        facts = check_plan(scenario, requirement, plan)
        rules = pay_rules(scenario)
        priced = price(plan.schedule, rules)
        # to the cent, each shift and the whole
        assert (priced.rows["priced_each"] - plan.schedule["cost_each"]).abs().max() < 0.005
        assert abs(priced.cost - plan.result.objective) < 0.005
        assert (plan.schedule["count"] * plan.schedule["cost_each"]).sum() == pytest.approx(plan.result.objective)
        assert plan.uncovered.empty
        return SimpleNamespace(scenario=scenario, stated=stated, found=found, plan=plan, facts=facts, priced=priced)

    return run


def _dear(settings):
    """Premiums that overlap, overtime, a holiday on which the doors are open, wage factors, fixed cost, absences."""
    settings["horizon"]["days"] = 3
    settings["pay"] |= {
        "overtime_after_min": 390, "overtime_percent": 37.5, "holiday_percent": 80, "overhead_per_seat_hour": 1.35,
        "premiums": [
            {"name": "late", "days": "mon-fri", "from": "15:00", "to": "24:00", "percent": 15},
            {"name": "last", "days": "daily", "from": "16:30", "to": "06:00", "percent": 22.5},
        ],
    }  # fmt: skip
    settings["holidays"] = {"country": None, "closed": False, "extra": {dt.date(2024, 6, 5): "Founders' day"}}
    settings["shrinkage"] = {"planned": 0.13, "unplanned": 0.06}
    half, full = settings["shifts"]
    half |= {"wage_factor": 1.07, "fixed_cost": 6.15}
    full["breaks"].append(
        {
            "name": "rest",
            "length_min": 30,
            "paid": True,
            "after_start_min": 60,
            "before_end_min": 60,
            "for_paid_from_min": 420,
        }
    )
    full |= {"min_work_between_breaks_min": 60, "fixed_cost": 2.05}


def _limited(settings):
    settings["horizon"]["days"] = 2
    settings["limits"] = {
        "seats": 10,
        "heads": [
            {"days": "mon-fri", "from": "12:00", "to": "14:00", "max": 9},
            {"from": "09:00", "to": "10:00", "min": 8},
        ],
        "shift_types": [{"shift": "half", "max_per_day": 8}, {"shift": "half", "max_share": 0.55}],
    }


def test_the_end_of_the_week_in_the_example(small, solved):
    def change(settings):
        settings["horizon"] = {"start": dt.date(2024, 6, 6), "days": 3}

    done = solved(small, change)
    assert done.plan.coverage["deferrable_done"].sum() > 10
    assert set(done.plan.schedule["pool"]) == {"desk", "chat"}


def test_every_kind_of_pay(small, solved):
    done = solved(small, _dear)
    for part in ("base", "premium", "overtime", "shrinkage", "fixed", "overhead"):
        assert done.priced.rows[part].sum() > 1, part


def test_every_kind_of_limit(small, solved):
    def free_days(settings):
        settings.pop("limits")
        settings["horizon"]["days"] = 2

    free = solved(small, free_days)
    everyone = free.plan.coverage.groupby("start")[["heads", "on_duty"]].sum()
    hour, kinds = everyone.index.hour, list(free.facts.started.values())
    # each of the limits is broken without it
    assert everyone["heads"].max() > 10
    assert everyone["on_duty"][(hour == 12) | (hour == 13)].max() > 9
    assert everyone["on_duty"][hour == 9].min() < 8
    assert any(kind.get("half", 0) > 8 for kind in kinds)
    assert any(kind.get("half", 0) > 0.55 * sum(kind.values()) for kind in kinds)
    solved(small, _limited)


def test_limits_hold_from_their_first_to_their_last_interval(small, tmp_path):
    shutil.copytree(small, tmp_path, dirs_exist_ok=True)
    settings = yaml.safe_load((tmp_path / "scenario.yaml").read_text())
    settings["limits"] = {
        "seats": 9,
        "heads": [
            {"days": "tue", "from": "12:00", "to": "14:00", "max": 8},
            {"days": "mon", "from": "16:00", "to": "09:30", "min": 1, "pool": "desk"},
        ],
    }
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(settings))
    scenario = read_scenario(tmp_path)
    seats, noon, late = scenario_problem(scenario, require(scenario, scenario.demand)).problem.attendance

    def times(bound):
        return [f"{stamp:%a %H:%M}" for stamp in scenario.grid.starts[np.isfinite(bound)]]

    assert times(noon.upper) == ["Tue 12:00", "Tue 12:30", "Tue 13:00", "Tue 13:30"]
    assert set(noon.upper[np.isfinite(noon.upper)]) == {8.0}
    assert not np.isfinite(noon.lower).any()
    # a window past midnight belongs to the day on which it starts; closed hours have no limit
    assert times(late.lower) == ["Mon 16:00", "Mon 16:30", "Tue 09:00"]
    assert (late.pools, seats.pools) == ((list(scenario.pools).index("desk"),), (0, 1))
    assert (noon.on_duty, late.on_duty, seats.on_duty) == (True, True, False)
    assert times(seats.upper)[:2] == ["Mon 09:00", "Mon 09:30"]


def test_interval_mode(small, solved):
    def change(settings):
        settings["service"] |= {"mode": "interval"}
        settings["horizon"]["days"] = 3

    done = solved(small, change)
    rows = done.plan.coverage[done.plan.coverage["contacts"] > 0]
    assert (rows["service_level"] >= 0.8 - 1e-6).all()


ROUND_THE_CLOCK = {
    "time_zone": "Europe/Berlin",
    "horizon": {"start": dt.date(2024, 3, 30), "days": 2},
    "interval_min": 30,
    "opening_hours": {"daily": "00:00-24:00"},
    "service": {"mode": "interval"},
    "shrinkage": {"planned": 0.1},
    "pay": {
        "wage_per_hour": 21.3, "overtime_after_min": 420, "overtime_percent": 50, "holiday_percent": 100,
        "overhead_per_seat_hour": 0.8,
        "premiums": [
            {"name": "night", "days": "daily", "from": "22:00", "to": "06:00", "percent": 40},
            {"name": "sunday", "days": "sun", "from": "00:00", "to": "24:00", "percent": 50},
        ],
    },
    "holidays": {"country": "DE", "closed": False},
    "shifts": [
        {"name": "day", "earliest_start": "06:00", "latest_start": "14:00", "start_step_min": 60, "paid_min": 480},
        {
            "name": "night", "earliest_start": "21:00", "latest_start": "23:00", "start_step_min": 60,
            "paid_min": {"from": 360, "to": 480, "step": 60}, "latest_end": "07:00+1", "wage_factor": 1.1,
            "min_work_between_breaks_min": 60,
            "breaks": [
                {"name": "meal", "length_min": 30, "paid": False, "after_start_min": 150, "within_start_min": 330},
                {"name": "rest", "length_min": 30, "paid": True, "before_end_min": 60, "within_end_min": 240},
            ],
        },
    ],
    "horizon_edges": "lead_in",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A desk that is open day and night, on the two days around a change of clocks."""

    def write(first_date):
        folder = tmp_path_factory.mktemp("desk")
        settings = ROUND_THE_CLOCK | {"horizon": {"start": first_date, "days": 2}}
        (folder / "scenario.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
        (folder / "contact_types.csv").write_text("contact_type,pool,aht_s,patience_s\ncalls,desk,300,120\n")
        end = pd.Timestamp(first_date) + pd.Timedelta(days=2)
        stamps = pd.date_range(pd.Timestamp(first_date), end, freq="30min", tz="Europe/Berlin", inclusive="left")
        lines = [f"{stamp.isoformat()},calls,{8 + 20 * (7 <= stamp.hour < 19)}" for stamp in stamps]
        (folder / "demand.csv").write_text("\n".join(["start,contact_type,contacts", *lines]) + "\n")
        return folder

    return write


@pytest.mark.parametrize(
    ("first_date", "intervals"),
    [(dt.date(2024, 3, 30), 94), (dt.date(2024, 10, 26), 98), (dt.date(2024, 12, 25), 96)],
    ids=["spring", "autumn", "christmas"],
)
@pytest.mark.parametrize("edges", ["lead_in", "cyclic"])
def test_nights_in_which_the_clocks_change(desk, solved, first_date, intervals, edges):
    def change(settings):
        settings["horizon_edges"] = edges

    done = solved(desk(first_date), change)
    assert len(done.scenario.grid) == intervals
    nights = done.plan.schedule[done.plan.schedule["shift"] == "night"]
    assert (nights["date"] < str(first_date)).any() == (edges == "lead_in")
    assert done.priced.rows["premium"].sum() > 10
    ends, starts = (pd.to_datetime(nights[name], utc=True) for name in ("end", "start"))
    assert ((ends - starts).dt.total_seconds() / 60 - nights["paid_min"] == 30).all()

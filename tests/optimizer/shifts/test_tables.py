"""The table mode, from files to a file: a checker that reads nothing but the three files, and one test a rule."""

import csv
import datetime as dt
import itertools
import math
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.shiftlist import read_need_and_shifts
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.from_tables import SoftCover, schedule_frame, table_problem
from optimizer.solve import Status

UTC = dt.UTC
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _instant(text, zone):
    stamp = dt.datetime.fromisoformat(text)
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)).astimezone(UTC)


def _weekdays(text):
    days = set()
    for part in (text or "mon-sun").split(","):
        first, _, last = part.strip().partition("-")
        days |= set(range(WEEK.index(first), WEEK.index(last or first) + 1))
    return days


def check_files(folder, *, zone="UTC", edges="lead_in", under=None, over=0.0, distinct=0.0):
    """Assert that schedule.csv covers requirement.csv with the shifts of shifts.csv; return its cost."""
    zone = ZoneInfo(zone)
    need = {}
    for row in _read(folder / "requirement.csv"):
        need[row.get("pool") or "", _instant(row["start"], zone)] = math.ceil(float(row["agents"]) - 1e-6)
    stamps = sorted({stamp for _, stamp in need})
    step = min(later - earlier for earlier, later in itertools.pairwise(stamps))
    first_date, last_date = (stamp.astimezone(zone).date() for stamp in (stamps[0], stamps[-1]))
    midnight = dt.datetime.combine(first_date, dt.time(), zone).astimezone(UTC)
    end = dt.datetime.combine(last_date + dt.timedelta(days=1), dt.time(), zone).astimezone(UTC)
    shifts = {row["shift"]: row for row in _read(folder / "shifts.csv")}
    duty, cost, used = {}, 0.0, set()
    for row in _read(folder / "schedule.csv"):
        shift, count, date = shifts[row["shift"]], int(row["count"]), dt.date.fromisoformat(row["date"])
        assert count >= 1
        assert date.weekday() in _weekdays(shift.get("days"))
        assert {"lead_in": first_date - dt.timedelta(days=1)}.get(edges, first_date) <= date <= last_date
        hour, minute = map(int, shift["start"].split(":"))
        start = dt.datetime.combine(date, dt.time(hour, minute), zone).astimezone(UTC)
        assert start.astimezone(zone).strftime("%H:%M") == shift["start"]  # a start that the clock shows
        length, rest = int(shift["length_min"]), int(shift.get("break_min") or 0)
        minutes = int(step.total_seconds() // 60)
        places = []
        if rest:
            earliest = int(shift.get("break_earliest_min") or 0)
            latest = min(int(shift.get("break_latest_min") or length - rest - earliest), length - rest)
            places = [
                after
                for after in range(0, length, minutes)
                if earliest <= after <= latest
                and (start + dt.timedelta(minutes=after)).astimezone(zone).strftime("%H:%M") == row["break_start"]
            ]
            assert places, f"{row}: the break lies outside its window"
        else:
            assert row["break_start"] == ""
        for after in range(0, length, minutes):
            if rest and places[0] <= after < places[0] + rest:
                continue
            at = start + dt.timedelta(minutes=after)
            if edges == "cyclic" and at >= end:
                at = midnight + (at - end)
            duty[row.get("pool", ""), at] = duty.get((row.get("pool", ""), at), 0) + count
        cost += count * float(shift["cost"])
        used.add(row["shift"])
    minutes = step.total_seconds() / 60
    for key, agents in need.items():
        if under is None:
            assert duty.get(key, 0) >= agents, key
        else:
            cost += max(0, agents - duty.get(key, 0)) * under * minutes
    if over:
        inside = {key for key in duty if midnight <= key[1] < end}
        cost += sum(max(0, duty[key] - need.get(key, 0)) for key in inside) * over * minutes
    return cost + distinct * len(used)


@pytest.fixture
def plan(tmp_path):
    """Write the two tables, solve, write the schedule, check it from the files."""

    def run(need, shifts, *, zone="UTC", edges="lead_in", under=None, over=0.0, distinct=0.0, limits=None):
        (tmp_path / "requirement.csv").write_text(_need_table(need))
        (tmp_path / "shifts.csv").write_text(shifts)
        soft = SoftCover(under, over, distinct)
        table = table_problem(
            *read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv", zone), edges=edges, soft=soft
        )
        found = solve_shifts(table.problem, limits or Limits(gap=0.0, time_limit_s=20, threads=1))
        frame = schedule_frame(table, found)
        frame.to_csv(tmp_path / "schedule.csv", index=False)
        if found.status in (Status.OPTIMAL, Status.FEASIBLE):
            cost = check_files(tmp_path, zone=zone, edges=edges, under=under, over=over, distinct=distinct)
            assert found.objective == pytest.approx(cost)
        return SimpleNamespace(
            status=found.status, cost=found.objective, rows=frame.to_dict("records"), found=found, problem=table.problem
        )

    return run


def _need_table(need):
    if isinstance(need, str):
        return need
    return "start,agents\n" + "".join(f"{start},{agents}\n" for start, agents in need.items())


def _day(date, agents, *, hours=range(24)):
    """Agents of each hour of a day: those in ``agents``, nobody else."""
    return {f"{date}T{hour:02d}:00": agents.get(hour, 0) for hour in hours}


NIGHT = "shift,start,length_min,cost\nnight,22:00,480,100\n"
MONDAY, TUESDAY = "2024-03-04", "2024-03-05"


def test_an_overnight_shift_covers_the_next_morning(plan):
    done = plan(_day(MONDAY, {23: 1}) | _day(TUESDAY, {5: 2}), NIGHT, edges="cut")
    assert (done.status, done.cost) == (Status.OPTIMAL, 200)
    assert [(row["date"], row["count"]) for row in done.rows] == [(MONDAY, 2)]


def test_an_overnight_shift_does_not_cover_the_morning_of_its_own_day(plan):
    assert plan(_day(MONDAY, {5: 1}), NIGHT, edges="cut").status is Status.INFEASIBLE
    assert plan(_day(MONDAY, {}) | _day(TUESDAY, {6: 1}), NIGHT, edges="cut").status is Status.INFEASIBLE


def test_with_lead_in_the_day_before_covers_the_first_morning(plan):
    done = plan(_day(MONDAY, {5: 1}), NIGHT, edges="lead_in")
    assert [(row["date"], row["count"]) for row in done.rows] == [("2024-03-03", 1)]
    assert done.cost == 100  # paid, though most of it lies before the horizon


def test_on_a_cyclic_horizon_the_last_night_covers_the_first_morning(plan):
    done = plan(_day(MONDAY, {}) | _day(TUESDAY, {}) | _day(MONDAY, {5: 1}), NIGHT, edges="cyclic")
    assert [(row["date"], row["count"]) for row in done.rows] == [(TUESDAY, 1)]


def test_a_break_of_an_overnight_shift_lies_inside_it(plan):
    """Somebody is needed the whole night but for one hour; that hour is the break's, past midnight."""
    shifts = (
        "shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min\nnight,22:00,480,100,60,120,360\n"
    )
    whole = _day(MONDAY, {22: 1, 23: 1}) | _day(TUESDAY, {0: 1, 1: 1, 2: 1, 3: 0, 4: 1, 5: 1})
    done = plan(whole, shifts, edges="cut")
    assert [(row["break_start"], row["count"]) for row in done.rows] == [("03:00", 1)]
    # the last hour of the shift is not in the window: two people are needed then
    late = plan(whole | _day(TUESDAY, {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 0}), shifts, edges="cut")
    assert late.cost == 200


@pytest.mark.parametrize(
    ("saturday", "last_hour", "break_hour"), [("2024-03-30", 6, "04:00"), ("2024-10-26", 4, "02:00")]
)
def test_the_night_when_the_clocks_change_keeps_its_elapsed_hours(plan, saturday, last_hour, break_hour):
    """Eight hours from 22:00 end at 07:00 in spring and at 05:00 in autumn."""
    sunday = str(dt.date.fromisoformat(saturday) + dt.timedelta(days=1))
    quiet = {f"{saturday}T{hour:02d}:00": 0 for hour in range(24)}
    shifts = (
        "shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min\nnight,22:00,480,100,60,300,300\n"
    )
    done = plan(quiet | {f"{sunday}T{last_hour:02d}:00": 1}, shifts, zone="Europe/Amsterdam", edges="cut")
    assert [(row["date"], row["break_start"], row["count"]) for row in done.rows] == [(saturday, break_hour, 1)]
    after = plan(quiet | {f"{sunday}T{last_hour + 1:02d}:00": 1}, shifts, zone="Europe/Amsterdam", edges="cut")
    assert after.status is Status.INFEASIBLE


def test_a_start_that_the_clock_skips_is_no_start(plan):
    need = {"2024-03-31T04:00": 1, "2024-03-31T05:00": 0}
    one = "shift,start,length_min,cost\nearly,02:00,240,10\n"
    assert plan(need, one, zone="Europe/Amsterdam", edges="cut").status is Status.INFEASIBLE
    assert plan(need, one, zone="UTC", edges="cut").status is Status.OPTIMAL


def test_weekdays(plan):
    need = _day(MONDAY, {9: 1}) | _day(TUESDAY, {9: 1})
    shifts = "shift,start,length_min,cost,days\nany,09:00,60,50,mon-fri\nmonday,09:00,60,10,mon\n"
    done = plan(need, shifts)
    assert [(row["date"], row["shift"]) for row in done.rows] == [(MONDAY, "monday"), (TUESDAY, "any")]
    assert plan(need, shifts.replace("mon-fri", "wed")).status is Status.INFEASIBLE


def test_breaks_are_part_of_the_decision(plan):
    """Two people whose breaks must not fall together, in the only two places: placed afterwards this would fail."""
    half_hours = [f"{MONDAY}T{hour:02d}:{minute}" for hour in range(8, 12) for minute in ("00", "30")]
    need = dict(zip(half_hours, [2, 2, 2, 1, 1, 2, 2, 2], strict=True))
    columns = "shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min\n"
    done = plan(need, columns + "day,08:00,240,100,30,90,120\n")
    assert done.cost == 200
    assert sorted(row["break_start"] for row in done.rows) == ["09:30", "10:00"]
    # where all breaks fall together nobody is left, however many come
    assert plan(need, columns + "day,08:00,240,100,30,90,90\n").status is Status.INFEASIBLE


def test_no_need_is_an_empty_plan(plan):
    done = plan(_day(MONDAY, {}), NIGHT)
    assert (done.status, done.cost, done.rows) == (Status.OPTIMAL, 0, [])


def test_one_hour_out_of_reach_makes_it_infeasible_and_nothing_else(plan):
    shifts = "shift,start,length_min,cost\nday,08:00,480,100\n"
    done = plan(_day(MONDAY, {10: 2, 20: 1}), shifts)
    assert done.status is Status.INFEASIBLE
    assert done.cost == np.inf
    soft = plan(_day(MONDAY, {10: 2, 20: 1}), shifts, under=10.0)
    assert (soft.status, soft.cost) == (Status.OPTIMAL, 200 + 600)
    assert soft.found.missing.sum() == 1
    assert plan(_day(MONDAY, {10: 2}), shifts).cost == 200


def test_missing_is_cheaper_than_coming(plan):
    """Two hours at 1 a minute cost 120: less than a shift of 130, more than one of 110."""
    for cost, total in ((130, 120), (110, 110)):
        shifts = f"shift,start,length_min,cost\nday,08:00,120,{cost}\n"
        assert plan(_day(MONDAY, {8: 1, 9: 1}), shifts, under=1.0).cost == total


def test_too_many_are_paid_where_that_is_asked(plan):
    shifts = "shift,start,length_min,cost\nday,08:00,120,0\n"
    assert plan(_day(MONDAY, {8: 1, 9: 0}), shifts, under=2.0, over=1.0).cost == 60
    assert plan(_day(MONDAY, {8: 1, 9: 0}), shifts, under=2.0).cost == 0


def test_fractions_of_an_agent_are_met_by_whole_ones(plan):
    shifts = "shift,start,length_min,cost\nday,08:00,60,10\n"
    assert plan(_day(MONDAY, {8: 2.2}), shifts).cost == 30
    assert plan(_day(MONDAY, {8: 2.0000000001}), shifts).cost == 20


def test_pools_have_their_own_need(plan):
    need = f"start,agents,pool\n{MONDAY}T08:00,1,b\n{MONDAY}T08:00,2,a\n{MONDAY}T09:00,0,a\n"
    done = plan(need, "shift,start,length_min,cost\nday,08:00,60,10\n")
    assert [(row["pool"], row["count"]) for row in done.rows] == [("a", 2), ("b", 1)]


def test_random_weeks_are_checked_from_their_files(plan):
    """A week with nights and breaks: cover, windows, days and cost are right on every edge of the horizon."""
    rng = np.random.default_rng(5)
    lines = ["shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min,days"]
    for number, start in enumerate([0, 6, 7, 8, 9, 10, 12, 14, 16, 20, 22, 23]):
        length = 60 * int(rng.integers(5, 10))
        days = "mon-fri" if number % 4 == 1 else "mon-sun"
        lines.append(f'k{number},{start:02d}:00,{length},{length + 60},60,120,{length - 180},"{days}"')
    dates = [f"2024-03-{day:02d}" for day in range(4, 11)]
    need = {}
    for date in dates:
        level = 3 + 3 * np.exp(-(((np.arange(24) - 12) / 4) ** 2)) + rng.integers(0, 2, 24)
        need |= _day(date, dict(enumerate(level.astype(int).tolist())))
    costs = {}
    for edges in ("cyclic", "lead_in"):
        done = plan(need, "\n".join(lines) + "\n", edges=edges)
        assert done.status is Status.OPTIMAL
        assert len({row["break_start"] for row in done.rows}) > 3
        costs[edges] = done.cost
    # reaching in from a day before costs what the last night of a cyclic week does not
    assert costs["lead_in"] > costs["cyclic"]

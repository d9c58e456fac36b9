"""Rosters of many weeks: windows of days one after the other."""

import numpy as np
import pytest

from models.roster.case import RosterCase
from models.roster.check import check
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish
from optimizer.roster.beginning import legal_lines
from optimizer.roster.engine import RosterLimits, solve_roster
from optimizer.roster.neighbourhoods import improve_days
from optimizer.roster.setting import Setting
from optimizer.roster.sweeps import Sweep

DAYS, WEEKS = 49, 42


def test_every_pass_covers_each_day_once_and_windows_grow_when_little_is_gained():
    sweep, longest = Sweep(DAYS, np.random.default_rng(1)), []
    for cost in (1000.0, 900.0, 899.9, 899.8, 899.7):
        seen, lengths = np.zeros(DAYS, int), []
        while not seen.all():
            first, end = sweep.window(cost)
            seen[first:end] += 1
            lengths.append(end - first)
        assert seen.max() == 1
        longest.append(max(lengths))
    assert longest[:2] == [14, 14]
    assert 14 < longest[2] <= 28 < longest[3] <= 42
    assert longest[4] == 14
    assert sweep.idle == 3
    assert not Sweep(14, np.random.default_rng(1))


def _weeks():
    """Five people for six weeks, with requests."""
    rng = np.random.default_rng(4)
    rules = (
        Rule("minutes", Measure.MINUTES, 208 * 60, 220 * 60),
        Rule("days in a row", Measure.DAYS_IN_A_ROW, 2, 5),
        Rule("days off in a row", Measure.DAYS_OFF_IN_A_ROW, 2),
        Rule("weekends", Measure.WEEKENDS, 0, 4),
    )
    shifts = ShiftType("D", 480), ShiftType("N", 720, ("D",))
    cover = tuple(
        Cover(day, shift.name, int(rng.integers(1, 3)), 20.0, 1.0) for day in range(WEEKS) for shift in shifts
    )
    people = tuple(Employee(f"P{n}", rules) for n in range(5))
    wishes = tuple(
        Wish(f"P{n}", day, None, False, float(rng.integers(1, 4)))
        for n in range(5) for day in rng.choice(WEEKS, 6, replace=False).tolist()
    )  # fmt: skip
    return RosterCase("weeks", WEEKS, shifts, people, wishes, cover, tuple((d, d + 1) for d in range(5, WEEKS, 7)))


def test_same_seed_same_roster_for_any_threads(monkeypatch):
    """Where columns are those of groups, windows come both before the linear bound and after it."""
    monkeypatch.setattr("optimizer.roster.engine.MANY_ROWS", 0)
    case, told = _weeks(), []
    one, two = (
        solve_roster(case, RosterLimits(time_limit_s=600.0, blocks=1, threads=threads), progress=told.append)
        for threads in (1, 2)
    )
    assert (one.lines == two.lines).all()
    assert (one.cost, one.bound) == (two.cost, two.bound)
    found = check(case, one.lines)
    assert (found.broken, found.cost) == ((), one.cost)
    assert one.bound <= one.cost < told[0].cost


@pytest.mark.parametrize("most", [0, 100_000])
def test_a_window_changes_only_its_days_and_keeps_no_more_lines_than_it_may(most, monkeypatch):
    monkeypatch.setattr("optimizer.roster.neighbourhoods.MOST_LINES", most)
    setting = Setting(_weeks(), lambda: 1e6)
    legal, _, _ = legal_lines(setting, setting.everybody)
    numbers = [legal[place] for place in setting.everybody]
    known = len(setting.pool)
    found = improve_days(setting, numbers, setting.everybody, np.zeros(len(setting.rows)), 10, 24)
    before, after = setting.lines(numbers), setting.lines(found)
    assert setting.cost(found) < setting.cost(numbers)
    assert (before[:, :10] == after[:, :10]).all()
    assert (before[:, 24:] == after[:, 24:]).all()
    assert check(setting.case, after).cost == setting.cost(found)
    assert (len(setting.pool) <= known + len(numbers)) == (most == 0)

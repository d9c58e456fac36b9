"""Columns of groups: the same bound as with a row for each employee, and rosters made of them."""

import math

import numpy as np
import pytest

from models.roster.case import RosterCase
from models.roster.records import Cover, Employee, ShiftType
from optimizer.roster.aggregate import aggregate
from optimizer.roster.beginning import first_roster, legal_lines, polished
from optimizer.roster.cover import CoverRows
from optimizer.roster.relaxation import FIRST_BOX, Box, relax
from optimizer.roster.setting import Setting


def _setting(case):
    setting = Setting(case, lambda: 100.0)
    legal, without, _ = legal_lines(setting, setting.everybody)
    return setting, legal, without


@pytest.mark.parametrize("seed", [2, 8, 17, 23, 31])
def test_the_bound_is_that_of_single_columns(seed, make_case):
    case = make_case(seed, days=5, people=3)
    setting, legal, without = _setting(case)
    if without:
        return
    numbers = first_roster(setting, legal)
    found = aggregate(setting, numbers, setting.cost(numbers), lambda: 100.0, lambda _: False)
    master = setting.master(setting.everybody, setting.rows.need, list(range(len(setting.pool))))
    single = relax(master, setting.rows, setting.pool, setting.pricer, lambda: 100.0, Box(setting.rows, FIRST_BOX))
    assert found.bound <= single.answer.objective + 1e-6
    assert found.bound == pytest.approx(single.bound, rel=1e-3, abs=1e-3)


def test_a_roster_of_columns_has_a_line_of_everybody(make_case):
    case = make_case(8, days=5, people=3)
    setting, legal, _ = _setting(case)
    numbers = first_roster(setting, legal)
    found = aggregate(setting, numbers, setting.cost(numbers), lambda: 100.0, lambda _: False)
    for rng in (None, np.random.default_rng(1)):
        taken = found.sample(rng, 3)
        assert [setting.pool.employee[number] for number in taken] == [0, 1, 2]
        assert setting.cost(polished(setting, taken)) <= setting.cost(taken) + 1e-6
        assert found.bound <= setting.cost(taken) + 1e-6 < math.inf


@pytest.mark.parametrize("seed", [2, 8, 17])
def test_a_bound_that_begins_with_a_guess_holds_too(seed, make_case):
    case = make_case(seed, days=5, people=3)
    setting, legal, without = _setting(case)
    if without:
        return
    numbers = first_roster(setting, legal)
    cost, guess = setting.cost(numbers), setting.rows.scarcity(setting.present(numbers))
    plain, found = (aggregate(setting, numbers, cost, lambda: 100.0, lambda _: False, start) for start in (None, guess))
    assert found.bound == pytest.approx(plain.bound, rel=1e-3, abs=1e-3)


def test_all_rows_of_a_weekday_are_scarce_where_some_are_short():
    cover = tuple(Cover(day, "D", 2, 9.0, 4.0) for day in range(21))
    rows = CoverRows(RosterCase("rows", 21, (ShiftType("D", 480),), (Employee("Ann"),), cover=cover))
    present = np.full(21, 2.0)
    present[12] = 1  # one of three
    present[[3, 10, 18]] = 3  # two of three, and one of three
    prices = rows.scarcity(present).reshape(3, 7)
    assert (prices == prices[0]).all()
    assert prices[0].tolist() == [0, 0, 0, -4, 0, 9, 0]

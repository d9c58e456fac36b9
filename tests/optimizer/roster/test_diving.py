"""Dives, the smaller programs in which they go on, and the box that prices stay in."""

import numpy as np
import pytest

from optimizer.roster.beginning import first_roster, legal_lines
from optimizer.roster.diving import dive
from optimizer.roster.relaxation import FIRST_BOX, Box, relax
from optimizer.roster.setting import Setting


def _master(case):
    setting = Setting(case, lambda: 100.0)
    legal, without, _ = legal_lines(setting, setting.everybody)
    if without:
        return setting, None
    first_roster(setting, legal)
    return setting, setting.master(setting.everybody, setting.rows.need, list(range(len(setting.pool))))


def _relaxed(setting, master, box):
    return relax(master, setting.rows, setting.pool, setting.pricer, lambda: 100.0, box)


@pytest.mark.parametrize("seed", [2, 8, 17, 23])
def test_a_dive_gives_everybody_a_line_and_costs_no_less_than_the_bound(seed, make_case):
    setting, master = _master(make_case(seed, days=5, people=4))
    if master is None:
        return
    box = Box(setting.rows, FIRST_BOX * setting.unit)
    linear = _relaxed(setting, master, box)
    found = dive(
        master, setting.rows, setting.pool, setting.pricer, lambda: 100.0, Box(setting.rows, setting.unit, box.centre)
    )
    assert [setting.pool.employee[number] for number in found] == setting.everybody
    assert setting.cost(found) >= linear.bound - 1e-6


@pytest.mark.parametrize("seed", [2, 8, 17, 23])
def test_the_program_over_the_rest_has_the_same_optimum(seed, make_case):
    setting, master = _master(make_case(seed, days=5, people=4))
    if master is None:
        return
    linear = _relaxed(setting, master, Box(setting.rows, FIRST_BOX * setting.unit))
    taken = int(np.argmax(master.shares(linear.answer)))
    master.fix(master.numbers[taken])
    whole = master.solve()
    rest = master.rest(master.shares(whole))
    assert len(rest.employees) == len(master.employees) - 1
    assert rest.objective(rest.solve()) == pytest.approx(master.objective(whole), abs=1e-6)


@pytest.mark.parametrize("size", [0.01, 100.0])
def test_the_size_of_the_box_does_not_change_the_bound(size, make_case):
    setting, master = _master(make_case(17, days=5, people=4))
    plain = _relaxed(setting, master, Box(setting.rows, FIRST_BOX * setting.unit))
    setting, master = _master(make_case(17, days=5, people=4))
    other = _relaxed(setting, master, Box(setting.rows, size))
    assert other.bound == pytest.approx(plain.bound, abs=1e-5)

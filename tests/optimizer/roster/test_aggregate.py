"""Columns of groups: the same bound as with a row for each employee, and rosters made of them."""

import math

import numpy as np
import pytest

from optimizer.roster.aggregate import aggregate
from optimizer.roster.beginning import first_roster, legal_lines, polished
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

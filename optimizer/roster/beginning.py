"""A first roster: everybody in turn takes the line that helps the cover most, whatever the others do later."""

from __future__ import annotations

import numpy as np

from models.roster.case import Lines
from models.roster.check import check
from models.roster.rules import Breach
from optimizer.roster.network import Floats
from optimizer.roster.pricing import QUICK_PARTIAL_LINES
from optimizer.roster.setting import Setting

PASSES = 3


def legal_lines(setting: Setting) -> tuple[list[int], list[int], list[int]]:
    """Find one legal line of each employee.

    Returns
    -------
    numbers : of the lines in the pool
    without : employees who have no legal line at all
    unknown : employees for whom none was found within the search's limit
    """
    numbers: list[int] = []
    without: list[int] = []
    unknown: list[int] = []
    priced = setting.pricer.price(setting.everybody, setting.rows.rewards(np.zeros(len(setting.rows))), 1)
    for one in priced:
        if len(one.lines):
            numbers.append(setting.pool.add(one.employee, one.lines[0], float(one.cost[0])))
        else:
            (without if np.isinf(one.bound) else unknown).append(one.employee)
    return numbers, without, unknown


def first_roster(setting: Setting, legal: list[int]) -> list[int]:
    """Build a roster from nothing, then let everybody answer to all others a few times."""
    taken: dict[int, int] = {}
    present = np.zeros(len(setting.rows))
    for _ in range(PASSES):
        for employee in setting.everybody:
            if setting.seconds_left() <= 0:
                return [taken.get(place, number) for place, number in enumerate(legal)]
            if employee in taken:
                present -= setting.present([taken[employee]])
            taken[employee] = _best_answer(setting, employee, present, taken.get(employee, legal[employee]))
            present += setting.present([taken[employee]])
    return [taken[employee] for employee in setting.everybody]


def _best_answer(setting: Setting, employee: int, present: Floats, otherwise: int) -> int:
    """Return the line that is cheapest when the others stay; each row is lacked or not, so its price is exact."""
    rows = setting.rows
    prices = np.where(present < rows.need, rows.under_price, -rows.over_price)
    (one,) = setting.pricer.price([employee], rows.rewards(prices), 1, QUICK_PARTIAL_LINES)
    return setting.pool.add(employee, one.lines[0], float(one.cost[0])) if len(one.lines) else otherwise


def given_roster(setting: Setting, lines: Lines, legal: list[int]) -> list[int]:
    """Take a roster over as far as it is legal; an employee whose line breaks a hard rule gets an own legal one."""
    broken: dict[str, list[Breach]] = {}
    cost = {employee.name: 0.0 for employee in setting.case.employees}
    for breach in check(setting.case, lines).breaches:
        if breach.employee is not None and breach.price is None:
            broken.setdefault(breach.employee, []).append(breach)
        elif breach.employee is not None:
            cost[breach.employee] += breach.cost
    return [
        legal[place]
        if employee.name in broken
        else setting.pool.add(place, np.ascontiguousarray(lines[place], np.int64), cost[employee.name])
        for place, employee in enumerate(setting.case.employees)
    ]

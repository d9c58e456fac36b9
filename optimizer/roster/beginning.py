"""A first roster: everybody in turn takes the line that helps the cover most, whatever the others do later."""

from __future__ import annotations

import math

import numpy as np

from models.roster.case import Lines
from models.roster.check import check
from optimizer.roster.master import Master
from optimizer.roster.network import Floats
from optimizer.roster.setting import Setting
from optimizer.solve import Answer

PASSES = 3
"""Of a first roster."""
MOST_PASSES = 10
TRIES = 5
"""Of a search for a legal line at prices by chance."""
COST_TOLERANCE = 1e-6


def legal_lines(setting: Setting, employees: list[int]) -> tuple[dict[int, int], list[int], list[int]]:
    """Find one legal line of each of some employees.

    Returns
    -------
    numbers : of their lines in the pool
    without : employees who have no legal line at all
    unknown : employees for whom none was found within the search's limit
    """
    numbers: dict[int, int] = {}
    without: list[int] = []
    unknown: list[int] = []
    free_of_prices = setting.rows.rewards(np.zeros(len(setting.rows)))
    rng = np.random.default_rng(setting.seed)
    for employee in employees:
        one = setting.pricer.price_one(employee, free_of_prices[employee], 1, 0)
        if not len(one.lines):
            one = setting.pricer.price_one(employee, free_of_prices[employee], 1)
        for _ in range(TRIES):
            if len(one.lines) or np.isinf(one.bound):
                break  # among lines that all cost the same the search goes astray: let chance tell them apart
            chance = rng.uniform(0, 1, (setting.case.days, len(setting.case.shifts)))
            one = setting.pricer.price_one(employee, chance, 1)
        if len(one.lines):
            numbers[one.employee] = setting.pool.add(one.employee, one.lines[0], float(one.cost[0]))
        else:
            (without if np.isinf(one.bound) else unknown).append(one.employee)
    return numbers, without, unknown


def first_roster(setting: Setting, legal: dict[int, int]) -> list[int]:
    """Build a roster from nothing, then let everybody answer to all others a few times."""
    taken: dict[int, int] = {}
    present = np.zeros(len(setting.rows))
    for employee in setting.everybody:
        if setting.seconds_left() <= 0:
            break
        taken[employee] = _best_answer(setting, employee, present, legal[employee])
        present += setting.present([taken[employee]])
    return polished(setting, [taken.get(place, legal[place]) for place in setting.everybody], PASSES - 1)


def polished(setting: Setting, numbers: list[int], passes: int = MOST_PASSES) -> list[int]:
    """Let everybody in turn take the line that is cheapest while the others stay, until nobody gains by it."""
    taken, present = list(numbers), setting.present(numbers)
    cost = setting.cost(taken)
    for _ in range(passes):
        for employee in setting.everybody:
            if setting.seconds_left() <= 0:
                return taken
            without = present - setting.present([taken[employee]])
            taken[employee] = _best_answer(setting, employee, without, taken[employee])
            present = without + setting.present([taken[employee]])
        before, cost = cost, setting.cost(taken)
        if cost >= before - COST_TOLERANCE:
            break
    return taken


def rounded(setting: Setting, master: Master, answer: Answer) -> list[int]:
    """Give everybody the line that a linear relaxation takes most of, then let them answer to each other."""
    best: dict[int, tuple[float, int]] = {}
    for share, number in zip(master.shares(answer).tolist(), master.numbers, strict=True):
        employee = setting.pool.employee[number]
        best[employee] = max(best.get(employee, (-1.0, number)), (share, number))
    return polished(setting, [best[employee][1] for employee in setting.everybody])


def _best_answer(setting: Setting, employee: int, present: Floats, otherwise: int) -> int:
    """Return the line that is cheapest when the others stay; each row is lacked or not, so its price is exact."""
    rows = setting.rows
    prices = np.where(present < rows.need, rows.under_price, -rows.over_price)
    one = setting.pricer.price_one(employee, rows.reward(employee, prices), 1, 0)
    if not len(one.lines):
        return otherwise
    kept = setting.pool.cost[otherwise] - prices[rows.given(employee, setting.pool.line[otherwise])].sum()
    better = one.value[0] <= kept + COST_TOLERANCE  # a search that was cut short may end with a dearer line
    return setting.pool.add(employee, one.lines[0], float(one.cost[0])) if better else otherwise


def given_costs(setting: Setting, lines: Lines) -> list[float]:
    """Return what each employee's line of a roster costs by own rules and wishes; infinite where it is not legal."""
    place = {employee.name: place for place, employee in enumerate(setting.case.employees)}
    cost = [0.0] * len(place)
    for breach in check(setting.case, lines).breaches:
        if breach.employee is not None:
            cost[place[breach.employee]] += math.inf if breach.price is None else breach.cost
    return cost


def given_roster(setting: Setting, lines: Lines, costs: list[float], legal: dict[int, int]) -> list[int]:
    """Take a roster over as far as it is legal; those whose line costs infinitely much get their own legal one."""
    return [
        legal[place]
        if math.isinf(cost)
        else setting.pool.add(place, np.ascontiguousarray(lines[place], np.int64), cost)
        for place, cost in enumerate(costs)
    ]

"""The linear bound of a large roster, by columns that give lines to a whole group of people at once.

Sets
    groups g of employees; columns j of each group: one line for each of its employees, those that were cheapest at the
    same prices; cover rows k.
Decisions
    take[j] >= 0, one of each group; short[k], over[k] >= 0 people.
Objective
    minimise  sum_j cost[j] take[j] + sum_k under_price[k] short[k] + over_price[k] over[k]
Subject to
    one_column[g]:  sum over columns j of g: take[j] = 1
    cover[k]:       sum_j people[j, k] take[j] + short[k] - over[k] = need[k]

The program stays as small as the cover where one row for each employee would make it slow; it takes more rounds of
pricing, which are cheap. The bound at any prices is the same as that of the program with a row for each employee, and
prices are kept within a box as in ``relaxation``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimizer.roster.network import Floats
from optimizer.roster.pricing import PARTIAL_LINES
from optimizer.roster.relaxation import Box
from optimizer.roster.setting import Setting
from optimizer.solve import GrowingProgram, Program

GROUPS = 100
FIRST_BOX, GUESS_BOX, SHRINK = 8.0, 0.25, 0.8
"""Distance of prices from zero and from a guess at first, in the case's units of price, and its factor when the bound
does not rise: columns are few at first, and prices far from good ones."""
CLOSE = 2e-4
"""Relative gap at which no further rounds are worth their time."""
VAGUE = 0.5
"""Quick searches are no longer enough when they leave more than this share of the gap unproved."""


@dataclass(frozen=True, eq=False)
class Aggregate:
    """Where the columns of groups ended.

    Attributes
    ----------
    bound : proved, over every legal line
    prices : (K,) of cover at which it was
    groups : employees of each group
    columns : (group, numbers of its employees' lines) of each column
    shares : (J,) how far each column is taken
    """

    bound: float
    prices: Floats
    groups: list[list[int]]
    columns: list[tuple[int, list[int]]]
    shares: Floats

    def sample(self, rng: np.random.Generator | None, people: int) -> list[int]:
        """Give everybody the line of one of the group's columns: the one taken most, or by chance."""
        taken = [0] * people
        for group, members in enumerate(self.groups):
            own = [place for place, (of, _) in enumerate(self.columns) if of == group]
            weights = np.maximum(self.shares[own], 0.0)
            for place, member in enumerate(members):
                chosen = own[int(weights.argmax())] if rng is None else rng.choice(own, p=weights / weights.sum())
                taken[member] = self.columns[int(chosen)][1][place]
        return taken


def aggregate(
    setting: Setting,
    numbers: list[int],
    cost: float,
    seconds_left: Callable[[], float],
    enough: Callable[[float], bool],
    guess: Floats | None = None,
) -> Aggregate:
    """Add columns until the bound is close to the program's value, ``enough(bound)`` or the time is over.

    Parameters
    ----------
    numbers : a roster to begin with, which costs ``cost``
    guess : (K,) prices to begin with, near good ones; all searches are quick then
    """
    rows, everybody = setting.rows, setting.everybody
    groups = [everybody[place::GROUPS] for place in range(min(GROUPS, len(everybody)))]
    program = GrowingProgram(_side_columns(setting, len(groups)), setting.seed, presolve=False)
    columns: list[tuple[int, list[int]]] = []

    def add(lines: list[int]) -> None:
        new = [(group, [lines[member] for member in members]) for group, members in enumerate(groups)]
        columns.extend(new)
        program.add_columns(
            np.array([sum(setting.pool.cost[number] for number in some) for _, some in new]),
            sparse.csc_matrix(np.concatenate([np.eye(len(groups)), np.stack([setting.present(s) for _, s in new], 1)])),
        )

    add(numbers)
    size = FIRST_BOX if guess is None else GUESS_BOX
    box, shares, partial_lines = Box(rows, size * setting.unit, guess, shrink=SHRINK), np.ones(len(groups)), 0
    side = 2 * len(rows)
    while True:
        low, high = box.low, box.high
        program.price_columns(np.arange(side), np.stack([high, -low], 1).ravel())
        answer = program.solve(seconds_left())
        if answer.values is None or answer.row_duals is None:  # no time for it
            return Aggregate(box.best, box.centre, groups, columns[: len(shares)], shares)
        shares = answer.values[side:]
        prices = np.clip(answer.row_duals[len(groups) :], low, high)
        missing = answer.values[:side:2] - answer.values[1:side:2]
        beyond = (rows.under_price - high) @ np.maximum(missing, 0) + (rows.over_price + low) @ np.maximum(-missing, 0)
        cost = min(cost, answer.objective + float(beyond))
        if cost - box.best <= CLOSE * abs(cost) or enough(box.best) or seconds_left() <= 0:
            return Aggregate(box.best, box.centre, groups, columns, shares)
        priced = setting.pricer.price(everybody, rows.rewards(prices), 1, partial_lines)
        box.move(prices, float(rows.need @ prices) + sum(one.bound for one in priced))
        found = [one for one in priced if len(one.lines)]
        new = {one.employee: setting.pool.add(one.employee, one.lines[0], float(one.cost[0])) for one in found}
        add([new.get(employee, numbers[employee]) for employee in everybody])
        unproved = sum(float(one.value[0]) - one.bound for one in found)
        if guess is None and (len(found) < len(priced) or unproved > VAGUE * (cost - box.best)):
            partial_lines = PARTIAL_LINES


def _side_columns(setting: Setting, groups: int) -> Program:
    """The program without columns of groups: short and over of each row in turn."""
    rows = setting.rows
    count = len(rows)
    sign = np.tile([1.0, -1.0], count)
    matrix = sparse.csc_matrix(
        (sign, groups + np.repeat(np.arange(count), 2), np.arange(2 * count + 1)), shape=(groups + count, 2 * count)
    )
    right: Floats = np.concatenate([np.ones(groups), rows.need])
    return Program(
        np.stack([rows.under_price, rows.over_price], 1).ravel(), np.zeros(2 * count), np.full(2 * count, np.inf),
        np.zeros(2 * count, bool), matrix, right, right,
    )  # fmt: skip

"""What every step of the search works with, and the best roster so far."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models.roster.case import Lines, RosterCase
from models.roster.records import Rule
from optimizer.roster.cover import CoverRows
from optimizer.roster.lines import LinePool
from optimizer.roster.master import Master
from optimizer.roster.network import Floats
from optimizer.roster.pricing import Pricer


@dataclass(eq=False)
class Setting:
    """Rows, lines and pricer of one case.

    Attributes
    ----------
    seconds_left : of the whole search
    grain : every roster's cost is a whole multiple of it; 0 when there is no such figure
    unit : what breaking a soft rule or a wish usually costs
    """

    case: RosterCase
    seconds_left: Callable[[], float]
    seed: int = 1
    threads: int = 1
    rows: CoverRows = field(init=False)
    pool: LinePool = field(init=False)
    pricer: Pricer = field(init=False)
    grain: float = field(init=False)
    unit: float = field(init=False)

    def __post_init__(self) -> None:
        case = self.case
        self.rows, self.pool = CoverRows(case), LinePool(case.days)
        self.pricer = Pricer(case, self.threads, self.seconds_left)
        self.grain, self.unit = cost_grain(case), price_unit(case)

    @property
    def everybody(self) -> list[int]:
        """Places of all employees."""
        return list(range(len(self.case.employees)))

    def apart(self) -> Setting:
        """Return the same with no lines."""
        found = copy.copy(self)
        found.pool = LinePool(self.case.days)
        return found

    def master(self, employees: list[int], need: Floats, numbers: list[int]) -> Master:
        """Return the master program over some employees."""
        return Master(self.rows, self.pool, employees, need, numbers, self.seed)

    def present(self, numbers: list[int]) -> Floats:
        """People in each cover row, of some lines."""
        employees = np.array([self.pool.employee[number] for number in numbers], np.int64)
        return self.rows.present(self.pool.lines(np.array(numbers, np.int64)), employees)

    def cost(self, numbers: list[int]) -> float:
        """Cost of a roster: one line of each employee."""
        own = sum(self.pool.cost[number] for number in numbers)
        return round(own + self.rows.cost(self.present(numbers)), 6)

    def value(self, number: int, prices: Floats) -> float:
        """Cost of a line less what its cover earns at prices (K,) of the rows."""
        rows = self.rows.given(self.pool.employee[number], self.pool.line[number])
        return self.pool.cost[number] - float(prices[rows].sum())

    def lines(self, numbers: list[int]) -> Lines:
        """Return the roster itself; ``numbers`` in the order of the employees."""
        return self.pool.lines(np.array(numbers, np.int64))


def cost_grain(case: RosterCase) -> float:
    """Return a sum of which every roster's cost is a whole multiple; 0 unless all prices and bounds are whole."""
    rules: list[Rule] = [rule for one in case.employees for rule in one.rules if rule.price is not None]
    prices = [rule.price or 0.0 for rule in rules] + [wish.price or 0.0 for wish in case.wishes]
    prices += [price for cover in case.cover for price in (cover.under_price, cover.over_price)]
    bounds = [bound for rule in rules for bound in (rule.least, rule.most) if math.isfinite(bound)]
    if not all(float(figure).is_integer() for figure in (*prices, *bounds)):
        return 0.0
    return float(math.gcd(*(int(price) for price in prices)))


def price_unit(case: RosterCase) -> float:
    """Return the middle one of the prices of soft rules and wishes, of cover where there are none."""
    prices = [rule.price for one in case.employees for rule in one.rules if rule.price]
    prices += [wish.price for wish in case.wishes if wish.price]
    covers = [price for cover in case.cover for price in (cover.under_price, cover.over_price) if price]
    return float(np.median(prices or covers or [1.0]))

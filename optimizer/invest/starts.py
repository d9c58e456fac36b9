"""The decisions as columns: starts of options, overlaps of two initiatives, yearly amounts of spends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.investment.case import Choice, Floats, InvestmentCase, Start
from optimizer.invest.rows import Rows

Terms = dict[int, float]
"""Column to coefficient."""


@dataclass(frozen=True, eq=False)
class Decisions:
    """Places of the columns that decide.

    Attributes
    ----------
    option, period, column : (N,) arrays, one entry a start
    both : (overlap, start, period) to the column that is 1 when both work
    amount, logs : (S, Y) arrays of columns, of the yearly amounts and of the logarithms of what they leave
    """

    case: InvestmentCase
    option: NDArray[np.int64]
    period: NDArray[np.int64]
    column: NDArray[np.int64]
    both: Mapping[tuple[int, int, int], int]
    amount: NDArray[np.int64]
    logs: NDArray[np.int64]

    def of_initiative(self, initiative: int) -> list[int]:
        """Starts of an initiative in all its sizes."""
        options = self.case.options_of[initiative]
        return [n for n, option in enumerate(self.option.tolist()) if option in options]

    def working(self, initiative: int, period: int) -> Terms:
        """Terms that sum to 1 when the initiative works in a period."""
        return {
            int(self.column[n]): 1.0
            for n in self.of_initiative(initiative)
            if self.period[n] + self.case.options[self.option[n]].build <= period
        }

    def choice(self, values: Floats) -> Choice:
        """Read the decisions off a solution."""
        taken = np.flatnonzero(values[self.column] > 0.5) if len(self.column) else np.zeros(0, np.int64)
        starts = tuple(Start(int(self.option[n]), int(self.period[n])) for n in taken)
        top = np.array([spend.amounts[-1] for spend in self.case.spends])
        amounts = np.clip(values[self.amount], 0.0, top[:, None]) if self.amount.size else np.zeros(self.amount.shape)
        return Choice(starts, np.where(amounts < 1e-6, 0.0, amounts))


def add_decisions(rows: Rows, case: InvestmentCase) -> Decisions:
    """Add the columns that decide, and the rows that tie overlaps and curves of spends to them."""
    pairs = [(o, s) for o, one in enumerate(case.options) for s in range(one.first_start, one.last_start + 1)]
    option, period = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    column = np.array([rows.column(0.0, 1.0, integer=True) for _ in pairs], dtype=np.int64)
    shape = (len(case.spends), case.horizon.years)
    amount, logs = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for place, spend in enumerate(case.spends):
        left = np.log1p(spend.changes)
        for year in range(case.horizon.years):
            amount[place, year] = rows.column(0.0, float(spend.amounts[-1]))
            logs[place, year] = rows.column(float(left.min()), float(max(left.max(), 0.0)))
            for k, slope in enumerate(np.diff(left) / np.diff(spend.amounts)):
                entries = {int(logs[place, year]): 1.0, int(amount[place, year]): -float(slope)}
                rows.row(("curve", place), entries, float(left[k] - slope * spend.amounts[k]), np.inf)
    made = Decisions(case, option, period, column, {}, amount, logs)
    both = {key: value for k in range(len(case.relations.overlaps)) for key, value in _overlap(rows, made, k).items()}
    return Decisions(case, option, period, column, both, amount, logs)


def _overlap(rows: Rows, made: Decisions, place: int) -> dict[tuple[int, int, int], int]:
    """Products of a start of b and a working, for every period in which that start works; exact at whole starts."""
    a, b, _ = made.case.relations.overlaps[place]
    found: dict[tuple[int, int, int], int] = {}
    for t in range(made.case.horizon.periods):
        other, mine = made.working(a, t), made.working(b, t)
        if not other or not mine:
            continue
        products = {}
        for n in made.of_initiative(b):
            start = int(made.column[n])
            if start in mine:
                products[start] = found[place, n, t] = rows.column(0.0, 1.0)
                rows.row(("overlap", place), {products[start]: 1.0, start: -1.0}, -np.inf, 0.0)
        total = dict.fromkeys(products.values(), 1.0)
        less = dict.fromkeys(other, -1.0)
        rows.row(("overlap", place), total | less, -np.inf, 0.0)
        rows.row(("overlap", place), total | less | dict.fromkeys(mine, -1.0), -1.0, np.inf)
    return found

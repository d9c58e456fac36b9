"""Row prices of a part that are known, and what they still say under other costs and numbers.

Prices of rows that solve one linear program bound every other one with the same rows and columns from below: whatever a
column is then worth too little costs nothing, and whatever it is worth too much is taken as far as its bounds let
(weak duality, with bounds on all columns). So prices that were found once need not be found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from models.mix.records import Floats, Ints
from optimizer.solve import Program

if TYPE_CHECKING:
    from optimizer.mix.part import Choice

MOST_KEPT = 400
"""Prices of rows that are kept of a part, the latest."""
SEVERAL = 2
"""So many choices, those with the most patterns, are looked at each by itself."""
ROUNDING = 1e-9
"""A price below it is none."""


class KnownDuals:
    """Prices of the rows of a part, as lower bounds over the combinations of its whole columns.

    Parameters
    ----------
    program : of the part; every continuous column but sums has an upper bound
    choices : of its whole columns
    sums : (rows, columns) of columns that stand for a sum of others, each with the row that defines it
    known : (n, rows) prices to begin with

    Attributes
    ----------
    duals : (n, rows) prices
    own : coefficient of each sum in the row that defines it
    """

    def __init__(
        self, program: Program, choices: Sequence[Choice], sums: tuple[Ints, Ints], known: Floats | None = None
    ) -> None:
        self.program, self.sums, self._choices = program, sums, choices
        rows = len(program.row_lower)
        self.duals: Floats = np.zeros((0, rows)) if known is None else known
        by_column = program.matrix.T.tocsr()
        self._by_column = by_column
        self.own = np.asarray(program.matrix[sums[0], sums[1]], np.float64).ravel() if len(sums[0]) else np.zeros(0)
        self._whole = np.flatnonzero(program.integer)
        self._least = np.where(np.isfinite(program.row_lower), program.row_lower, 0.0)
        self._most = np.where(np.isfinite(program.row_upper), program.row_upper, 0.0)
        self._cost: Floats = program.cost
        self._constant: Floats = np.zeros(0)
        self._slopes: list[Floats] = []
        self._ready: _Ready | None = None

    def __len__(self) -> int:
        return len(self._constant)

    def price(self, cost: Floats) -> None:
        """Take other costs of the part's columns."""
        self._cost = cost
        if self._ready is None or self._ready.duals is not self.duals:
            self._ready = self._prepared(self.duals)
        self._constant, self._slopes = self._evaluated(self._ready)

    def add(self, duals: Floats) -> None:
        """Keep the prices of one more solve."""
        one = duals[None, :]
        constant, slopes = self._evaluated(self._prepared(one))
        kept = slice(-MOST_KEPT + 1, None)
        self.duals = np.concatenate([self.duals[kept], one])
        self._constant = np.concatenate([self._constant[kept], constant])
        self._slopes = [np.concatenate([old[kept], new]) for old, new in zip(self._slopes, slopes, strict=True)]

    def best_at(self, chosen: Sequence[int]) -> tuple[float, int]:
        """Return the highest bound of a combination, and whose it is; -inf without any."""
        if not len(self._constant):
            return -np.inf, -1
        values = self._constant.copy()
        for slope, pattern in zip(self._slopes, chosen, strict=True):
            values += slope[:, pattern]
        best = int(values.argmax())
        return float(values[best]), best

    def table(self, number: int) -> Floats:
        """Return the bound of every combination by the prices of one solve."""
        found: Floats = _sum_of([self._constant[number, None], *(slope[number] for slope in self._slopes)])[0]
        return found

    def raise_least(self, bounds: Floats) -> int:
        """Raise bounds of the combinations until no prices say more of the least of them; return its place."""
        while True:
            place = int(bounds.argmin())
            value, number = self.best_at([int(k) for k in np.unravel_index(place, bounds.shape)])
            if not value > bounds.flat[place]:
                return place
            np.maximum(bounds, self.table(number), out=bounds)

    def least(self) -> tuple[float, tuple[int, ...], int]:
        """Return the least bound of all combinations, one that has it, and whose prices say it; -inf without any."""
        if not len(self):
            return -np.inf, (0,) * len(self._choices), -1
        # choices of few patterns are taken as one: less to go through at each step, of which there are many
        order = np.argsort([-slope.shape[1] for slope in self._slopes], kind="stable")
        slopes = [self._slopes[k] for k in order]
        sizes = [slope.shape[1] for slope in slopes]
        few = self._constant[:, None]
        for slope in slopes[SEVERAL:]:
            few = (few[:, :, None] + slope[:, None, :]).reshape(len(self), -1)
        axes = [*slopes[:SEVERAL], few]
        bounds = np.full([axis.shape[1] for axis in axes], -np.inf)
        while True:
            place = int(bounds.argmin())
            at = np.unravel_index(place, bounds.shape)
            values = sum(axis[:, k] for axis, k in zip(axes, at, strict=True))
            number = int(values.argmax())
            if not values[number] > bounds.flat[place]:
                break
            np.maximum(bounds, _sum_of([axis[number] for axis in axes]), out=bounds)
        chosen = np.empty(len(order), np.int64)
        chosen[order] = np.unravel_index(place, sizes)
        return float(bounds.flat[place]), tuple(chosen.tolist()), number

    def _prepared(self, duals: Floats) -> _Ready:
        """Work out of prices what does not depend on the costs."""
        program, (rows, columns) = self.program, self.sums
        prices = possible(duals, program.row_lower, program.row_upper)
        worth = (self._by_column @ prices.T).T
        constant = np.maximum(prices, 0.0) @ self._least + np.minimum(prices, 0.0) @ self._most
        # a row that defines a sum has no side but 0: its price is no part of the constant
        return _Ready(duals, worth, worth[:, columns] / self.own, constant, self._by_column[:, rows])

    def _evaluated(self, ready: _Ready) -> tuple[Floats, list[Floats]]:
        """Return constants (n,) and a slope (n, patterns) for each choice."""
        program, cost, columns = self.program, self._cost, self.sums[1]
        # the price of the row that defines a sum makes the sum itself worth nothing
        more = cost[columns] / self.own - ready.of_sums
        reduced = cost - ready.worth - (ready.by_sum @ more.T).T
        slopes = [reduced[:, choice.columns] @ choice.patterns.T for choice in self._choices]
        reduced[:, self._whole] = 0.0
        reduced[np.abs(reduced) < ROUNDING] = 0.0
        unbounded = (reduced < 0) & ~np.isfinite(program.upper)
        upper = np.where(np.isfinite(program.upper), program.upper, 0.0)
        constant = ready.constant + np.maximum(reduced, 0.0) @ program.lower + np.minimum(reduced, 0.0) @ upper
        constant[unbounded.any(axis=1)] = -np.inf
        return constant, slopes


def possible(prices: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return prices of rows without what a solver's tolerance gives to a side that a row does not have."""
    return np.clip(prices, np.where(np.isfinite(upper), -np.inf, 0.0), np.where(np.isfinite(lower), np.inf, 0.0))


def _sum_of(parts: Sequence[Floats]) -> Floats:
    """Return the sums of all combinations of elements, one of each part."""
    found = parts[0]
    for part in parts[1:]:
        found = found[..., None] + part
    return found


@dataclass(frozen=True, eq=False)
class _Ready:
    """Prices of rows, and what they make of the columns.

    Attributes
    ----------
    duals, worth : (n, rows) as they were given, and (n, columns) worth of the columns in all rows
    of_sums : (n, sums) worth of each sum, in its own coefficient
    constant : (n,)
    by_sum : (columns, sums) of the matrix
    """

    duals: Floats
    worth: Floats
    of_sums: Floats
    constant: Floats
    by_sum: sparse.csr_matrix

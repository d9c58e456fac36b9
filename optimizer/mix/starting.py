"""Prices of the rules of the horizon for a mix of which shares of its periods are known.

Each known share of a period, with the least whole columns that carry it, is a solution of the period. The linear
program that mixes these solutions, one unit of them in each period, gives the prices (the restricted master of Dantzig
& Wolfe 1960, Operations Research 8(1)). With many solutions its value is close to the best bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.mix.records import Floats, Ints
from optimizer.changing import ChangingProgram
from optimizer.mix.complete import carry
from optimizer.mix.program import MixProgram
from optimizer.solve import Program

MISS = 50.0
"""Price of missing a row of the horizon, in the cost of the dearest solution of a period."""


@dataclass(frozen=True, eq=False)
class Solutions:
    """Solutions of the periods: known shares with what carries them; they do not depend on prices.

    Attributes
    ----------
    period : (n,) of each
    share : (n,) which of the known shares of the period it is
    values : (n, columns of the period) of each period
    activity : (rows of the horizon, n)
    """

    period: Ints
    share: Ints
    values: tuple[Floats, ...]
    activity: Floats

    @classmethod
    def of(
        cls, mix: MixProgram, columns: Sequence[Ints], shares: Sequence[Floats], outer: sparse.csc_matrix
    ) -> Solutions:
        """Carry the known shares of every period.

        Parameters
        ----------
        columns : of each period, in the program
        shares : (m, columns of the period) of each period
        outer : rows of the horizon, of all columns
        """
        most, count = max(len(some) for some in shares), len(mix.cells.link)
        whole = np.zeros((count, most))
        for mine, some in zip(columns, shares, strict=True):
            cells = mine < count
            # of a period with fewer shares the first ones stand in again
            whole[mine[cells]] = some[np.arange(most) % len(some)][:, cells].T
        values, carried = carry(mix, whole)
        found, activity, share = [], [], []
        for mine, some in zip(columns, shares, strict=True):
            fits = np.flatnonzero(carried[int(mix.cells.period[mine[0]]), : len(some)])
            found.append(values[np.ix_(mine, fits)].T)
            activity.append(outer[:, mine] @ found[-1].T)
            share.append(fits)
        period = np.repeat(np.arange(len(found)), [len(some) for some in found])
        return cls(period, np.concatenate(share), tuple(found), np.concatenate(activity, axis=1))

    def prices(self, mix: MixProgram, columns: Sequence[Ints], outer: sparse.csc_matrix, alone: Ints, upper: Floats,
               sides: tuple[Floats, Floats]) -> tuple[Floats, Floats] | None:  # fmt: skip
        """Return prices of the rows of the horizon at the costs of a program, and how much there is of each solution.

        None where there is no mixture.

        Parameters
        ----------
        alone, upper : columns in no other row, and their upper bounds
        sides : of the rows of the horizon
        """
        cost = np.concatenate([some @ mix.program.cost[mine] for mine, some in zip(columns, self.values, strict=True)])
        rows, periods = len(sides[0]), len(self.values)
        one = np.eye(rows)
        unit = (self.period == np.arange(periods)[:, None]).astype(float)
        if not unit.any(axis=1).all():
            return None
        beside = len(alone) + 2 * rows
        matrix = np.block([[outer[:, alone].toarray(), one, -one, self.activity], [np.zeros((periods, beside)), unit]])
        miss = np.full(2 * rows, MISS * max(float(np.abs(cost).max(initial=0.0)), 1.0))
        program = Program(
            np.r_[mix.program.cost[alone], miss, cost], np.zeros(matrix.shape[1]),
            np.r_[upper, np.full(matrix.shape[1] - len(alone), np.inf)], np.zeros(matrix.shape[1], bool),
            sparse.csc_matrix(matrix), np.r_[sides[0], np.ones(periods)], np.r_[sides[1], np.ones(periods)],
        )  # fmt: skip
        answer = ChangingProgram(program, presolve=False).solve()
        if answer.values is None or answer.row_duals is None:
            return None
        return np.asarray(answer.row_duals[:rows]), np.asarray(answer.values[beside:])

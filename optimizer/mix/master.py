"""The master of the decomposition by period: which solutions of each part together keep the rows of the horizon.

Its relaxation gives the prices of those rows. They are held within a box around the best prices so far, because those
of few solutions jump (du Merle, Villeneuve, Desrosiers & Hansen 1999, Discrete Mathematics 194). With one combination
of whole columns for each part it proposes mixes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from models.mix.records import Bools, Floats, Ints
from optimizer.changing import ChangingProgram
from optimizer.mix.part import Piece
from optimizer.solve import Answer, Program, solve

MISS = 1e4
"""Price of missing a row of the horizon, in the cost of the dearest solution of a part."""


@dataclass(frozen=True, eq=False)
class Outer:
    """Rows that reach over the parts, and the columns that stand in no part.

    Attributes
    ----------
    rows : coupling rows of the program
    matrix : (rows, columns of the program)
    lower, upper : sides
    alone : columns in no other row
    """

    rows: Ints
    matrix: sparse.csc_matrix
    lower: Floats
    upper: Floats
    alone: Ints


@dataclass(eq=False)
class Pool:
    """Solutions of the parts that were met.

    Attributes
    ----------
    part, chosen, cost : of each, cost without prices
    activity : (rows of the horizon,) of each
    values : of the part's columns
    """

    part: list[int] = field(default_factory=list)
    chosen: list[tuple[int, ...]] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    activity: list[Floats] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    known: set[tuple[int, tuple[int, ...], bytes]] = field(default_factory=set)

    def add(self, part: int, piece: Piece, cost: float, activity: Floats) -> None:
        """Keep a solution, once."""
        key = part, piece.chosen, np.round(np.r_[cost, activity], 9).tobytes()
        if key not in self.known:
            self.known.add(key)
            self.part.append(part)
            self.chosen.append(piece.chosen)
            self.cost.append(cost)
            self.activity.append(activity)
            self.values.append(piece.values)


def master_prices(program: Program, outer: Outer, pool: Pool, low: Floats, high: Floats) -> Answer:
    """Return the relaxed master with its prices between `low` and `high`; those of the rows come first."""
    rows, parts = len(outer.rows), np.array(pool.part)
    _, place = np.unique(parts, return_inverse=True)
    members = np.arange(len(parts))
    unit = sparse.csc_matrix((np.ones(len(parts)), (place, members)), shape=(int(place.max()) + 1, len(parts)))
    one, empty = sparse.identity(rows, format="csc"), None
    matrix = sparse.bmat(
        [[outer.matrix[:, outer.alone], one, -one, np.array(pool.activity).T], [empty, empty, empty, unit]],
        format="csc",
    )
    alone = outer.alone
    count = matrix.shape[1] - len(alone)
    whole = Program(
        np.r_[program.cost[alone], high, -low, pool.cost],
        np.r_[program.lower[alone], np.zeros(count)], np.r_[program.upper[alone], np.full(count, np.inf)],
        np.zeros(matrix.shape[1], bool), matrix,
        np.r_[outer.lower, np.ones(unit.shape[0])], np.r_[outer.upper, np.ones(unit.shape[0])],
    )  # fmt: skip
    return ChangingProgram(whole).solve()


def propose(
    program: Program, outer: Outer, pool: Pool, kept: Bools, *, time_limit_s: float, seed: int, gap: float
) -> dict[int, tuple[int, ...]] | None:
    """Return the combination of each part with which the rows of the horizon are kept at the least cost.

    Shares of a month may be mixed of its solutions with the same whole columns.

    Parameters
    ----------
    kept : solutions that may be used
    """
    used = np.flatnonzero(kept)
    combinations = sorted({(pool.part[k], pool.chosen[k]) for k in used.tolist()})
    index = {pair: number for number, pair in enumerate(combinations)}
    of = np.array([index[pool.part[k], pool.chosen[k]] for k in used.tolist()])
    _, group = np.unique([part for part, _ in combinations], return_inverse=True)
    rows, alone, many, count = len(outer.rows), outer.alone, len(used), len(combinations)
    mixed = sparse.csc_matrix((np.ones(many), (of, np.arange(many))), shape=(count, many))
    one = sparse.csc_matrix((np.ones(count), (group, np.arange(count))), shape=(int(group.max()) + 1, count))
    activity = np.array([pool.activity[k] for k in used.tolist()]).T
    miss = sparse.identity(rows, format="csc")
    matrix = sparse.bmat(
        [
            [outer.matrix[:, alone], miss, -miss, activity, None],
            [None, None, None, mixed, -sparse.identity(count)],
            [None, None, None, None, one],
        ],
        format="csc",
    )
    cost = np.array([pool.cost[k] for k in used.tolist()])
    price = np.full(2 * rows, MISS * float(np.abs(cost).max(initial=1.0)))
    bound = len(alone) + 2 * rows
    whole = Program(
        np.r_[program.cost[alone], price, cost, np.zeros(count)],
        np.r_[program.lower[alone], np.zeros(2 * rows + many + count)],
        np.r_[program.upper[alone], np.full(2 * rows, np.inf), np.ones(many + count)],
        np.r_[np.zeros(bound + many, bool), np.ones(count, bool)], matrix,
        np.r_[outer.lower, np.zeros(count), np.ones(one.shape[0])],
        np.r_[outer.upper, np.zeros(count), np.ones(one.shape[0])],
    )  # fmt: skip
    answer = solve(whole, time_limit_s=time_limit_s, seed=seed, gap=gap)
    if answer.values is None:
        return None
    taken = np.flatnonzero(answer.values[bound + many :] > 0.5)
    return {combinations[k][0]: combinations[k][1] for k in taken.tolist()}

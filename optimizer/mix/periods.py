"""Period by period: what couples the periods is priced, and each is solved by itself with its whole columns.

Only a few rows reach over the horizon (satisfaction floors and the budget of the horizon). With the prices of those
rows from the linear relaxation the others fall into parts that share nothing; the sum of their optima is a lower bound
(Lagrangian relaxation, Geoffrion 1974, Mathematical Programming Study 2), exact where no such row is there, and their
whole columns together are a good start for a mix.
"""

from __future__ import annotations

import time

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models.mix.records import Bools, Floats, Ints
from optimizer.mix.program import MixProgram
from optimizer.solve import Answer, Program, Status, solve

LEAST_SECONDS = 0.2
SHARE_OF_TIME = 0.25
"""Of the time that is left, for one part at most."""
ROUNDING = 1e-9


def solve_periods(
    mix: MixProgram, program: Program, relaxed: Answer, *, gap: float, seconds: float, seed: int, solver: str
) -> tuple[float, Floats] | None:
    """Solve the parts of a program by themselves.

    Parameters
    ----------
    program : the mix's, perhaps with narrower bounds
    relaxed : answer of its relaxation, with prices
    seconds : wall time of all parts together

    Returns
    -------
    Lower bound in the program's unit, and values of the parts (where one has none in time, of the relaxation); None
    where a part has no bound in time, or all is one part.
    """
    if relaxed.row_duals is None or relaxed.values is None:
        return None
    coupling = coupling_rows(mix)
    inner = program.matrix.tocsr()[~coupling]
    parts, part = _components(inner)
    if parts < 2:
        return None
    prices = relaxed.row_duals[coupling]
    outer = program.matrix.tocsr()[coupling]
    cost = program.cost - outer.T @ prices
    side = np.where(prices > 0, program.row_lower[coupling], program.row_upper[coupling])
    bound = float((prices[prices != 0] * side[prices != 0]).sum())
    values, deadline = relaxed.values.copy(), time.perf_counter() + seconds
    rows_of = _rows_of(inner, part)
    # columns that only coupling rows hold (sums over the horizon) need no solver
    alone = np.asarray(np.diff(inner.tocsc().indptr) == 0)
    bound += _least(cost[alone], program.lower[alone], program.upper[alone])
    for number in np.unique(part[~alone]).tolist():
        columns = np.flatnonzero(part == number)
        piece = _piece(program, inner, ~coupling, rows_of == number, columns, cost)
        left = max(SHARE_OF_TIME * (deadline - time.perf_counter()), LEAST_SECONDS)
        name = solver if piece.integer.any() else "highs"
        answer = solve(piece, solver=name, gap=gap, seed=seed, time_limit_s=left)
        if answer.status is Status.INFEASIBLE or not np.isfinite(answer.bound):
            return None
        bound += answer.bound
        if answer.values is not None:
            values[columns] = answer.values
    return bound, values


def coupling_rows(mix: MixProgram) -> Bools:
    """Say which rows reach over the horizon: rules of it, and the sums that stand in them."""
    horizon = [row for row in mix.rule_rows if row.period < 0]
    columns = {row.base for row in horizon if row.base >= 0}
    if mix.lead is not None:
        columns |= {mix.lead.theta, *(column for pair in mix.lead.products for column in pair)}
    held = mix.program.matrix[:, sorted(columns)].tocoo()
    coupling = np.zeros(len(mix.program.row_lower), bool)
    coupling[held.row] = True
    coupling[[row.row for row in horizon]] = True
    return coupling


def _least(cost: Floats, lower: Floats, upper: Floats) -> float:
    """Return the least cost of columns within their bounds; rounding of a price that is 0 is none."""
    price = np.where(np.abs(cost) < ROUNDING, 0.0, cost)
    side = np.where(price > 0, lower, upper)
    return float((price[price != 0] * side[price != 0]).sum())


def _components(inner: sparse.csr_matrix) -> tuple[int, Ints]:
    """Return how many parts share no row, and the part of each column."""
    count = inner.shape[1]
    graph = sparse.bmat([[None, inner.T], [inner, None]], format="csr")
    _, label = connected_components(graph, directed=False)
    _, part = np.unique(label[:count], return_inverse=True)
    return int(part.max(initial=-1)) + 1, part


def _rows_of(inner: sparse.csr_matrix, part: Ints) -> Ints:
    """Return the part of each row, -1 of an empty one."""
    rows = np.full(inner.shape[0], -1)
    entries = inner.tocoo()
    rows[entries.row] = part[entries.col]
    return rows


def _piece(
    program: Program, inner: sparse.csr_matrix, kept: Bools, rows: Bools, columns: Ints, cost: Floats
) -> Program:
    """Return the program of a part."""
    return Program(
        cost[columns], program.lower[columns], program.upper[columns], program.integer[columns],
        inner[rows][:, columns].tocsc(), program.row_lower[kept][rows], program.row_upper[kept][rows],
    )  # fmt: skip

"""A cost on every distinct shift that occurs at all: few shift types are easier to run than many.

Source: the minimum shift design problem, Musliu, Schaerf and Slany 2004, European Journal of Operational Research
153(1).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from optimizer.shifts.columns import Columns
from optimizer.shifts.patterns import on_duty
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.shifts.relaxation import whole_program
from optimizer.shifts.rows import Rows
from optimizer.solve import Program


def distinct_program(problem: ShiftProblem, rows: Rows, columns: Columns) -> Program:
    """Return the whole program with one yes-or-no column per distinct shift, at the end.

    A pattern may only be used when its distinct shift is: count <= most x used, where more people than the greatest
    need within the pattern never pay.
    """
    base = whole_program(problem, rows, columns)
    keys = _keys(problem, columns)
    most = _most_useful(problem, columns)
    names, which = np.unique(keys, return_inverse=True)
    count, side, patterns = len(names), len(rows.side_cost), len(columns)
    every = np.arange(patterns)
    linked = sparse.csc_matrix(
        (
            np.concatenate([most, -np.ones(patterns)]),
            (np.tile(every, 2), np.concatenate([side + patterns + which, side + every])),
        ),
        shape=(patterns, side + patterns + count),
    )
    matrix = sparse.vstack([sparse.hstack([base.matrix, sparse.csc_matrix((rows.count, count))]), linked], format="csc")
    return Program(
        cost=np.concatenate([base.cost, np.full(count, problem.distinct_cost)]),
        lower=np.zeros(side + patterns + count),
        upper=np.concatenate([base.upper[:side], most, np.ones(count)]),
        integer=np.concatenate([base.integer, np.ones(count, bool)]),
        matrix=matrix,
        row_lower=np.concatenate([base.row_lower, np.zeros(patterns)]),
        row_upper=np.concatenate([base.row_upper, np.full(patterns, np.inf)]),
    )


def _keys(problem: ShiftProblem, columns: Columns) -> Ints:
    keys = [problem.distinct_key[batch.family][batch.member] for batch in columns.batches]
    return np.concatenate(keys) if keys else np.zeros(0, np.int64)


def _most_useful(problem: ShiftProblem, columns: Columns) -> Floats:
    most = []
    for batch in columns.batches:
        family = problem.families[batch.family]
        slots = family.starts[batch.member][:, None] + np.arange(family.length)
        interval = problem.interval_of_slot[slots]
        need = np.where(interval >= 0, problem.need[family.pool][interval], 0)
        most.append(np.where(on_duty(problem, batch), need, 0).max(axis=1).astype(float))
    return np.concatenate(most) if most else np.zeros(0)

"""The columns of the shift program at hand: patterns of several families, with cost, matrix and place in time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from optimizer.shifts.patterns import Patterns, pattern_costs, pattern_matrix
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.shifts.rows import Rows


class Columns:
    """A growing set of patterns without repeats.

    Attributes
    ----------
    cost : (n,) of one person on each pattern
    matrix : (m, n)
    start : (n,) slot in which each pattern starts
    """

    def __init__(self, problem: ShiftProblem, rows: Rows) -> None:
        self.problem = problem
        self._rows = rows
        self.batches: list[Patterns] = []
        self.cost: Floats = np.zeros(0)
        self.matrix = sparse.csc_matrix((rows.count, 0))
        self.start: Ints = np.zeros(0, np.int64)
        self._known: set[bytes] = set()

    def __len__(self) -> int:
        return len(self.cost)

    def add(self, batches: Iterable[Patterns], *, check: bool = True) -> tuple[Floats, sparse.csc_matrix]:
        """Add patterns that are not there yet; return cost and matrix of what was added."""
        costs, matrices, starts = [], [], []
        for batch in batches:
            fresh = self._fresh(batch) if check else batch
            if not len(fresh):
                continue
            self.batches.append(fresh)
            costs.append(pattern_costs(self.problem, fresh))
            matrices.append(pattern_matrix(self.problem, self._rows, fresh))
            starts.append(self.problem.families[fresh.family].starts[fresh.member])
        if not costs:
            return np.zeros(0), sparse.csc_matrix((self._rows.count, 0))
        cost, matrix = np.concatenate(costs), sparse.hstack(matrices, format="csc")
        self.cost = np.concatenate([self.cost, cost])
        self.start = np.concatenate([self.start, *starts])
        self.matrix = sparse.hstack([self.matrix, matrix], format="csc")
        return cost, matrix

    def patterns_at(self, chosen: Ints) -> list[tuple[Patterns, Ints]]:
        """Return (patterns, their index in ``chosen``) batch by batch for the columns ``chosen`` (increasing)."""
        found, begin = [], 0
        for batch in self.batches:
            end = begin + len(batch)
            inside = np.flatnonzero((chosen >= begin) & (chosen < end))
            if len(inside):
                found.append((batch.take(chosen[inside] - begin), inside))
            begin = end
        return found

    def _fresh(self, batch: Patterns) -> Patterns:
        keys = np.ascontiguousarray(
            np.column_stack([np.full(len(batch), batch.family), batch.member, batch.offsets]).astype(np.int32)
        )
        keep = np.ones(len(batch), bool)
        for position, row in enumerate(keys):
            key = row.tobytes()
            if key in self._known:
                keep[position] = False
            else:
                self._known.add(key)
        return batch if keep.all() else batch.take(keep)

"""Whole people: from the linear relaxation to an integer schedule, by windows of time.

The problem is rounded window by window: the shifts that start in a window become whole while those outside stay as they
are, fractional ahead and whole behind, so that each window only pays for its own rounding. Then shifted windows are
re-optimised until the gap is reached or a whole pass gains nothing. Windows that share no row are solved side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.problem import Floats
from optimizer.solve import FEASIBILITY_TOLERANCE, Program, relative_gap, solve

KEEP_REDUCED_COST_SHARE = 0.15
"""Patterns whose reduced cost is above this share of the mean shift cost are left out of the integer windows."""
BACK_OFF = 3
"""People by which a window may fall below the count that it starts from, besides rounding."""
WINDOW_SOLVER = "highs"
WINDOW_SECONDS = 5.0
WINDOW_GAP = 5e-4


@dataclass(frozen=True)
class Window:
    """Columns that a window may change."""

    free: NDArray[np.int64]
    rows: NDArray[np.int64]


class WindowSearch:
    """Integer search over one program.

    Parameters
    ----------
    program : side columns first, then patterns
    position : (n,) slot at which each column acts
    useful : (n,) whether a column may be changed at all
    """

    def __init__(
        self, program: Program, position: NDArray[np.int64], useful: NDArray[np.bool_], *, threads: int, seed: int
    ) -> None:
        self.program = program
        self.position = position
        self.useful = useful
        self.threads = threads
        self.seed = seed
        self._by_row = program.matrix.tocsr()
        single = np.diff(program.matrix.indptr) == 1
        self._slacks = np.flatnonzero(single & (program.cost > 0) & ~program.integer)
        self._row_of_slack = program.matrix.indices[program.matrix.indptr[self._slacks]]

    def windows(self, width: int, shift: int) -> list[Window]:
        """Cut the time axis into windows of ``width`` slots, the first ending at ``shift``."""
        last = int(self.position.max(initial=0))
        found = []
        for begin in range(shift - width if shift else 0, last + 1, width):
            free = np.flatnonzero((self.position >= begin) & (self.position < begin + width) & self.useful)
            if len(free):
                rows = np.unique(self.program.matrix[:, free].indices)
                # whoever is missing or too many in a row that the window changes is counted anew
                free = np.union1d(free, self._slacks[np.isin(self._row_of_slack, rows)])
                found.append(Window(free, rows))
        return found

    def sweep(self, values: Floats, windows: list[Window], seconds_left: Callable[[], float]) -> bool:
        """Re-optimise every window once, in place; return whether every window was solved."""
        complete = True
        groups = _disjoint_groups(windows, self.threads, self.program.matrix.shape[0])
        whole = bool(np.all(np.abs(values - np.round(values))[self.program.integer] < 1e-9))
        for number, group in enumerate(groups):
            # a first schedule needs every window, an improvement does not
            limit = min(WINDOW_SECONDS, seconds_left() / (1 if whole else len(groups) - number))
            if limit <= 0:
                return False
            with ThreadPoolExecutor(len(group)) as pool:
                answers = list(pool.map(partial(self._solve, values, limit), group))
            for window, answer in zip(group, answers, strict=True):
                if answer is None:
                    complete = False
                else:
                    values[window.free] = answer
        return complete

    def _solve(self, values: Floats, limit: float, window: Window) -> Floats | None:
        program, free = self.program, window.free
        now = values[free]
        whole = program.integer[free]
        base = np.where(whole, np.maximum(np.floor(now + 1e-6) - BACK_OFF, 0.0), 0.0)
        fixed = values.copy()
        fixed[free] = base
        rows = window.rows
        given = self._by_row[rows] @ fixed
        lower, upper = program.row_lower[rows] - given, program.row_upper[rows] - given
        matrix = self._by_row[rows][:, free].tocsc()
        # rows that the fixed part already satisfies whatever the window adds need not be there
        adds_only = np.asarray(matrix.min(axis=1).todense()).ravel() >= 0
        needed = np.isfinite(upper) | (lower > FEASIBILITY_TOLERANCE) | ~adds_only
        part = Program(
            program.cost[free], np.zeros(len(free)), program.upper[free] - base, whole,
            matrix.tocsr()[needed].tocsc(), lower[needed], upper[needed],
        )  # fmt: skip
        is_whole = bool(np.all(np.abs(now - np.round(now))[whole] < 1e-9))
        answer = solve(
            part,
            solver=WINDOW_SOLVER,
            time_limit_s=limit,
            gap=WINDOW_GAP,
            seed=self.seed,
            hint=now - base if is_whole else None,
        )
        if answer.values is None:
            return None
        if is_whole and answer.objective > float(part.cost @ (now - base)) - 1e-9:
            return now
        return answer.values + base


def search(
    program: Program,
    start: Floats,
    position: NDArray[np.int64],
    useful: NDArray[np.bool_],
    *,
    bound: float,
    gap: float,
    width: int,
    threads: int,
    seed: int,
    seconds_left: Callable[[], float],
) -> Floats | None:
    """Return an integer solution near the linear one ``start``, or None when some window had none.

    Parameters
    ----------
    start : (n,) values of the linear relaxation
    width : slots of a window, about a day
    """
    searcher = WindowSearch(program, position, useful, threads=threads, seed=seed)
    values = start.copy()
    if not searcher.sweep(values, searcher.windows(width, 0), seconds_left) or not is_feasible(program, values):
        return None
    shifts = (width // 2, 0, width // 4, 3 * width // 4)
    best, stalled, number = float(program.cost @ values), 0, 0
    while relative_gap(best, bound) > gap and stalled < 2 and seconds_left() > 0:
        searcher.sweep(values, searcher.windows(width, shifts[number % len(shifts)]), seconds_left)
        number += 1
        reached = float(program.cost @ values)
        stalled = 0 if reached < best - 1e-9 * abs(best) else stalled + 1
        best = reached
    return values


def is_feasible(program: Program, values: Floats) -> bool:
    """Return whether ``values`` keep every row, bound and integrality."""
    activity = program.matrix @ values
    slack = FEASIBILITY_TOLERANCE * np.maximum(
        1.0, np.abs(np.where(np.isfinite(program.row_lower), program.row_lower, 1))
    )
    whole = values[program.integer]
    return bool(
        (activity >= program.row_lower - slack).all()
        and (activity <= program.row_upper + slack).all()
        and (values >= program.lower - FEASIBILITY_TOLERANCE).all()
        and (values <= program.upper + FEASIBILITY_TOLERANCE).all()
        and (np.abs(whole - np.round(whole)) < FEASIBILITY_TOLERANCE).all()
    )


def _disjoint_groups(windows: list[Window], size: int, rows: int) -> list[list[Window]]:
    """Group windows, in order, so that no two of a group share a row."""
    waiting = list(windows)
    groups = []
    while waiting:
        taken = np.zeros(rows, bool)
        group: list[Window] = []
        rest = []
        for window in waiting:
            if len(group) < size and not taken[window.rows].any():
                group.append(window)
                taken[window.rows] = True
            else:
                rest.append(window)
        groups.append(group)
        waiting = rest
    return groups

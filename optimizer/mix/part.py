"""One part of a priced program, solved over the grid of its whole columns.

With its whole columns fixed a part is a small linear program, whose value is convex in them and whose reduced costs
bound it from below everywhere (Benders 1962, Numerische Mathematik 4). The whole columns of a month are few (a level
for each pool, licences, what is opened), so that the bounds of all their combinations stand in one table: the
combination with the least bound is solved next, until none can be better than the best that was solved.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.mix.records import Floats, Ints
from optimizer.changing import ChangingProgram
from optimizer.mix.duals import KnownDuals
from optimizer.mix.program import MixProgram
from optimizer.solve import Program, SolverFailureError, Status, solve

MOST_COMBINATIONS = 400_000
"""Of a part whose combinations are tabulated; about a millisecond for each bound."""
PENALTY = 3.0
"""Of a row that the whole columns do not carry, in the most that all columns of the part can cost."""
MISSED = 1e-7
"""So far a row may be missed by a solution that keeps it."""
MOST_SOLVES = 300
"""Linear programs for one set of costs; a part of a year's mix needs about ten."""
LEAST_SECONDS = 0.2
SHARE_OF_TIME = 0.25
"""Of what is left, for one part that is left to a solver."""


@dataclass(frozen=True, eq=False)
class Choice:
    """Whole columns that are chosen together.

    Attributes
    ----------
    columns : (k,) places, in the part
    patterns : (n, k) values that they may take together
    """

    columns: Ints
    patterns: Floats


@dataclass(frozen=True, eq=False)
class Piece:
    """A solution of a part.

    Attributes
    ----------
    chosen : pattern of each choice
    values : of the part's columns
    """

    chosen: tuple[int, ...]
    values: Floats


def whole_choices(mix: MixProgram) -> list[Choice]:
    """Return every choice of a program: a level, a price tier, a number of licences, whether a channel is opened."""
    program = mix.program
    found = [(one.columns, np.eye(len(one.columns))) for one in mix.staffing]
    found += [(one.taken, np.eye(len(one.taken))) for one in mix.above if len(one.taken) > 1]
    for band in mix.bands:
        if (band.reached >= 0).all():
            count = len(band.reached)
            # incremental tiers are reached one after the other
            found.append((band.reached, np.eye(count) if band.mode == "all_units" else np.tri(count)))
    periods = len(mix.case.periods)
    upper = program.upper.copy()
    for (h, period), column in np.ndenumerate(mix.licences):
        if column >= 0:
            needed = mix.hours[h * periods + period] @ program.upper[: mix.hours.shape[1]]
            upper[column] = np.ceil(float(needed[0]) / mix.case.channels.licence_hours[h])
    grouped = np.zeros(len(upper), bool)
    grouped[[column for columns, _ in found for column in columns.tolist()]] = True
    for place in np.flatnonzero(program.integer & ~grouped).tolist():
        numbers = np.arange(np.ceil(program.lower[place]), min(upper[place], MOST_COMBINATIONS + 1.0) + 1)
        found.append((np.array([place]), numbers[:, None]))
    return [
        Choice(
            columns,
            patterns[((patterns >= program.lower[columns]) & (patterns <= program.upper[columns])).all(axis=1)],
        )
        for columns, patterns in found
    ]


class Part:
    """A part of a program whose costs change, with all combinations of its whole columns.

    Parameters
    ----------
    program : of the part
    choices : with columns of the part
    sums : (rows, columns) of columns that stand for a sum of others

    Attributes
    ----------
    bounds : of each combination, at the costs of the last solve
    known : prices of rows that were met, which go on to bound at other costs
    """

    def __init__(self, program: Program, choices: list[Choice], seed: int, sums: tuple[Ints, Ints]) -> None:
        self.program, self.choices = program, choices
        self.known = KnownDuals(program, choices, sums)
        self.whole = np.flatnonzero(program.integer)
        self.bounds: Floats = np.full([len(choice.patterns) for choice in choices], -np.inf)
        elastic, self._slack = _elastic(program)
        self._changing = ChangingProgram(elastic, seed, presolve=False)
        self._last: tuple[int, ...] | None = None

    def solve(self, cost: Floats, tolerance: float, seconds: float) -> tuple[float, list[Piece]]:
        """Minimise other costs.

        Parameters
        ----------
        tolerance : how far the bound may stay below the best solution, in the program's unit
        seconds : wall time after which it ends as it stands

        Returns
        -------
        Lower bound, and the solutions that were met, the best of them first.
        """
        deadline = time.perf_counter() + seconds
        self._price(cost)
        self._set(self.program.lower, self.program.upper)
        self.bounds = np.full(self.bounds.shape, -np.inf)
        self.known.price(cost)
        if not len(self.known):
            self._bound()
        best, found, following = np.inf, [], self._last
        short: set[tuple[int, ...]] = set()
        for _ in range(MOST_SOLVES):
            least = self.known.raise_least(self.bounds)
            if not best - self.bounds.flat[least] > tolerance or np.isposinf(self.bounds.flat[least]):
                break
            if time.perf_counter() > deadline:
                break
            chosen = tuple(int(k) for k in np.unravel_index(least, self.bounds.shape))
            chosen, following = following or chosen, None
            at = pattern_values(self.choices, chosen, len(self.program.cost))
            self._set(at, at)
            # one that misses a row and is the cheapest all the same is looked at without missing any
            value, values = self._strict(chosen) if chosen in short else self._bound()
            if values is not None and float(values[self._slack].max(initial=0.0)) <= MISSED:
                found.append((value, Piece(chosen, values[: len(cost)])))
                best = min(best, value)
            else:
                short.add(chosen)
        found.sort(key=lambda pair: pair[0])
        if found:
            self._last = found[0][1].chosen
        return float(self.bounds.min()), [piece for _, piece in found]

    def _price(self, cost: Floats) -> None:
        """Set the costs, and a penalty that is dearer than all that a missed row could save."""
        plain = np.where(self.program.integer, 0.0, np.abs(cost) * np.where(np.isfinite(self.program.upper), 1.0, 0.0))
        most = float((plain * np.minimum(self.program.upper, 1.0)).sum())
        for choice in self.choices:
            most += float(np.abs(choice.patterns @ cost[choice.columns]).max(initial=0.0))
        penalty = np.full(len(self._slack), PENALTY * max(most, 1.0))
        self._changing.set_costs(np.arange(len(cost) + len(self._slack)), np.r_[cost, penalty])

    def _set(self, lower: Floats, upper: Floats) -> None:
        self._changing.set_bounds(self.whole, lower[self.whole], upper[self.whole])

    def _bound(self) -> tuple[float, Floats]:
        """Solve with the bounds of now, and raise the bounds of all combinations."""
        answer = self._changing.solve()
        if answer.values is None or answer.reduced_costs is None:
            raise SolverFailureError("a part of the mix was not solved")
        cut = np.array(answer.objective - float(answer.reduced_costs[self.whole] @ answer.values[self.whole]))
        for axis, choice in enumerate(self.choices):
            slope = choice.patterns @ answer.reduced_costs[choice.columns]
            cut = cut + slope.reshape([-1 if other == axis else 1 for other in range(len(self.choices))])
        np.maximum(self.bounds, cut, out=self.bounds)
        if answer.row_duals is not None:
            self.known.add(answer.row_duals)
        return answer.objective, answer.values

    def _strict(self, chosen: tuple[int, ...]) -> tuple[float, Floats | None]:
        """Solve a combination without missing a row; infinite where that cannot be."""
        count = len(self._slack)
        self._changing.set_bounds(self._slack, np.zeros(count), np.zeros(count))
        answer = self._changing.solve()
        self._changing.set_bounds(self._slack, np.zeros(count), np.full(count, np.inf))
        if answer.status not in (Status.OPTIMAL, Status.INFEASIBLE):
            raise SolverFailureError("a part of the mix was not solved")
        self.bounds[chosen] = max(float(self.bounds[chosen]), answer.objective)
        return answer.objective, answer.values


class SolvedPart:
    """A part with too many combinations for a table, left to a solver of integer programs.

    Parameters
    ----------
    solver : name of it
    """

    def __init__(self, program: Program, choices: list[Choice], seed: int, solver: str) -> None:
        self.program, self.choices, self._seed, self._solver = program, choices, seed, solver

    def solve(self, cost: Floats, tolerance: float, seconds: float) -> tuple[float, list[Piece]]:
        """Minimise other costs, as `Part.solve`."""
        answer = solve(
            replace(self.program, cost=cost), solver=self._solver, absolute_gap=tolerance, seed=self._seed,
            time_limit_s=max(SHARE_OF_TIME * seconds, LEAST_SECONDS),
        )  # fmt: skip
        if answer.values is None:
            return (np.inf if answer.status is Status.INFEASIBLE else answer.bound), []
        chosen = tuple(
            int(np.abs(choice.patterns - answer.values[choice.columns]).sum(axis=1).argmin()) for choice in self.choices
        )
        return answer.bound, [Piece(chosen, answer.values)]


def pattern_values(choices: list[Choice], chosen: tuple[int, ...], count: int) -> Floats:
    """Return the whole columns of a combination, 0 elsewhere; shape (count,)."""
    at = np.zeros(count)
    for choice, pattern in zip(choices, chosen, strict=True):
        at[choice.columns] = choice.patterns[pattern]
    return at


def is_tabulated(choices: list[Choice]) -> bool:
    """Say whether the combinations are few enough for a table."""
    return float(np.prod([float(len(choice.patterns)) for choice in choices])) <= MOST_COMBINATIONS


def _elastic(program: Program) -> tuple[Program, Ints]:
    """Return a program that can miss every row in which whole columns stand, and the columns by which it does."""
    matrix = program.matrix.tocsr()
    rows = np.flatnonzero(np.asarray(np.abs(matrix) @ program.integer.astype(float)).ravel() > 0)
    short, long = rows[np.isfinite(program.row_lower[rows])], rows[np.isfinite(program.row_upper[rows])]
    count, columns = len(short) + len(long), len(program.cost)
    slack = sparse.csc_matrix(
        (np.r_[np.ones(len(short)), -np.ones(len(long))], (np.r_[short, long], np.arange(count))),
        shape=(matrix.shape[0], count),
    )
    elastic = Program(
        np.r_[program.cost, np.zeros(count)], np.r_[program.lower, np.zeros(count)],
        np.r_[program.upper, np.full(count, np.inf)], np.zeros(columns + count, bool),
        sparse.csc_matrix(sparse.hstack([program.matrix, slack])), program.row_lower, program.row_upper,
    )  # fmt: skip
    return elastic, np.arange(columns, columns + count)

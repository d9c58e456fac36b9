"""Period by period: what couples the periods is priced, and each is solved by itself with its whole columns.

Only a few rows reach over the horizon (satisfaction floors and the budget of the horizon). With prices for those rows
the others fall into parts that share nothing, and the sum of their optima is a lower bound (Lagrangian relaxation,
Geoffrion 1974, Mathematical Programming Study 2), exact where no such row is there. The best prices come from a master
over the solutions of the parts (Dantzig & Wolfe 1960, Operations Research 8(1)). Few rows for many parts leave little
between bound and mix (Shapley-Folkman; Aubin & Ekeland 1976, Mathematics of Operations Research 1(3)).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models.mix.records import Bools, Floats, Ints
from optimizer.mix.duals import possible
from optimizer.mix.master import Outer, Pool, master_prices, propose
from optimizer.mix.part import Choice, Part, SolvedPart, is_tabulated, pattern_values, whole_choices
from optimizer.mix.program import MixProgram
from optimizer.progress import is_stop_asked
from optimizer.solve import Program

ROUNDING = 1e-9
"""A price below it is none."""
BOX, LEAST_BOX = 0.3, 0.01
"""How far a price may move at once: as a share of itself, and of the highest price."""
SHARE_OF_GAP = 0.25
"""Of the gap that is asked for, for the parts together; the rest is between bound and mix."""
LEAST_TOLERANCE = 1e-10
PROPOSAL_SECONDS = 5.0
PROPOSED = 1000
"""Solutions of the parts among which a mix is proposed: those with the least cost at the best prices."""


class Decomposed:
    """The parts of a mix's program, with the solutions met so far; sides and levels of its coupling rows may change.

    Parameters
    ----------
    mix : its parts are those of its program
    solver : of integer programs, for parts with too many combinations

    Attributes
    ----------
    program : with the levels of now
    bound : highest lower bound at them, in the program's unit
    rows, outer : coupling rows, and what stands in them
    alone, most : columns in no other row, and upper bounds of all columns
    parts, columns : of each part, and its columns in the program
    centre : best prices of the coupling rows so far, None before the first round
    pool : solutions of the parts
    """

    def __init__(self, mix: MixProgram, seed: int, solver: str) -> None:
        program, self._seed = mix.program, seed
        coupling = coupling_rows(mix)
        by_row = program.matrix.tocsr()
        inner = by_row[~coupling]
        alone = np.asarray(np.diff(inner.tocsc().indptr) == 0)
        self.rows, self.alone = np.flatnonzero(coupling), np.flatnonzero(alone)
        self.most = _most_alone(mix)
        self.parts: list[Part | SolvedPart] = []
        self.columns: list[Ints] = []
        self._activity: list[sparse.csr_matrix] = []
        part = _components(inner, program.integer)
        rows_of = _rows_of(inner, part)
        choices = whole_choices(mix)
        place = np.empty(len(part), np.int64)
        for number in np.unique(part[~alone]).tolist():
            columns = np.flatnonzero(part == number)
            place[columns] = np.arange(len(columns))
            mine = [Choice(place[one.columns], one.patterns) for one in choices if part[one.columns[0]] == number]
            piece = _piece(program, inner, ~coupling, rows_of == number, columns)
            sums = _sums_of(mix, rows_of == number, ~coupling, place, part == number)
            self.parts.append(
                Part(piece, mine, seed, sums) if is_tabulated(mine) else SolvedPart(piece, mine, seed, solver)
            )
            self.columns.append(columns)
            self._activity.append(by_row[coupling][:, columns])
        self.pool = Pool()
        self.restart(program)

    def set_program(self, program: Program) -> None:
        """Begin again with other costs; solutions of the parts are kept at what they cost now."""
        pool = self.pool
        pool.cost = [
            float(program.cost[self.columns[part]] @ values)
            for part, values in zip(pool.part, pool.values, strict=True)
        ]
        self.restart(program)

    def restart(self, program: Program) -> None:
        """Begin again with other sides or levels in the coupling rows; solutions of the parts are kept."""
        outer = program.matrix.tocsr()[self.rows].tocsc()
        self.outer = Outer(self.rows, outer, program.row_lower[self.rows], program.row_upper[self.rows], self.alone)
        self.program = program
        self.bound = -np.inf
        self.centre: Floats | None = None
        self._box = np.zeros(len(self.rows))
        self._tables: list[tuple[Floats, float]] = []
        self._ended = False

    @property
    def is_ended(self) -> bool:
        """Whether better prices cannot be found."""
        return self._ended

    def round(self, prices: Floats, gap: float, seconds: float) -> Floats | None:
        """Solve the parts with better prices, and propose whole columns.

        Parameters
        ----------
        prices : of all rows, to begin with
        gap : relative gap that is aimed at
        seconds : wall time

        Returns
        -------
        The whole columns of a proposed mix, among zeros; None where there is none.
        """
        deadline = time.perf_counter() + seconds
        tolerance = max(SHARE_OF_GAP * gap, LEAST_TOLERANCE)
        if self.centre is None:
            self.centre = prices[self.rows]
            self._box = self._first_box()
            chosen = self._priced(self.centre, tolerance, deadline)
            if chosen is None or not np.isfinite(self.bound) or not len(self.rows):
                self._ended = True
                return chosen
        master = master_prices(self.program, self.outer, self.pool, self.centre - self._box, self.centre + self._box)
        if master.row_duals is None:
            self._ended = True
        else:
            before, aim = self.bound, master.row_duals[: len(self.rows)]
            self._priced(aim, tolerance, deadline)
            if self.bound > before:
                self.centre = aim
            else:
                self._box = self._box / 2
            self._ended = master.objective - self.bound <= tolerance * abs(self.bound) or not np.isfinite(self.bound)
        return self._proposed(gap, max(deadline - time.perf_counter(), 0.1))

    def _first_box(self) -> Floats:
        """Return how far prices may move from the centre at first."""
        sizes = np.zeros(len(self.rows)) if self.centre is None else np.abs(self.centre)
        box = np.maximum(BOX * sizes, LEAST_BOX * float(sizes.max(initial=0.0)))
        return np.asarray(np.maximum(box, ROUNDING))

    def narrowed(self, best: float) -> Program:
        """Return the program without the whole columns that no mix below a cost uses."""
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        for part, columns, (table, least) in zip(self.parts, self.columns, self._tables, strict=False):
            kept = table - least <= best - self.bound + ROUNDING * abs(best)
            if isinstance(part, SolvedPart) or not kept.any():
                continue
            for axis, choice in enumerate(part.choices):
                others = tuple(other for other in range(kept.ndim) if other != axis)
                patterns = choice.patterns[kept.any(axis=others)]
                lower[columns[choice.columns]] = patterns.min(axis=0)
                upper[columns[choice.columns]] = patterns.max(axis=0)
        return replace(self.program, lower=lower, upper=upper)

    def _priced(self, prices: Floats, tolerance: float, deadline: float) -> Floats | None:
        """Solve the parts at prices of the coupling rows; the bound rises where it is higher there."""
        program, outer = self.program, self.outer
        prices = possible(prices, outer.lower, outer.upper)
        cost = program.cost - outer.matrix.T @ prices
        side = np.where(prices > 0, outer.lower, outer.upper)
        some = np.abs(prices) > ROUNDING
        most = np.where(np.isfinite(program.upper), program.upper, self.most)
        bound = float((prices[some] * side[some]).sum())
        bound += least_cost(cost[self.alone], program.lower[self.alone], most[self.alone])
        absolute = tolerance * max(abs(bound), float(np.abs(self.bound)) if np.isfinite(self.bound) else 0.0)
        absolute = max(absolute, LEAST_TOLERANCE) / max(len(self.parts), 1)
        values, complete, tables = np.zeros(len(cost)), True, []
        for number, (part, columns) in enumerate(zip(self.parts, self.columns, strict=True)):
            left = 0.0 if is_stop_asked() else max(deadline - time.perf_counter(), 0.0)
            least, pieces = part.solve(cost[columns], absolute, left)
            bound += least
            tables.append((part.bounds if isinstance(part, Part) else np.zeros(1), least))
            for piece in pieces:
                activity = self._activity[number] @ piece.values
                self.pool.add(number, piece, float(program.cost[columns] @ piece.values), activity)
            complete &= bool(pieces)
            if pieces:
                values[columns] = pattern_values(part.choices, pieces[0].chosen, len(columns))
        if bound > self.bound:
            self.bound, self._tables = bound, tables
        return values if complete else None

    def _proposed(self, gap: float, seconds: float) -> Floats | None:
        """Return the whole columns that the master chooses among the solutions of the parts."""
        pool = self.pool
        if len(set(pool.part)) < len(self.parts) or self.centre is None:
            return None
        # cost at the best prices above the least of the part
        priced = np.array(pool.cost) - np.array(pool.activity) @ self.centre
        least = np.full(len(self.parts), np.inf)
        np.minimum.at(least, pool.part, priced)
        worst = np.argsort(priced - least[pool.part], kind="stable")[:PROPOSED]
        kept = np.zeros(len(priced), bool)
        kept[worst] = True
        chosen = propose(
            self.program, self.outer, pool, kept, time_limit_s=min(seconds, PROPOSAL_SECONDS), seed=self._seed,
            gap=SHARE_OF_GAP * gap,
        )  # fmt: skip
        if chosen is None:
            return None
        values = np.zeros(len(self.program.cost))
        for number, (part, columns) in enumerate(zip(self.parts, self.columns, strict=True)):
            values[columns] = pattern_values(part.choices, chosen[number], len(columns))
        return values


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


def _most_alone(mix: MixProgram) -> Floats:
    """Return upper bounds of all columns; those of sums follow from what they sum up."""
    program = mix.program
    most, by_row = np.where(np.isfinite(program.upper), program.upper, 0.0), program.matrix.tocsr()
    for rows, columns in mix.defining:
        # the column itself stands there with -1, which is left out
        most[columns] = by_row[rows].maximum(0.0) @ most
    if mix.lead is not None:
        for product, base in mix.lead.products:
            most[product] = most[base] + 1.0
    return np.where(np.isfinite(program.upper), program.upper, np.where(most > 0, most, np.inf))


def least_cost(cost: Floats, lower: Floats, upper: Floats) -> float:
    """Return the least cost of columns within their bounds; rounding of a price that is 0 is none."""
    price = np.where(np.abs(cost) < ROUNDING, 0.0, cost)
    side = np.where(price > 0, lower, upper)
    return float((price[price != 0] * side[price != 0]).sum())


def _components(inner: sparse.csr_matrix, integer: Bools) -> Ints:
    """Return the part of each column; parts share no row, and what has no whole column is one part."""
    count = inner.shape[1]
    graph = sparse.bmat([[None, inner.T], [inner, None]], format="csr")
    _, label = connected_components(graph, directed=False)
    _, part = np.unique(label[:count], return_inverse=True)
    linear = np.bincount(part, weights=integer) == 0
    return np.where(linear[part], -1, part).astype(np.int64)


def _rows_of(inner: sparse.csr_matrix, part: Ints) -> Ints:
    """Return the part of each row, -2 of an empty one."""
    rows = np.full(inner.shape[0], -2)
    entries = inner.tocoo()
    rows[entries.row] = part[entries.col]
    return rows


def _sums_of(mix: MixProgram, rows: Bools, kept: Bools, place: Ints, columns: Bools) -> tuple[Ints, Ints]:
    """Return the sums of cells in a part, as places in it."""
    row_place = np.full(len(kept), -1)
    row_place[np.flatnonzero(kept)[rows]] = np.arange(int(rows.sum()))
    pairs = [(row_place[mine], sums) for mine, sums in mix.sums.defining]
    row, column = (np.concatenate([np.zeros(0, np.int64), *some]) for some in zip(*pairs, strict=True))
    mine = (row >= 0) & columns[column]
    return row[mine], place[column[mine]]


def _piece(program: Program, inner: sparse.csr_matrix, kept: Bools, rows: Bools, columns: Ints) -> Program:
    """Return the program of a part."""
    return Program(
        program.cost[columns], program.lower[columns], program.upper[columns], program.integer[columns],
        inner[rows][:, columns].tocsc(), program.row_lower[kept][rows], program.row_upper[kept][rows],
    )  # fmt: skip

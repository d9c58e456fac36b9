"""What is known of a solved mix, in the numbers of another program: its periods, and solutions of them."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.mix.records import Floats
from optimizer.mix.duals import KnownDuals
from optimizer.mix.known import KnownMix, KnownPart
from optimizer.mix.part import Choice, Part, whole_choices
from optimizer.mix.program import MixProgram, Months
from optimizer.mix.starting import Solutions
from optimizer.solve import Program

KEPT = 1e-7
"""So far shares that are kept may miss a row."""


@dataclass(eq=False)
class KnownPeriod:
    """A part of the program, and what is known of it.

    Attributes
    ----------
    mixed, coupling : its rows in which whole columns stand, and its columns in the coupling rows, dense
    shares : (m, columns) that keep its rows, with their cost, what they are in coupling rows and in mixed rows
    """

    known: KnownPart
    program: Program
    choices: list[Choice]
    duals: KnownDuals
    mixed: Floats
    coupling: Floats
    shares: Floats
    cost: Floats
    in_coupling: Floats
    in_mixed: Floats
    part: Part | None = None

    def priced(self, program: Program) -> KnownPeriod:
        """Return it with the costs of a program that has the same months; what one learns the other does not know."""
        mine = program.cost[self.known.columns]
        return replace(self, program=replace(self.program, cost=mine), cost=self.shares @ mine, duals=copy(self.duals))

    def solve(self, cost: Floats, tolerance: float) -> tuple[float, tuple[int, ...], int]:
        """Solve the part at other costs, and keep what that shows; returns as `KnownDuals.least`."""
        if self.part is None:
            self.part = Part(self.program, self.choices, 1, self.known.sums)
            self.part.known = self.duals
        least, pieces = self.part.solve(cost, tolerance, np.inf)
        combination = pieces[0].chosen if pieces else self.duals.least()[1]
        met = np.array([piece.values for piece in pieces]).reshape(-1, len(cost))
        met[:, self.program.integer] = 0.0
        met[:, self.known.others] = 0.0
        activity = (self.program.matrix @ met.T).T
        self.shares, self.cost = np.concatenate([met, self.shares]), np.r_[met @ self.program.cost, self.cost]
        self.in_coupling = np.concatenate([met @ self.coupling.T, self.in_coupling])
        self.in_mixed = np.concatenate([activity[:, self.known.mixed], self.in_mixed])
        return least, combination, self.duals.best_at(combination)[1]


@dataclass(frozen=True, eq=False)
class InNumbers:
    """What is known, in the numbers of a program's months; it does not depend on costs and floors."""

    months: Months
    known: KnownMix
    money: float
    periods: tuple[KnownPeriod, ...]
    solutions: Solutions


_LAST: list[InNumbers] = []


def in_numbers_of(mix: MixProgram, known: KnownMix, outer: sparse.csc_matrix) -> InNumbers:
    """Return what is known in the numbers of a program; that of the last one where its months are the same."""
    for last in _LAST:
        if last.months is mix.months and last.known is known and last.money == mix.money:
            return last
    choices: list[list[Choice]] = [[] for _ in known.parts]
    for one in whole_choices(mix):
        choices[known.part[one.columns[0]]].append(Choice(known.place[one.columns], one.patterns))
    scale = known.row_scale(mix)
    periods = tuple(_period(mix.program, part, mine, scale) for part, mine in zip(known.parts, choices, strict=True))
    columns = [part.columns for part in known.parts]
    solutions = Solutions.of(mix, columns, [period.shares for period in periods], outer)
    _LAST[:] = [InNumbers(mix.months, known, mix.money, periods, solutions)]
    return _LAST[0]


def _period(program: Program, known: KnownPart, choices: list[Choice], scale: Floats) -> KnownPeriod:
    """Return a part of a program, with the known shares that keep its rows."""
    rows, columns, data = known.rows, known.columns, program.matrix.data
    inside, coupling = known.inside.matrix(data), known.coupling.matrix(data)
    part = Program(
        program.cost[columns], program.lower[columns], program.upper[columns], program.integer[columns], inside,
        program.row_lower[rows], program.row_upper[rows],
    )  # fmt: skip
    duals = KnownDuals(part, choices, known.sums, known.duals * scale[rows])
    duals.price(part.cost)  # what does not depend on costs is worked out here, once
    shares = known.shares.copy()
    # sums are those of the numbers of now
    shares[:, known.sums[1]] -= (inside @ shares.T).T[:, known.sums[0]] / duals.own
    activity = (inside @ shares.T).T
    pure = np.ones(len(rows), bool)
    pure[known.mixed] = False
    kept = ((activity >= part.row_lower - KEPT) & (activity <= part.row_upper + KEPT))[:, pure].all(axis=1)
    kept &= (shares <= part.upper + KEPT).all(axis=1)
    shares, activity = shares[kept], activity[kept]
    return KnownPeriod(
        known, part, choices, duals, inside.tocsr()[known.mixed].toarray(), coupling.toarray(), shares,
        shares @ part.cost, (coupling @ shares.T).T, activity[:, known.mixed],
    )  # fmt: skip

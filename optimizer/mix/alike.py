"""A mix like one that was solved: a bound and a mix from what is known of the other one's periods.

At prices of the rules of the horizon the known prices of rows bound every combination of whole columns of a period. The
combinations with the least bounds are taken, and shares are mixed of those that were met so that the rules of the
horizon are kept: a linear program of a few hundred columns, in place of the thousands of the year. Where the levels
that were taken do not carry the work they are raised, and the shares are mixed once more. Its prices are the next ones.

Nothing is remembered from one mix to the next, so that each answer depends on its own case and the solved one alone.
"""

from __future__ import annotations

import time
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.mix.records import Floats, Ints
from models.plan import PROOF_TOLERANCE
from optimizer.changing import ChangingProgram
from optimizer.mix.complete import clean_shares, complete
from optimizer.mix.duals import KnownDuals
from optimizer.mix.known import KnownMix, KnownPart
from optimizer.mix.part import Choice, Part, pattern_values, whole_choices
from optimizer.mix.periods import SHARE_OF_GAP, least_cost
from optimizer.mix.program import MixProgram
from optimizer.mix.search import Found, Limits, keeps_rows
from optimizer.mix.starting import Solutions
from optimizer.solve import Program, Status, relative_gap

EASY_ROUNDS, ROUNDS = 2, 6
"""So many with what is known alone; in those after them the periods are solved at the prices."""
STEP = 0.5
"""How far prices go from the best ones to those of the last mix, which jump."""
MOST_SHARES = 24
"""Of a period, of which a mix is made: those worth most at the prices."""
MISS = 200.0
"""Price of missing a row that has no step, in the cost of the dearest shares."""
KEPT = 1e-7
"""So far shares that are kept may miss a row."""
NOTHING = 1e-9
SOLVER = "like one that was solved (priced horizon)"


@dataclass(eq=False)
class _Period:
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

    def priced(self, program: Program) -> _Period:
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


def search_alike(mix: MixProgram, known: KnownMix, limits: Limits) -> Found | None:
    """Search a mix from what is known of another one; None where that does not prove the gap that is asked for.

    Parameters
    ----------
    mix : the program
    known : of a program with the same rows and columns
    limits : only their gap counts: this takes a fraction of a second
    """
    started = time.perf_counter()
    if not known.fits(mix):
        return None
    search = _Alike(mix, known)
    found = search.run(limits.gap)
    if found is None:
        return None
    values, cost, bound = found
    status = Status.OPTIMAL if relative_gap(cost, bound) <= PROOF_TOLERANCE else Status.FEASIBLE
    money = mix.money
    return Found(status, values, cost * money, bound * money, time.perf_counter() - started, SOLVER)


class _Alike:
    """One search."""

    def __init__(self, mix: MixProgram, known: KnownMix) -> None:
        self.mix, self.known, program = mix, known, mix.program
        self.lower, self.upper = program.row_lower[known.rows], program.row_upper[known.rows]
        self.outer = program.matrix.tocsr()[known.rows].tocsc()
        own = program.upper[known.alone]
        self.most: Floats = np.where(np.isfinite(own), own, known.most[known.alone])
        ready = _ready(mix, known, self.outer)
        self.periods = [period.priced(program) for period in ready.periods]
        columns, sides = [part.columns for part in known.parts], (self.lower, self.upper)
        started = ready.solutions.prices(mix, columns, self.outer, known.alone, self.most, sides)
        self.prices: Floats = np.zeros(len(known.rows)) if started is None else started[0]
        self.mixed = [] if started is None else self._mixed(ready.solutions, started[1])

    def run(self, gap: float) -> tuple[Floats, float, float] | None:
        """Return a mix, its cost and its bound in the program's unit; None where the gap is not proved."""
        best, cost, bound, centre = None, np.inf, -np.inf, self.prices
        for number in range(ROUNDS):
            tolerance = None if number < EASY_ROUNDS else SHARE_OF_GAP * gap * abs(bound) / len(self.periods)
            least, chosen = self._bound(tolerance, (1 - gap) * cost)
            if least > bound:
                bound, centre = least, self.prices
            made = _Made(self, chosen)
            best, cost = self._better(made, best, cost)
            if number == 0 and self.mixed and relative_gap(cost, bound) > gap:
                # what bounds best may not go together with high floors; what was mixed does, but for whole columns
                best, cost = self._better(_Made(self, self.mixed), best, cost)
            if best is not None and relative_gap(cost, bound) <= gap:
                return best, cost, min(bound, cost)
            if made.prices is None:
                return None
            self.prices = STEP * made.prices + (1 - STEP) * centre
        return None

    def _better(self, made: _Made, best: Floats | None, cost: float) -> tuple[Floats | None, float]:
        """Return the cheapest mix that keeps its rows, and its cost."""
        for values in made.mixes():
            spent = float(self.mix.program.cost @ values)
            if spent < cost and keeps_rows(self.mix.program, values):
                best, cost = values, spent
        return best, cost

    def _mixed(self, solutions: Solutions, amount: Floats) -> list[tuple[tuple[int, ...], int]]:
        """Return the whole columns of the solution that there is most of in each period, and which prices bound it."""
        found = []
        for place, period in enumerate(self.periods):
            values = solutions.values[place][int(amount[solutions.period == place].argmax())]
            combination = tuple(
                int(np.abs(choice.patterns - values[choice.columns]).sum(axis=1).argmin()) for choice in period.choices
            )
            period.duals.price(period.program.cost - period.coupling.T @ self.prices)
            found.append((combination, period.duals.best_at(combination)[1]))
        return found

    def _bound(
        self, tolerance: float | None, enough: float = np.inf
    ) -> tuple[float, list[tuple[tuple[int, ...], int]]]:
        """Return the bound at the prices of now, and of each period the combination and whose prices bound it.

        Parameters
        ----------
        tolerance : to which the periods are solved; None takes what is known of them
        enough : a bound at which no more of them is solved
        """
        program, known, prices = self.mix.program, self.known, self.prices
        cost = program.cost - self.outer.T @ prices
        some = np.abs(prices) > NOTHING
        side = np.where(prices > 0, self.lower, self.upper)
        alone = known.alone
        bound = float((prices[some] * side[some]).sum())
        bound += least_cost(cost[alone], program.lower[alone], self.most)
        chosen = []
        for period in self.periods:
            period.duals.price(cost[period.known.columns])
            least, combination, number = period.duals.least()
            bound += least
            chosen.append((combination, number, least))
        for place, period in enumerate(self.periods if tolerance is not None else ()):
            if bound >= enough:
                break
            least, combination, number = period.solve(cost[period.known.columns], tolerance or 0.0)
            bound += least - chosen[place][2]
            chosen[place] = combination, number, least
        return bound, [(combination, number) for combination, number, _ in chosen]


class _Made:
    """Mixes of known shares, with combinations of whole columns that are raised where they do not carry the work."""

    def __init__(self, search: _Alike, chosen: list[tuple[tuple[int, ...], int]]) -> None:
        self.search = search
        self.prices: Floats | None = None
        self._combinations = [combination for combination, _ in chosen]
        self._picked = [
            _worth_most(period, search.prices, number)
            for period, (_, number) in zip(search.periods, chosen, strict=True)
        ]
        self._coupling = len(search.known.rows)
        self._begin = np.cumsum([self._coupling, *(len(period.known.mixed) for period in search.periods)])

    def mixes(self) -> list[Floats]:
        """Return all columns of the mixes that were made, best or not."""
        program, (lower, upper) = self._program(), self._sides()
        priced = self._costs(program, with_steps=True)
        whole = replace(program, cost=priced, row_lower=lower, row_upper=upper)
        changing, found = ChangingProgram(whole, presolve=False), []
        for is_last in (False, True):
            if is_last:
                changing.set_rows(*self._sides())
                changing.set_costs(np.arange(len(priced)), self._costs(program, with_steps=False))
            answer = changing.solve()
            if answer.values is None or answer.row_duals is None:
                break
            self.prices = answer.row_duals[: self._coupling]
            values = self._completed(answer.values)
            if values is None:
                break
            found.append(values)
            if not self._raise(values):
                break
        return found

    def _program(self) -> Program:
        """Shares and continuous columns of every period, the columns alone, and what rows miss."""
        search, known = self.search, self.search.known
        program, coupling = search.mix.program, self._coupling
        rows = int(self._begin[-1]) + len(search.periods)
        blocks, costs, uppers = [np.zeros((rows, len(known.alone)))], [program.cost[known.alone]], [
            program.upper[known.alone]
        ]  # fmt: skip
        blocks[0][:coupling] = search.outer[:, known.alone].toarray()
        for number, (period, picked) in enumerate(zip(search.periods, self._picked, strict=True)):
            count, others = len(picked), period.known.others
            block = np.zeros((rows, count + len(others)))
            mine = slice(self._begin[number], self._begin[number + 1])
            block[:coupling, :count], block[mine, :count] = period.in_coupling[picked].T, period.in_mixed[picked].T
            block[:coupling, count:], block[mine, count:] = period.coupling[:, others], period.mixed[:, others]
            block[self._begin[-1] + number, :count] = 1.0
            blocks.append(block)
            costs += [period.cost[picked], period.program.cost[others]]
            uppers += [np.full(count, np.inf), period.program.upper[others]]
        missed = int(self._begin[-1])
        short = np.eye(rows, missed)
        cost = np.concatenate([*costs, np.zeros(2 * missed)])
        return Program(
            cost, np.zeros(len(cost)), np.concatenate([*uppers, np.full(2 * missed, np.inf)]),
            np.zeros(len(cost), bool), sparse.csc_matrix(np.concatenate([*blocks, -short, short], axis=1)),
            np.ones(rows), np.ones(rows),
        )  # fmt: skip

    def _sides(self) -> tuple[Floats, Floats]:
        """Sides of all rows beside the whole columns that are taken; shares of a period sum to 1."""
        search = self.search
        lower, upper = np.ones(self._begin[-1] + len(search.periods)), np.ones(self._begin[-1] + len(search.periods))
        coupling = slice(0, self._coupling)
        lower[coupling], upper[coupling] = search.lower, search.upper
        for number, period in enumerate(search.periods):
            at = pattern_values(period.choices, self._combinations[number], len(period.program.cost))
            mine = slice(self._begin[number], self._begin[number + 1])
            taken, rows = period.mixed @ at, period.known.mixed
            lower[mine], upper[mine] = period.program.row_lower[rows] - taken, period.program.row_upper[rows] - taken
            lower[coupling] -= period.coupling @ at
            upper[coupling] -= period.coupling @ at
        return lower, upper

    def _costs(self, program: Program, *, with_steps: bool) -> Floats:
        """Costs of all columns; with steps, what a level does not carry costs as much as the next one is dearer."""
        missed = int(self._begin[-1])
        count = len(program.cost) - 2 * missed
        price = np.full(2 * missed, MISS * max(float(np.abs(program.cost[:count]).max(initial=0.0)), 1.0))
        for number, period in enumerate(self.search.periods if with_steps else ()):
            for choice, pattern in zip(period.choices, self._combinations[number], strict=True):
                if len(choice.columns) > 1 and pattern + 1 < len(choice.patterns):
                    step = np.zeros(len(period.program.cost))
                    step[choice.columns] = choice.patterns[pattern + 1] - choice.patterns[pattern]
                    more = period.mixed @ step
                    row = int(np.abs(more).argmax())
                    if more[row] < 0 < (dearer := float(period.program.cost @ step)):
                        price[self._begin[number] + row] = dearer / -more[row]
        return np.concatenate([program.cost[:count], price])

    def _completed(self, mixed: Floats) -> Floats | None:
        """All columns of the program for a mixture of shares."""
        search, at = self.search, len(self.search.known.alone)
        values = np.zeros(len(search.mix.program.cost))
        for period, picked in zip(search.periods, self._picked, strict=True):
            values[period.known.columns] = mixed[at : at + len(picked)] @ period.shares[picked]
            at += len(picked) + len(period.known.others)
        return complete(search.mix, clean_shares(search.mix, values))

    def _raise(self, values: Floats) -> bool:
        """Take what carries the shares where that is more than what was taken; say whether anything was."""
        before = list(self._combinations)
        for number, period in enumerate(self.search.periods):
            mine = values[period.known.columns]
            self._combinations[number] = tuple(
                max(pattern, int(np.abs(choice.patterns - mine[choice.columns]).sum(axis=1).argmin()))
                for choice, pattern in zip(period.choices, before[number], strict=True)
            )
        return before != self._combinations


@dataclass(frozen=True, eq=False)
class _Ready:
    """What is known, in the numbers of a program's months; it does not depend on costs and floors."""

    months: object
    known: KnownMix
    money: float
    periods: tuple[_Period, ...]
    solutions: Solutions


_LAST: list[_Ready] = []


def _ready(mix: MixProgram, known: KnownMix, outer: sparse.csc_matrix) -> _Ready:
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
    _LAST[:] = [_Ready(mix.months, known, mix.money, periods, solutions)]
    return _LAST[0]


def _period(program: Program, known: KnownPart, choices: list[Choice], scale: Floats) -> _Period:
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
    return _Period(
        known, part, choices, duals, inside.tocsr()[known.mixed].toarray(), coupling.toarray(), shares,
        shares @ part.cost, (coupling @ shares.T).T, activity[:, known.mixed],
    )  # fmt: skip


def _worth_most(period: _Period, prices: Floats, number: int) -> Ints:
    """Return the shares with the least cost at the prices of the horizon and those that bound the combination."""
    inner = period.duals.duals[number][period.known.mixed]
    cost = period.cost - period.in_coupling @ prices - period.in_mixed @ inner
    return np.asarray(np.argsort(cost, kind="stable")[:MOST_SHARES])

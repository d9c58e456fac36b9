"""A mix like one that was solved: a bound and a mix from what is known of the other one's periods.

At prices of the rules of the horizon the known prices of rows bound every combination of whole columns of a period. The
combinations with the least bounds are taken, and shares are mixed of those that were met so that the rules of the
horizon are kept: a linear program of a few hundred columns, in place of the thousands of the year. Where the levels
that were taken do not carry the work they are raised, and the shares are mixed once more. Its prices are the next ones.

Nothing is remembered from one mix to the next, so that each answer depends on its own case and the solved one alone.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from scipy import sparse

from models.mix.records import Floats, Ints
from models.plan import PROOF_TOLERANCE
from optimizer.changing import ChangingProgram
from optimizer.mix.complete import clean_shares, complete
from optimizer.mix.duals import possible
from optimizer.mix.in_numbers import KnownPeriod, in_numbers_of
from optimizer.mix.known import KnownMix
from optimizer.mix.part import pattern_values
from optimizer.mix.periods import SHARE_OF_GAP, least_cost
from optimizer.mix.program import MixProgram
from optimizer.mix.search import Found, Limits, keeps_rows
from optimizer.solve import Program, Status, relative_gap

ROUNDS = 6
"""The first with what is known alone; in those after it the periods are solved at the prices."""
STEP = 0.5
"""How far prices go from the best ones to those of the last mix, which jump."""
MOST_SHARES = 24
"""Of a period, of which a mix is made: those worth most at the prices, and those that a mixture of all has."""
MISS = 1e4
"""Price of missing a row that has no step, in the cost of the dearest shares."""
NOTHING = 1e-9
SOLVER = "like one that was solved (priced horizon)"


def search_alike(mix: MixProgram, known: KnownMix, limits: Limits, budget: float = np.inf) -> Found | None:
    """Search a mix from what is known of another one; None where that does not prove the gap that is asked for.

    Parameters
    ----------
    mix : the program
    known : of a program with the same rows and columns
    limits : only their gap counts: this takes a fraction of a second
    budget : currency; the search goes on until it is known whether a mix is within it
    """
    started = time.perf_counter()
    if not known.fits(mix):
        return None
    search = _Alike(mix, known)
    found = search.run(limits.gap, budget / mix.money)
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
        ready = in_numbers_of(mix, known, self.outer)
        self.periods = [period.priced(program) for period in ready.periods]
        columns, sides = [part.columns for part in known.parts], (self.lower, self.upper)
        self._ready, self._solutions = ready, ready.solutions
        self._priced_at: Floats | None = None
        self._least: list[tuple[float, tuple[int, ...], int]] = []
        started = ready.solutions.prices(mix, columns, self.outer, known.alone, self.most, sides)
        self.prices: Floats = np.zeros(len(known.rows)) if started is None else self._possible(started[0])
        self._amount = np.zeros(len(ready.solutions.period)) if started is None else started[1]

    def run(self, gap: float, budget: float) -> tuple[Floats, float, float] | None:
        """Return a mix, its cost and its bound in the program's unit; None where the gap is not proved."""

        def is_done() -> bool:
            is_known = cost <= budget or bound > budget
            return best is not None and is_known and relative_gap(cost, bound) <= gap

        best, cost, bound, centre = None, np.inf, -np.inf, self.prices
        for number in range(ROUNDS):
            tolerance = None if number == 0 else SHARE_OF_GAP * gap * abs(bound) / len(self.periods)
            enough = (1 - gap) * cost if cost <= budget else max((1 - gap) * cost, budget * (1 + NOTHING))
            least, chosen = self._bound(tolerance, enough, best)
            if least > bound:
                bound, centre = least, self.prices
            if not is_done():
                made = _Made(self, chosen)
                best, cost = self._better(made, best, cost)
            # what bounds best may not go together with high floors; what was mixed does, but for whole columns
            for amount in (self._amount, self._amount_of_most) if number == 0 and self._amount.any() else ():
                if best is None or (amount is self._amount and not is_done()):
                    best, cost = self._better(_Made(self, self._mixed(amount)), best, cost)
            if is_done() and best is not None:
                return best, cost, min(bound, cost)
            if made.prices is None:
                return None
            if number > 0:  # first the periods are solved at the prices of the known solutions
                self.prices = STEP * self._possible(made.prices) + (1 - STEP) * centre
        return None

    @property
    def _amount_of_most(self) -> Floats:
        """What of the mixture keeps the rows of the horizon most easily, where several solutions of a period are in it.

        They are worth the same at the prices: what keeps the rows better is dearer.
        """
        kept = self.prices @ self._solutions.activity
        return np.where(self._amount > NOTHING, kept - kept.min() + 1.0, 0.0)

    def _possible(self, prices: Floats) -> Floats:
        return possible(prices, self.lower, self.upper)

    def mixed(self, place: int) -> Ints:
        """Return the shares of a period that the mixture of known solutions has, counted from the last one."""
        mine = self._solutions.period == place
        shares = self._solutions.share[mine][self._amount[mine] > NOTHING]
        return np.asarray(shares - len(self._ready.periods[place].shares))

    def _better(self, made: _Made, best: Floats | None, cost: float) -> tuple[Floats | None, float]:
        """Return the cheapest mix that keeps its rows, and its cost."""
        for values in made.mixes():
            spent = float(self.mix.program.cost @ values)
            if spent < cost and keeps_rows(self.mix.program, values):
                best, cost = values, spent
        return best, cost

    def _mixed(self, amount: Floats) -> list[tuple[tuple[int, ...], int]]:
        """Return the whole columns of the solution that there is most of in each period, and which prices bound it."""
        found, solutions = [], self._solutions
        for place, period in enumerate(self.periods):
            values = solutions.values[place][int(amount[solutions.period == place].argmax())]
            combination = tuple(
                int(np.abs(choice.patterns - values[choice.columns]).sum(axis=1).argmin()) for choice in period.choices
            )
            found.append((combination, period.duals.best_at(combination)[1]))
        return found

    def _bound(
        self, tolerance: float | None, enough: float, best: Floats | None
    ) -> tuple[float, list[tuple[tuple[int, ...], int]]]:
        """Return the bound at the prices of now, and of each period the combination and whose prices bound it.

        Parameters
        ----------
        tolerance : to which the periods are solved; None takes what is known of them
        enough : a bound at which no more of them is solved
        best : a mix that is known
        """
        program, known, prices = self.mix.program, self.known, self.prices
        cost = program.cost - self.outer.T @ prices
        some = np.abs(prices) > NOTHING
        side = np.where(prices > 0, self.lower, self.upper)
        alone = known.alone
        bound = float((prices[some] * side[some]).sum())
        bound += least_cost(cost[alone], program.lower[alone], self.most)
        priced = [cost[period.known.columns] for period in self.periods]
        if self._priced_at is not prices:
            for period, mine in zip(self.periods, priced, strict=True):
                period.duals.price(mine)
            self._least, self._priced_at = [period.duals.least() for period in self.periods], prices
        least = self._least
        bound += sum(one for one, _, _ in least)
        if tolerance is None:
            return bound, [(combination, number) for _, combination, number in least]
        above = [
            0.0 if best is None else least[place][0] - float(priced[place] @ best[period.known.columns])
            for place, period in enumerate(self.periods)
        ]
        # where a mix costs most above what is known, most can be learnt
        for place in np.argsort(above, kind="stable").tolist():
            if bound >= enough:
                break
            before = least[place][0]
            least[place] = self.periods[place].solve(priced[place], tolerance)
            bound += least[place][0] - before
        return bound, [(combination, number) for _, combination, number in least]


class _Made:
    """Mixes of known shares, with combinations of whole columns that are raised where they do not carry the work."""

    def __init__(self, search: _Alike, chosen: list[tuple[tuple[int, ...], int]]) -> None:
        self.search = search
        self.prices: Floats | None = None
        self._combinations = [combination for combination, _ in chosen]
        self._picked = [
            np.union1d(_worth_most(period, search.prices, number), search.mixed(place) + len(period.shares))
            for place, (period, (_, number)) in enumerate(zip(search.periods, chosen, strict=True))
        ]
        self._coupling = len(search.known.rows)
        self._begin = np.cumsum([self._coupling, *(len(period.known.mixed) for period in search.periods)])
        lower, upper = (side[: self._begin[-1]] for side in self._sides())
        # rows that can be missed by too much, and by too little
        self._missed = np.flatnonzero(np.isfinite(upper)), np.flatnonzero(np.isfinite(lower))

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
        above, below = self._missed
        short = np.eye(rows, int(self._begin[-1]))
        missed = np.concatenate([-short[:, above], short[:, below]], axis=1)
        cost = np.concatenate([*costs, np.zeros(missed.shape[1])])
        return Program(
            cost, np.zeros(len(cost)), np.concatenate([*uppers, np.full(missed.shape[1], np.inf)]),
            np.zeros(len(cost), bool), sparse.csc_matrix(np.concatenate([*blocks, missed], axis=1)),
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
        above, below = self._missed
        count = len(program.cost) - len(above) - len(below)
        dear = MISS * max(float(np.abs(program.cost[:count]).max(initial=0.0)), 1.0)
        price = np.full(len(above) + len(below), dear)
        for number, period in enumerate(self.search.periods if with_steps else ()):
            for choice, pattern in zip(period.choices, self._combinations[number], strict=True):
                if len(choice.columns) > 1 and pattern + 1 < len(choice.patterns):
                    step = np.zeros(len(period.program.cost))
                    step[choice.columns] = choice.patterns[pattern + 1] - choice.patterns[pattern]
                    more = period.mixed @ step
                    row = int(np.abs(more).argmax())
                    if more[row] < 0 < (dearer := float(period.program.cost @ step)):
                        price[np.flatnonzero(above == self._begin[number] + row)] = dearer / -more[row]
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


def _worth_most(period: KnownPeriod, prices: Floats, number: int) -> Ints:
    """Return the shares with the least cost at the prices of the horizon and those that bound the combination."""
    inner = period.duals.duals[number][period.known.mixed]
    cost = period.cost - period.in_coupling @ prices - period.in_mixed @ inner
    return np.asarray(np.argsort(cost, kind="stable")[:MOST_SHARES])

"""What a year of service costs at least, for every set of initiatives that may work: cuts read off a table.

Sets
    S a set of options that act on the mix, at most one of an initiative and within the rules; t period
Given
    least[S]   bound on the cost with all of S in full and no harm (`optimizer.invest.reach.loosened`): no state with
               less of the same effects is cheaper, so it holds while some of S still ramp up
    exact[S]   bound that was proved on the mix of S as it is, from when all work in full; least[S] until that is known
Subject to
    cut        cost[t] >= c + sum a[o] works[o, t], where c + a S' <= least[S'] for every S' of the table
    in full    cost[t] >= c + sum a[o] works[o, t] - most (exact - least) ramping[t], the same with exact
    ramping[t] >= starts that work and have not all of their effect yet, initiative by initiative

A cut is separated where it is wanted: of all (c, a) below the table the one that is highest at S (a linear program;
over 0/1 points it reaches the table's own figure there).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from scipy import sparse

from models.investment.case import Choice, Floats, InvestmentCase
from optimizer.invest.rows import Rows
from optimizer.invest.starts import Decisions, Terms
from optimizer.solve import Program, SolverFailureError, solve

MOST_STATES = 2000
"""Sets that are tabulated at most: each is a linear program of a hundredth of a second."""
_ASIDE = 0.02
"""How far a cut is pulled from its set to the middle of all, so that it is high elsewhere, too."""
Cut = tuple[float, Floats]
"""c and a."""


def states_of(case: InvestmentCase, most: int = MOST_STATES) -> list[frozenset[int]] | None:
    """Return every set of options that may act on the mix together; None when they are too many."""
    touching = {effect.option for effect in case.effects if effect.on not in ("revenue", "cost")}
    owners = {case.initiative_of[o] for o in touching}
    ways = [[None, *(o for o in case.options_of[k] if o in touching)] for k in sorted(owners)]
    if np.prod([float(len(way)) for way in ways]) > 100 * most:
        return None
    found = []
    for picked in itertools.product(*ways):
        on = {case.initiative_of[o] for o in picked if o is not None}
        if _may_be(case, on, owners):
            found.append(frozenset(o for o in picked if o is not None))
            if len(found) > most:
                return None
    return found


def _may_be(case: InvestmentCase, on: set[int], owners: set[int]) -> bool:
    """Whether initiatives may work at the same time."""
    rules = case.relations
    return not (
        any(a in on and b in on for a, b in rules.excludes)
        or any(len(on & set(members)) > number for members, number in rules.at_most)
        or any(a in on and b in owners and b not in on for a, b in rules.needs)
    )


class StateTable:
    """The table of a case, and the cuts that were read off it.

    Parameters
    ----------
    case : InvestmentCase
    states : list of frozenset of int
        Sets of options (`states_of`).
    least : callable
        Bounds on the cost of a year at shares (E,) of the effects and what overlaps keep of them (E,), one a set.
    """

    def __init__(
        self, case: InvestmentCase, states: list[frozenset[int]], least: Callable[[list[tuple[Floats, Floats]]], Floats]
    ) -> None:
        self.case, self.states = case, states
        self.options = sorted(frozenset().union(*states))
        self.place = {state: i for i, state in enumerate(states)}
        self.works = np.array([[float(o in state) for o in self.options] for state in states])
        self.works = self.works.reshape(len(states), len(self.options))
        self.least = least([self.in_full(state) for state in states])
        self.exact = self.least.copy()
        self.cuts: dict[int, Cut] = {}
        self.cuts_in_full: dict[int, Cut] = {}

    def in_full(self, state: frozenset[int]) -> tuple[Floats, Floats]:
        """Share of each effect, and what overlaps keep of it, when a set works in full."""
        case, on = self.case, {self.case.initiative_of[o] for o in state}
        share = np.array([float(effect.option in state) for effect in case.effects])
        kept = np.ones(len(share))
        for e, effect in enumerate(case.effects):
            for a, b, lost in case.relations.overlaps:
                if case.initiative_of[effect.option] == b and a in on:
                    kept[e] -= lost
        return share, kept

    def raise_to(self, places: list[int], least: Floats) -> None:
        """Take higher bounds of some sets, before any cut is read off."""
        self.least[places] = np.maximum(self.least[places], least)
        self.exact = np.maximum(self.exact, self.least)

    def at(self, choice: Choice, period: int) -> int:
        """Place of the set that works in a period."""
        on = (start for start in choice.starts if start.period + self.case.options[start.option].build <= period)
        return self.place[frozenset(start.option for start in on if start.option in self.options)]

    def learn(self, place: int, proved: float | None) -> None:
        """Add the cuts of a set; ``proved`` is the bound on its mix, where all of it works in full."""
        if place not in self.cuts:
            self.cuts[place] = self._separate(self.least, place)
        if proved is not None and np.isfinite(proved) and place not in self.cuts_in_full:
            self.exact[place] = max(float(self.exact[place]), proved)
            self.cuts_in_full[place] = self._separate(self.exact, place)

    def _separate(self, values: Floats, place: int) -> Cut:
        """Highest (c, a) at a set that is nowhere above the table."""
        unit, (count, size) = float(np.abs(values).max()) / 1000 or 1.0, self.works.shape
        wanted = (1 - _ASIDE) * self.works[place] + _ASIDE * self.works.mean(axis=0)
        free = np.full(size + 1, np.inf)
        answer = solve(
            Program(
                cost=-np.concatenate([[1.0], wanted]), lower=-free, upper=free, integer=np.zeros(size + 1, bool),
                matrix=sparse.csc_matrix(np.hstack([np.ones((count, 1)), self.works])),
                row_lower=np.full(count, -np.inf), row_upper=values / unit,
            ),
            solver="glop",
        )  # fmt: skip
        if answer.values is None:
            raise SolverFailureError("no cut was found below the table of mixes")
        c, a = float(answer.values[0]) * unit, answer.values[1:] * unit
        # a solver's tolerance must not lift it above the table
        return c - max(0.0, float((c + self.works @ a - values).max())), a

    def add_rows(self, rows: Rows, made: Decisions, spent: int, t: int, unit: float) -> None:
        """Add the cuts of a period on its column ``spent``, in units of money."""
        working: dict[int, list[int]] = {o: [] for o in self.options}
        starting: dict[int, Terms] = {}
        for n, (o, s) in enumerate(zip(made.option.tolist(), made.period.tolist(), strict=True)):
            option = self.case.options[o]
            if o in working and s + option.build <= t:
                working[o].append(int(made.column[n]))
                if option.effect_share(s, t + 1)[t] < 1:
                    starting.setdefault(self.case.initiative_of[o], {})[int(made.column[n])] = -1.0
        room = float((self.exact - self.least).max())
        ramping = rows.column(0.0, 1.0) if starting else -1
        for terms in starting.values():
            rows.row(("ramping", t), terms | {ramping: 1.0}, 0.0, np.inf)
        for cuts, allowed in ((self.cuts, 0.0), (self.cuts_in_full, room)):
            for c, a in cuts.values():
                entries = {spent: 1.0}
                for o, slope in zip(self.options, a.tolist(), strict=True):
                    entries |= dict.fromkeys(working[o], -slope / unit)
                if ramping >= 0:
                    entries[ramping] = allowed / unit
                rows.row(("cut", t), entries, c / unit, np.inf)

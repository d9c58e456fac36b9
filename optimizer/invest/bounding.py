"""Bounds on the cost of a year for every set of initiatives: linear programs, with whole columns where it may matter.

The table takes part of the time, and what it has learnt is kept: another search of the same case goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from models.investment.average_month import at_least
from models.investment.case import Choice, Floats, InvestmentCase, Start
from models.investment.joint import joint_value
from models.investment.with_mix import mix_at
from models.mix.case import MixCase
from optimizer.clock import Budget, Clock
from optimizer.invest.least import SideBySide, least_cost, linear_cost
from optimizer.invest.reach import everything, loosened
from optimizer.invest.table import StateTable
from optimizer.mix.formulation import build_program

TABLE_SHARE, WHOLE_SHARE = 0.8, 0.5
"""Of the time that is left, for the table of states (those that it does not reach have the bound of the cheapest), and
for the programs with whole columns that raise it."""
ASIDE = 0.1
"""Of the best value, by which a set may promise less than another and be left as it is."""
BATCH = 24
"""Sets that are raised together."""


class Kept(Protocol):
    """What was learnt of the same case before."""

    def find(self, parts: list[bytes]) -> Any:
        """Return what is known under all that it depends on, or None."""

    def keep(self, parts: list[bytes], record: dict[str, Any]) -> None:
        """Take note."""


class Bounding:
    """Makes the table of a case.

    Parameters
    ----------
    case : InvestmentCase
    mix : MixCase
        The average month.
    side_by_side : callable
        Calls a function with each of some arguments, in processes that are there.
    kept : Kept, optional
    """

    def __init__(self, case: InvestmentCase, mix: MixCase, side_by_side: SideBySide, kept: Kept | None = None) -> None:
        self.case, self.mix, self.side_by_side, self.kept = case, mix, side_by_side, kept
        self.helps = everything(case)[0] > 0

    def table(
        self, states: list[frozenset[int]], budget: Budget, cheapest: float, today: float, best: float = -np.inf
    ) -> StateTable:
        """Return the bounds of some sets of options.

        Parameters
        ----------
        states : list of frozenset of int
        budget : Budget
            Wall time; sets that it does not reach cost at least ``cheapest``, the bound with everything.
        cheapest, today : float
            A year of service with everything at least, and as it is.
        best : float
            A value that is reached.
        """
        parts = self._identity()
        known = None if self.kept is None else self.kept.find(parts)
        if known is None or len(known["least"]) != len(states):
            known = {"least": [None] * len(states), "raised": [], "seconds": 0.0}
        found = np.array([np.nan if one is None else one for one in known["least"]])

        def least(places: list[tuple[Floats, Floats]]) -> Floats:
            left = np.flatnonzero(np.isnan(found))
            if len(left):
                found[left] = self._bounds(linear_cost, [places[k] for k in left.tolist()], budget, TABLE_SHARE)
            return _known(found, cheapest)

        table = StateTable(self.case, states, least)
        raised, began = list[int](known["raised"]), time.perf_counter()
        if self.mix.cost_planes:
            # who has more time than the search that is kept goes on where it ended
            clock = Clock(max(WHOLE_SHARE * budget.left() - known["seconds"], 0.0))
            raised += self._raise(table, set(raised), (clock, budget), cheapest, today, best)
        if self.kept is not None:
            reached = np.where(np.isnan(found), np.nan, table.least)
            self.kept.keep(parts, {"least": [None if np.isnan(one) else one for one in reached.tolist()],
                                   "raised": raised,
                                   "seconds": known["seconds"] + time.perf_counter() - began})  # fmt: skip
        return table

    def _raise(
        self, table: StateTable, done: set[int], within: tuple[Clock, Budget], cheapest: float, today: float,
        best: float,
    ) -> list[int]:  # fmt: skip
        """Raise the bounds of the sets that could be worth most: licences and tiers of prices are whole there."""
        raised: list[int] = []
        clock, budget = within
        promise = {place: self._promise(table, place, today) for place in range(len(table.states))}
        # the most that the sets promise counts: what else is funded is worth the same beside each of them
        enough = max(promise.values()) - ASIDE * abs(best) if np.isfinite(best) else -np.inf
        order = sorted((place for place in promise if place not in done), key=lambda place: -promise[place])
        order = [place for place in order if promise[place] > enough]
        for first in range(0, len(order), BATCH):
            if clock.left() <= 0:
                break
            places = order[first : first + BATCH]
            found = self._bounds(least_cost, [table.in_full(table.states[place]) for place in places], budget, 1.0)
            raised += [place for place, value in zip(places, found.tolist(), strict=True) if not np.isnan(value)]
            table.raise_to(places, _known(found, cheapest))
        return raised

    def _promise(self, table: StateTable, place: int, today: float) -> float:
        """What a set would be worth at its bound from the first period on, started as early as it may be."""
        starts = tuple(Start(o, self.case.options[o].first_start) for o in sorted(table.states[place]))
        costs = np.full(self.case.horizon.periods, table.least[place])
        return joint_value(self.case, replace(Choice.none(self.case), starts=starts), today, costs)

    def _bounds(
        self, bound: Callable[..., float], places: list[tuple[Floats, Floats]], budget: Budget, share: float
    ) -> Floats:  # fmt: skip
        """Bounds with no more than some effects, harmful ones left out; NaN where time did not reach."""
        end, cases = time.time() + share * budget.left(), []
        for part, kept in places:
            changed = mix_at(self.case, self.mix, np.where(self.helps, part, 0.0), kept)
            cases.append((loosened(changed, self.mix, changed), end))
        return np.array(list(self.side_by_side(bound, cases)), dtype=float)

    def _identity(self) -> list[bytes]:
        """Everything that the bounds depend on."""
        built = build_program(at_least(self.mix))
        program = built.program
        arrays = (program.cost, program.lower, program.upper, program.row_lower, program.row_upper, program.matrix.data)
        effects, options = self.case.effects, self.case.options
        words = repr((effects, options, self.case.relations, self.case.settings.people, built.money))
        places = program.matrix.indices.tobytes(), program.matrix.indptr.tobytes()
        return [words.encode(), *(np.round(one, 9).tobytes() for one in arrays), *places]


def _known(found: Floats, cheapest: float) -> Floats:
    """Bounds, with those that time did not reach, and of states without any mix, at that of the cheapest."""
    return np.where(np.isfinite(found), np.fmax(found, cheapest), cheapest)

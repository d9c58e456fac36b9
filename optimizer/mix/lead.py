"""A mix whose best tiers are served better than the average: a search on what the average is.

That a tier's satisfaction leads the overall one compares two ratios, which is not linear. With the overall satisfaction
in an interval there are linear rows that every such mix keeps, the more exactly the narrower the interval; in a point
they are exact. So intervals are split where the relaxed mix lies (branch and bound in one dimension): each interval
gives a bound, each point a mix. A case without such a rule is solved once.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import replace

import numpy as np

from models.mix.case import MixCase
from models.mix.records import Floats
from models.plan import PROOF_TOLERANCE
from optimizer.mix.formulation import build_program, lead_range
from optimizer.mix.periods import Decomposed
from optimizer.mix.program import MixProgram, overall_satisfaction
from optimizer.mix.search import Found, Limits, decomposed, search
from optimizer.progress import is_stop_asked, muted, tell
from optimizer.solve import Status, relative_gap

NARROW = 1e-7
"""An interval of the overall satisfaction that is not split further."""
PART_OF_TIME = 0.4
"""Of what is left, for one program with whole columns."""
INNER = 0.1
"""An interval is split at least so far, as a share of it, from its ends."""


def solve_case(case: MixCase, limits: Limits, *, start: Floats | None = None) -> tuple[MixProgram, Found]:
    """Solve a case, with or without tiers that lead.

    Parameters
    ----------
    start : values of a mix to begin with, where the program has the same columns

    Returns
    -------
    The program in which the mix was found, and the mix with the bound of the whole case.
    """
    if np.isnan(case.tiers.csat_lead).all():
        mix = build_program(case)
        return mix, search(mix, limits, start=start)
    return _LeadSearch(case, limits).run()


def leads(case: MixCase, flow: Floats) -> bool:
    """Say whether every tier that is to lead does."""
    asked = np.flatnonzero(~np.isnan(case.tiers.csat_lead)).tolist()
    return all(tier_lead(case, flow, tier) >= case.tiers.csat_lead[tier] - NARROW for tier in asked)


def tier_lead(case: MixCase, flow: Floats, tier: int) -> float:
    """Return by how much a tier is more satisfied than the overall mean; without bound where it has no contacts."""
    contacts = flow[:, tier].sum(axis=1)
    if contacts.sum() <= 0:
        return float("inf")
    return float(contacts @ case.links.csat) / float(contacts.sum()) - overall_satisfaction(case, flow)


class _LeadSearch:
    """Branch and bound on the interval in which the overall satisfaction lies."""

    def __init__(self, case: MixCase, limits: Limits) -> None:
        self.case, self.limits, self.started = case, limits, time.perf_counter()
        self.best: tuple[MixProgram, Found] | None = None
        self.parts: Decomposed | None = None
        self.stopped = False
        self.floor = np.inf  # least bound of the intervals that are not split although they are not settled

    def run(self) -> tuple[MixProgram, Found]:
        """Search until the gap is proved or the time is up."""
        low, high = lead_range(self.case)
        first = build_program(self.case, lead=(low, high))
        relaxed = self._relaxed(first, whole=True)
        if relaxed.values is None:
            return first, relaxed
        number, bound = 0, relaxed.bound
        heap = [(relaxed.bound, number, low, high, first, relaxed)]
        while heap:
            bound, _, low, high, mix, relaxed = heapq.heappop(heap)
            tell("channel mix", bound=min(bound, self.floor))
            if self._is_proved(bound) or self.left <= 0:
                self.stopped |= not self._is_proved(bound)
                break
            flow = mix.flows(relaxed.values) if relaxed.values is not None else np.zeros(self.case.shape)
            if leads(self.case, flow):
                self._keep(mix, relaxed)
                self.floor = min(self.floor, relaxed.bound)
                continue
            middle = float(np.clip(overall_satisfaction(self.case, flow), low, high))
            self._try(middle)
            if high - low <= NARROW:
                self.floor = min(self.floor, bound)
                continue
            middle = float(np.clip(middle, low + INNER * (high - low), high - INNER * (high - low)))
            for ends in ((low, middle), (middle, high)):
                inner = build_program(self.case, lead=ends)
                found = self._relaxed(inner)
                if found.values is not None:
                    number += 1
                    heapq.heappush(heap, (max(found.bound, bound), number, *ends, inner, found))
                elif found.status is not Status.INFEASIBLE:
                    # no mix in time is no proof that there is none
                    self.floor, self.stopped = min(self.floor, max(found.bound, bound)), True
        else:
            bound = np.inf
        return self._ended(first, min(bound, self.floor))

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return 0.0 if is_stop_asked() else self.limits.time_limit_s - (time.perf_counter() - self.started)

    def _relaxed(self, mix: MixProgram, *, whole: bool = False) -> Found:
        # no single program may take all the time: a bound needs a mix beside it
        left = self.left if mix.is_linear else PART_OF_TIME * self.left
        if self.parts is None and not mix.is_linear:
            # intervals differ in rows of the horizon only: what the periods can do stays known
            self.parts = decomposed(mix, self.limits.seed)
        enough = np.inf if self.best is None else self.best[1].cost
        # a part of the whole: only the first one's bound holds for it
        with muted(but_bounds=whole):
            return search(mix, replace(self.limits, time_limit_s=max(left, 0.1), enough=enough), parts=self.parts)

    def _try(self, overall: float) -> None:
        """Look for a mix with exactly this much overall satisfaction or less, and the leads above it."""
        mix = build_program(self.case, lead=(overall, overall))
        self._keep(mix, self._relaxed(mix))

    def _keep(self, mix: MixProgram, found: Found) -> None:
        if found.values is not None and (self.best is None or found.cost < self.best[1].cost):
            self.best = mix, found
            tell("channel mix", best=found.cost)

    def _is_proved(self, bound: float) -> bool:
        return self.best is not None and relative_gap(self.best[1].cost, bound) <= self.limits.gap

    def _ended(self, first: MixProgram, bound: float) -> tuple[MixProgram, Found]:
        seconds, name = time.perf_counter() - self.started, "search on the overall satisfaction"
        if self.best is None:
            # an interval too narrow to be split may hold a mix that was not found
            is_proved = not self.stopped and np.isinf(self.floor)
            status = Status.INFEASIBLE if is_proved else Status.NO_PLAN
            return first, Found(status, None, np.inf, -np.inf, seconds, name)
        mix, found = self.best
        bound = min(bound, found.cost)
        status = Status.OPTIMAL if relative_gap(found.cost, bound) <= PROOF_TOLERANCE else Status.FEASIBLE
        return mix, replace(
            found, status=status, bound=bound, seconds=seconds, solver=f"{found.solver}, {name}", again=None
        )

"""Solving the days of a problem that have changed since the last round, and no others.

A sketch is the linear relaxation with people rounded along the day: a schedule to simulate and learn from, soon
made and not quite feasible. A schedule keeps the rows: whole people of the relaxation stay, and the integer program
decides about the rest, over the patterns that the relaxation finds as cheap. Either way the relaxation gives the bound.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.shifts.columns import Columns
from optimizer.shifts.components import Component, split
from optimizer.shifts.engine import Limits
from optimizer.shifts.heads import Chosen
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.shifts.relaxation import Relaxation, relax, whole_program
from optimizer.shifts.rows import Rows, build_rows
from optimizer.solve import FEASIBILITY_TOLERANCE, Answer, Program, Status, solve

SOLVER = "glop and scip"
CHEAP_SHARE = 1e-6
"""Of the dearest shift: reduced costs up to this count as none."""


@dataclass(frozen=True, eq=False)
class Found:
    """A schedule.

    Attributes
    ----------
    price : (P, T) value of one more head of a pool, of the linear program
    sketch : rounded, not every row is kept
    """

    status: Status
    objective: float
    bound: float
    chosen: tuple[Chosen, ...]
    price: Floats
    sketch: bool = False


@dataclass
class Parts:
    """Independent parts of a problem, each with its last answer."""

    limits: Limits
    known: dict[tuple[int, ...], tuple[Component, Found]] = field(default_factory=dict)

    def solve(self, problem: ShiftProblem, *, sketch: bool = False) -> Found:
        """Solve a problem; a part whose promises are those of its last answer keeps it."""
        threads = self.limits.threads or os.cpu_count() or 1
        parts = split(problem)
        fresh = [part for part in parts if not self._is_known(part, sketch)]
        # the largest first, so that none runs alone at the end
        fresh.sort(key=lambda part: -sum(float(team.need.sum()) for team in part.problem.teams))
        seconds = self.limits.time_limit_s * min(threads, len(fresh)) / max(len(fresh), 1)
        with ThreadPoolExecutor(threads) as pool:
            solved = list(pool.map(lambda part: solve_part(part, self.limits, seconds, sketch=sketch), fresh))
        self.known |= {_place(part): (part, found) for part, found in zip(fresh, solved, strict=True)}
        return _together(problem, [self.known[_place(part)][1] for part in parts])

    def _is_known(self, part: Component, sketch: bool) -> bool:
        known = self.known.get(_place(part))
        if known is None or known[1].status in (Status.NO_PLAN, Status.INFEASIBLE):
            return False
        return known[0].problem.promises == part.problem.promises and (sketch or not known[1].sketch)


def solve_part(part: Component, limits: Limits, seconds: float, *, sketch: bool = False) -> Found:
    """Solve one part; the answer is in the families of the whole."""
    problem = part.problem
    rows = build_rows(problem)
    linear = relax(problem, rows, seed=limits.seed)
    price = np.zeros(problem.need.shape)
    if linear.status in (Status.INFEASIBLE, Status.NO_PLAN) or not len(linear.duals):
        return Found(linear.status, math.inf, linear.bound, (), price)
    covered = rows.cover_of_interval >= 0
    price[covered] = linear.duals[rows.cover_of_interval[covered]]
    if sketch:
        counts = _rounded(linear)
        cost = float(linear.columns.cost @ counts)
        chosen = tuple(_chosen(part, linear.columns, counts))
        return Found(Status.FEASIBLE, cost, linear.bound, chosen, price, sketch=True)
    answer = _whole_people(problem, rows, linear, limits, seconds)
    if answer.values is None:
        return Found(answer.status, math.inf, linear.bound, (), price)
    counts = np.round(answer.values[len(rows.side_cost) :]).astype(np.int64)
    bound = min(linear.bound, answer.objective)
    return Found(Status.FEASIBLE, answer.objective, bound, tuple(_chosen(part, linear.columns, counts)), price)


def _rounded(linear: Relaxation) -> Ints:
    """Round people on patterns so that sums along the day, pool by pool, are off by half a person at most."""
    problem, people = linear.columns.problem, linear.values[: len(linear.columns)]
    pools = np.concatenate(
        [np.full(len(batch), problem.families[batch.family].pool) for batch in linear.columns.batches]
    )
    order = np.lexsort((np.arange(len(people)), linear.columns.start, pools))
    counts = np.zeros(len(people), np.int64)
    for pool in np.unique(pools):
        mine = order[pools[order] == pool]
        so_far = np.round(np.cumsum(people[mine]) + FEASIBILITY_TOLERANCE).astype(np.int64)
        counts[mine] = np.diff(so_far, prepend=0)
    return counts


def _whole_people(problem: ShiftProblem, rows: Rows, linear: Relaxation, limits: Limits, seconds: float) -> Answer:
    """Round the linear relaxation: at least its whole people stay; without them where that leaves nothing."""
    program, side = whole_program(problem, rows, linear.columns), len(rows.side_cost)
    people = linear.values[: len(linear.columns)]
    cheap = linear.reduced_cost <= CHEAP_SHARE * float(np.max(linear.columns.cost, initial=1.0))
    keep = np.flatnonzero(np.concatenate([np.ones(side, bool), cheap | (people > FEASIBILITY_TOLERANCE)]))
    least = np.concatenate([np.zeros(side), np.floor(people + FEASIBILITY_TOLERANCE)])
    small = Program(
        program.cost[keep], least[keep], program.upper[keep], program.integer[keep],
        program.matrix[:, keep].tocsc(), program.row_lower, program.row_upper,
    )  # fmt: skip
    answer = solve(small, solver="scip", gap=limits.gap, time_limit_s=seconds, seed=limits.seed)
    if answer.values is None:
        return solve(program, solver="scip", gap=limits.gap, time_limit_s=seconds, seed=limits.seed)
    values = np.zeros(len(program.cost))
    values[keep] = answer.values
    return replace(answer, values=values)


def _chosen(part: Component, columns: Columns, counts: Ints) -> list[Chosen]:
    used = np.flatnonzero(counts)
    found = []
    for patterns, where in columns.patterns_at(used):
        members = part.members[patterns.family][patterns.member]
        for row, member in enumerate(members.tolist()):
            column = int(used[where[row]])
            offsets = tuple(patterns.offsets[row].tolist())
            family = part.families[patterns.family]
            found.append(Chosen(family, member, offsets, int(counts[column]), float(columns.cost[column])))
    return found


def _place(part: Component) -> tuple[int, ...]:
    """Return the intervals in which a part's teams need somebody."""
    need = np.sum([team.need for team in part.problem.teams], axis=0) if part.problem.teams else np.zeros(0)
    return tuple(np.flatnonzero(need).tolist())


def _together(problem: ShiftProblem, parts: list[Found]) -> Found:
    chosen = [one for part in parts for one in part.chosen]
    chosen.sort(key=lambda one: (one.family, one.member, one.offsets))
    found = {part.status for part in parts}
    order = (Status.INFEASIBLE, Status.NO_PLAN, Status.UNBOUNDED, Status.FEASIBLE)
    status = next((status for status in order if status in found), Status.OPTIMAL)
    price = np.sum([part.price for part in parts], axis=0) if parts else np.zeros(problem.need.shape)
    return Found(
        status, sum(part.objective for part in parts), sum(part.bound for part in parts), tuple(chosen), price,
        any(part.sketch for part in parts),
    )  # fmt: skip

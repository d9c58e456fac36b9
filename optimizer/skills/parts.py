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
from optimizer.shifts.heads import Chosen, heads_by_interval
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.shifts.relaxation import Relaxation, relax, whole_program
from optimizer.shifts.rows import Rows, build_rows
from optimizer.skills.desk import Desk
from optimizer.skills.master import lacks
from optimizer.solve import FEASIBILITY_TOLERANCE, Answer, Program, Status, relative_gap, solve

SOLVER = "glop and scip"
CHEAP_SHARE = 1e-6
"""Of the dearest shift: reduced costs up to this count as none."""

LEAST_SECONDS = 10.0
"""Of a part, however many there are: most need less."""
POOR_GAP = 0.01
"""A schedule of the integer program that is further from the relaxation, when its time is over, is worse than a rounded
one: simulation judges that too, and what it lacks is asked for on top in the next round."""
TEAM_ROWS = ("team", "service", "order")
NEAR_SUPPORT = 0.05
"""Of service level: bounds that lie further above the relaxation's service are left out of the integer program."""


@dataclass(frozen=True, eq=False)
class Found:
    """A schedule.

    Attributes
    ----------
    price : (P, T) value of one more head of a pool, of the linear program
    sketch : rounded, not every row is kept
    columns, counts : of a part: its patterns, and people on each; of the whole None
    """

    status: Status
    objective: float
    bound: float
    chosen: tuple[Chosen, ...]
    price: Floats
    sketch: bool = False
    columns: Columns | None = None
    counts: Ints | None = None


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
        seconds = max(self.limits.time_limit_s * min(threads, len(fresh)) / max(len(fresh), 1), LEAST_SECONDS)
        with ThreadPoolExecutor(threads) as pool:
            solved = list(pool.map(lambda part: solve_part(part, self.limits, seconds, sketch=sketch), fresh))
        self.known |= {_place(part): (part, found) for part, found in zip(fresh, solved, strict=True)}
        return _together(problem, [self.known[_place(part)][1] for part in parts])

    def desks(self, problem: ShiftProblem) -> list[Desk]:
        """Return the parts of a problem that was solved, with the people on their patterns."""
        known = [self.known[_place(part)] for part in split(problem)]
        return [
            Desk(part, found.columns, found.counts)
            for part, found in known if found.columns is not None and found.counts is not None
        ]  # fmt: skip

    def _is_known(self, part: Component, sketch: bool) -> bool:
        known = self.known.get(_place(part))
        if known is None or known[1].status in (Status.NO_PLAN, Status.INFEASIBLE):
            return False
        return known[0].problem.promises == part.problem.promises and (sketch or not known[1].sketch)


def solve_part(part: Component, limits: Limits, seconds: float, *, sketch: bool = False) -> Found:
    """Solve one part; the answer is in the families of the whole."""
    problem = part.problem
    rows = build_rows(problem)
    linear = relax(problem, rows, time_limit_s=limits.time_limit_s, seed=limits.seed)
    price = np.zeros(problem.need.shape)
    if linear.status in (Status.INFEASIBLE, Status.NO_PLAN) or not len(linear.duals):
        return Found(linear.status, math.inf, linear.bound, (), price)
    covered = rows.cover_of_interval >= 0
    price[covered] = linear.duals[rows.cover_of_interval[covered]]
    whole = None if sketch else _whole_people(problem, rows, linear, limits, seconds)
    if whole is not None and whole.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return Found(whole.status, math.inf, linear.bound, (), price)
    counts = _rounded(linear)
    if whole is not None and whole.values is not None and relative_gap(whole.objective, linear.bound) <= POOR_GAP:
        counts = np.round(whole.values[len(rows.side_cost) :]).astype(np.int64)
    cost = float(linear.columns.cost @ counts)
    chosen = chosen_of(part, linear.columns, counts)
    return Found(Status.FEASIBLE, cost, linear.bound, chosen, price, sketch, linear.columns, counts)


def _rounded(linear: Relaxation) -> Ints:
    """Round people on patterns so that sums along the day, over all pools, are off by half a person at most."""
    people = linear.values[: len(linear.columns)]
    order = np.lexsort((np.arange(len(people)), linear.columns.start))
    so_far = np.round(np.cumsum(people[order]) + FEASIBILITY_TOLERANCE).astype(np.int64)
    counts = np.zeros(len(people), np.int64)
    counts[order] = np.diff(so_far, prepend=0)
    return counts


def _whole_people(problem: ShiftProblem, rows: Rows, linear: Relaxation, limits: Limits, seconds: float) -> Answer:
    """Round the linear relaxation: at least its whole people stay; without them where that leaves nothing.

    Rows that are far from binding in the relaxation are left out, teams with their steps; a team that then lacks
    somebody comes back. (What is lacking of a promise shows in the next simulation.)
    """
    program, side = whole_program(problem, rows, linear.columns), len(rows.side_cost)
    people = linear.values[: len(linear.columns)]
    cheap = linear.reduced_cost <= CHEAP_SHARE * float(np.max(linear.columns.cost, initial=1.0))
    keep = np.flatnonzero(np.concatenate([np.ones(side, bool), cheap | (people > FEASIBILITY_TOLERANCE)]))
    least = np.concatenate([np.zeros(side), np.floor(people + FEASIBILITY_TOLERANCE)])
    every = np.concatenate([linear.values[len(linear.columns) :], people])
    slack = program.row_upper - program.matrix @ every
    binding = {name for (kind, name, _), dual in zip(rows.names, linear.duals, strict=True) if dual > 0}
    while True:
        held = np.array([
            name in binding if kind in TEAM_ROWS else kind != "support" or slack[row] < NEAR_SUPPORT
            for row, (kind, name, _) in enumerate(rows.names)
        ])  # fmt: skip
        small = Program(
            program.cost[keep], least[keep], program.upper[keep], program.integer[keep],
            program.matrix[:, keep].tocsr()[held].tocsc(), program.row_lower[held], program.row_upper[held],
        )  # fmt: skip
        answer = solve(small, solver="scip", gap=limits.gap, time_limit_s=seconds, seed=limits.seed)
        if answer.values is None:
            return solve(program, solver="scip", gap=limits.gap, time_limit_s=seconds, seed=limits.seed)
        values = np.zeros(len(program.cost))
        values[keep] = answer.values
        present, away = heads_by_interval(problem, _chosen(linear.columns, np.round(values[side:]).astype(np.int64)))
        back = {team.name for team in problem.teams if team.name not in binding and lacks(team, present - away)}
        if not back:
            return replace(answer, values=values)
        binding |= back


def _chosen(columns: Columns, counts: Ints) -> list[Chosen]:
    used = np.flatnonzero(counts)
    found = []
    for patterns, where in columns.patterns_at(used):
        for row, member in enumerate(patterns.member.tolist()):
            column = int(used[where[row]])
            offsets = tuple(patterns.offsets[row].tolist())
            found.append(Chosen(patterns.family, member, offsets, int(counts[column]), float(columns.cost[column])))
    return found


def chosen_of(part: Component, columns: Columns, counts: Ints) -> tuple[Chosen, ...]:
    """Return people on the patterns of a part as shifts in the families of the whole."""
    return tuple(
        replace(one, family=part.families[one.family], member=int(part.members[one.family][one.member]))
        for one in _chosen(columns, counts)
    )


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

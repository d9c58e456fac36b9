"""From a shift problem to a schedule: independent parts, linear bound, whole people, proof."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np

from optimizer.clock import Clock
from optimizer.progress import tell
from optimizer.shifts.columns import Columns
from optimizer.shifts.components import Component, split
from optimizer.shifts.heads import Chosen, exceeds
from optimizer.shifts.part import QUICK_SECONDS, Limits, SolvedPart, improve_part, is_open, solve_part
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.solve import Status, relative_gap

__all__ = ["Chosen", "Limits", "ShiftSolution", "solve_shifts"]

NO_SOLVER = "nothing to solve"
MOST_TOLERANCE = 10.0
"""Times the gap of the whole that a small part may have."""
Progress = Callable[[int, int], None]
"""Takes the number of parts solved and of all parts."""


@dataclass(frozen=True)
class ShiftSolution:
    """A schedule with its proof.

    Attributes
    ----------
    chosen : people on patterns
    missing : (P, T) heads short of ``need``
    work_done : (P, T) heads on deferrable work
    price : (P, T) marginal cost of one more head needed (dual of the cover row of the linear relaxation)
    infeasible : parts for which no schedule exists (then ``status`` is INFEASIBLE)
    """

    status: Status
    objective: float
    bound: float
    seconds: float
    solver: str
    seed: int
    chosen: tuple[Chosen, ...]
    missing: Floats
    work_done: Floats
    price: Floats
    infeasible: tuple[Component, ...] = ()

    @property
    def gap(self) -> float:
        """Relative gap, of the objective."""
        return relative_gap(self.objective, self.bound)

    @property
    def shift_cost(self) -> float:
        """Cost of the people on shifts; of the parts that have a schedule, where others have none."""
        return float(sum(one.count * one.cost_each for one in self.chosen))


def solve_shifts(
    problem: ShiftProblem, limits: Limits | None = None, progress: Progress = lambda done, parts: None
) -> ShiftSolution:
    """Return the cheapest schedule found, with a proved bound.

    Upper limits on heads (seats) tie pools and days together and seldom bind: a schedule is first sought without
    them. If it keeps them, it is a schedule of the whole problem, with the same proof; otherwise those that it breaks
    are put in.

    An interrupt (Ctrl-C) ends the search; the parts that are not yet solved are then solved quickly. Parts without any
    schedule make the status INFEASIBLE; the rest is still solved.
    """
    limits = limits or Limits()
    started = time.perf_counter()
    clock = Clock(limits.time_limit_s)
    waived = [limit for limit in problem.attendance if not np.isfinite(limit.lower).any()]
    while True:
        attendance = tuple(limit for limit in problem.attendance if limit not in waived)
        parts = _solve_parts(split(replace(problem, attendance=attendance)), limits, clock, progress)
        solution = _merge(problem, parts, time.perf_counter() - started, limits)
        if solution.status is Status.INFEASIBLE and waived:
            # which parts have none shows only with every limit in
            waived = []
            continue
        broken = [limit for limit in waived if exceeds(problem, limit, solution.chosen)]
        if not broken or solution.status in (Status.INFEASIBLE, Status.NO_PLAN):
            return solution
        waived = [limit for limit in waived if limit not in broken]


def _solve_parts(parts: list[Component], limits: Limits, clock: Clock, progress: Progress) -> list[SolvedPart]:
    threads = limits.threads or os.cpu_count() or 1
    # the largest parts first, so that the last one does not run alone
    queue = sorted(parts, key=lambda part: -sum(len(family.starts) for family in part.problem.families))
    inner = 1 if len(queue) >= threads else threads
    left = len(queue)

    people = [max(float(part.problem.need.sum()), 1.0) for part in queue]
    mean = float(np.mean(people)) if people else 1.0

    def run(number: int) -> SolvedPart:
        # a small day may miss the gap by more: what counts is the gap of the whole
        gap = limits.gap * min(max(1.0, mean / people[number]), MOST_TOLERANCE)
        return solve_part(queue[number], replace(limits, gap=gap), clock.share(left, threads), inner)

    solved: dict[Future[SolvedPart], SolvedPart] = {}
    with ThreadPoolExecutor(threads if len(queue) > 1 else 1) as pool:
        futures = [pool.submit(run, number) for number in range(len(queue))]
        pending = set(futures)
        while pending:
            try:
                done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                solved.update((future, future.result()) for future in done)
                left = len(pending)
                progress(len(solved), len(queue))
            except KeyboardInterrupt:
                clock.stop()
    found = [future.result() for future in futures]
    _tell(found)
    return _improve(found, limits, clock, threads)


def _gap_of(parts: list[SolvedPart]) -> float:
    return relative_gap(sum(part.objective for part in parts), sum(part.bound for part in parts))


def _tell(parts: list[SolvedPart]) -> None:
    tell("schedule", best=sum(part.objective for part in parts), bound=sum(part.bound for part in parts))


def _improve(parts: list[SolvedPart], limits: Limits, clock: Clock, threads: int) -> list[SolvedPart]:
    """Share what time is left among the parts whose gap is still open."""
    still_open = [part for part in parts if is_open(part, limits.gap)]
    if not still_open or clock.left() < QUICK_SECONDS or _gap_of(parts) <= limits.gap:
        return parts
    # the widest gaps in money first
    still_open.sort(key=lambda part: part.bound - part.objective)
    better: dict[int, SolvedPart] = {}
    left = len(still_open)

    def run(part: SolvedPart) -> SolvedPart:
        return improve_part(part, limits, clock.share(left, threads))

    with ThreadPoolExecutor(threads) as pool:
        futures = {pool.submit(run, part): part for part in still_open}
        pending = set(futures)
        while pending:
            try:
                done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                better.update((id(futures[future]), future.result()) for future in done)
                left = len(pending)
                _tell([better.get(id(part), part) for part in parts])
                if _gap_of([better.get(id(part), part) for part in parts]) <= limits.gap:
                    clock.stop()
            except KeyboardInterrupt:
                clock.stop()
    return [better.get(id(part), part) for part in parts]


def _merge(problem: ShiftProblem, parts: list[SolvedPart], seconds: float, limits: Limits) -> ShiftSolution:
    chosen: list[Chosen] = []
    missing, work, prices = (np.zeros(problem.need.shape) for _ in range(3))
    for part in parts:
        if part.duals is not None:
            covered = part.rows.cover_of_interval >= 0
            prices[covered] += part.duals[part.rows.cover_of_interval[covered]]
        if part.values is None or part.columns is None:
            continue
        side = len(part.rows.side_cost)
        for (kind, pool), interval, value in zip(
            part.rows.side_kind, part.rows.side_interval.tolist(), part.values[:side].tolist(), strict=True
        ):
            if kind == "missing":
                missing[pool, interval] += value
            elif kind == "work":
                work[pool, interval] += value
        chosen.extend(_chosen(part, part.columns, np.round(part.values[side:]).astype(np.int64)))
    chosen.sort(key=lambda one: (one.family, one.member, one.offsets))
    infeasible = tuple(part.component for part in parts if part.status is Status.INFEASIBLE)
    objective = float(sum(part.objective for part in parts))
    bound = float(sum(part.bound for part in parts))
    solvers = sorted({part.solver for part in parts if part.solver}) or [NO_SOLVER]
    return ShiftSolution(
        _overall(parts), objective, bound, seconds, " + ".join(solvers), limits.seed, tuple(chosen), missing, work,
        prices, infeasible,
    )  # fmt: skip


def _overall(parts: list[SolvedPart]) -> Status:
    found = {part.status for part in parts}
    for status in (Status.INFEASIBLE, Status.NO_PLAN, Status.UNBOUNDED, Status.FEASIBLE):
        if status in found:
            return status
    return Status.OPTIMAL


def _chosen(part: SolvedPart, columns: Columns, counts: Ints) -> list[Chosen]:
    used = np.flatnonzero(counts)
    found = []
    for patterns, where in columns.patterns_at(used):
        family = part.component.families[patterns.family]
        members = part.component.members[patterns.family][patterns.member]
        for row, member in enumerate(members.tolist()):
            column = int(used[where[row]])
            offsets = tuple(patterns.offsets[row].tolist())
            found.append(Chosen(family, member, offsets, int(counts[column]), float(columns.cost[column])))
    return found

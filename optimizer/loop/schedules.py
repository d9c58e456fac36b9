"""Many shift schedules at once: each pool alone at its own demand, side by side in processes, kept by content."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

import pandas as pd

from models.mix.records import Floats
from models.scenario import Scenario
from optimizer.clock import Budget
from optimizer.cost_table import Known, Point, Solved, end_with_parent, least_point, solve_point
from optimizer.shifts.engine import Limits
from optimizer.solve import SolverFailureError

DAYS_PER_WEEK = 7.0
LEAST_SECONDS = 3.0
"""Of a schedule that is needed although time is up."""
TOO_LATE = "time was up before it began"
KnownOf = Callable[[Scenario, pd.DataFrame, bool], Known]
"""What is known of the points of a scenario at a demand, or of their linear programs."""


@dataclass(frozen=True, eq=False)
class Job:
    """A schedule to solve: a pool, its service target, its demand, and its scenario where it is another one.

    One that is not needed is left out when time is up: it then has no cost, and a bound of 0. Of a linear one only the
    linear program is solved: its cost is that bound.
    """

    pool: str
    service_level: float
    demand: pd.DataFrame
    scenario: Scenario | None = None
    needed: bool = True
    linear: bool = False


class Schedules:
    """Solves schedules of a scenario; a context, because its processes live as long as it does.

    Parameters
    ----------
    scenario : Scenario
    limits : Limits
        Of each search, which runs in one thread.
    known_of : function, optional
        What was solved before.
    processes : int, optional
        Searches side by side; as many as cores by default.

    Attributes
    ----------
    asked, solved : int
        Schedules that were asked for, and those of them that were not known.
    budget : Budget or None
        Time of what is asked for now; without end where there is none.
    is_stopped : callable
        Whether Ctrl-C was pressed: a schedule that is searched in this process takes it as the wish for itself to end.
    """

    def __init__(
        self, scenario: Scenario, limits: Limits, known_of: KnownOf | None = None, processes: int | None = None
    ) -> None:
        self.scenario, self.limits, self.known_of = scenario, replace(limits, threads=1), known_of
        self.processes = processes or os.cpu_count() or 1
        self.asked = self.solved = 0
        self.budget: Budget | None = None
        self.is_stopped: Callable[[], bool] = lambda: False
        self._served: list[tuple[str, float, Floats, float]] = []
        self._memory: dict[tuple[object, ...], Solved] = {}
        self._workers: ProcessPoolExecutor | None = None

    def __enter__(self) -> Schedules:
        """Begin; processes start when the first schedule is asked for."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the processes."""
        if self._workers is not None:
            # what they still search is of no use to anybody, and ends by itself
            self._workers.shutdown(wait=False, cancel_futures=True)

    def solve(self, jobs: Sequence[Job]) -> list[Solved]:
        """Solve schedules, in the order of the jobs: hours, cost and bound of a week.

        Raises
        ------
        SolverFailureError
            When a process dies.
        """
        points = [Point(job.pool, job.service_level, 1.0) for job in jobs]
        found: list[Solved | None] = [None] * len(jobs)
        known = [
            None if self.known_of is None else self.known_of(job.scenario or self.scenario, job.demand, job.linear)
            for job in jobs
        ]
        keys = [_key(job) for job in jobs]
        for place, (point, keeper) in enumerate(zip(points, known, strict=True)):
            found[place] = self._memory.get(keys[place])
            if found[place] is None and keeper is not None:
                found[place] = keeper.find(point)
        open_places = [place for place, one in enumerate(found) if one is None]
        self.asked += len(jobs)
        # each is kept as it comes: a loop that is ended goes on from there
        answers = self._run([(jobs[k], points[k]) for k in open_places])
        for place, (solved, in_full) in zip(open_places, answers, strict=True):
            found[place] = solved
            if solved.why == TOO_LATE:
                continue
            self._memory[keys[place]] = solved
            keeper, linear = known[place], jobs[place].linear
            self.solved += not linear
            if keeper is not None and (linear or solved.proved or (in_full and math.isfinite(solved.cost))):
                keeper.keep(solved)
        found = [one if one is None else self._no_dearer(job, one) for job, one in zip(jobs, found, strict=True)]
        weeks = self.scenario.settings.horizon.days / DAYS_PER_WEEK
        return [
            replace(one, load_hours=one.load_hours / weeks, cost=one.cost / weeks, bound=one.bound / weeks)
            for one in found
            if one is not None
        ]

    def _no_dearer(self, job: Job, solved: Solved) -> Solved:
        """Return a schedule at the cost of the cheapest one for as much work or more: that serves it, too."""
        if job.linear or job.scenario is not None or solved.proved:
            self._note(job, solved)
            return solved
        mine = _work(job)
        costs = [
            cost for pool, level, work, cost in self._served
            if pool == job.pool and level == job.service_level and work.shape == mine.shape and (work >= mine).all()
        ]  # fmt: skip
        self._note(job, solved)
        return replace(solved, cost=min([solved.cost, *costs]))

    def _note(self, job: Job, solved: Solved) -> None:
        if not job.linear and job.scenario is None and math.isfinite(solved.cost):
            self._served.append((job.pool, job.service_level, _work(job), solved.cost))

    def _run(self, todo: list[tuple[Job, Point]]) -> Iterator[tuple[Solved, bool]]:
        end = math.inf if self.budget is None else time.time() + self.budget.left()
        if self.processes == 1 or len(todo) <= 1:
            for job, point in todo:
                found = _solve_by(end, self.scenario, job, point, self.limits)
                if self.is_stopped():
                    raise KeyboardInterrupt
                yield found
            return
        yield from self.side_by_side(_solve, [(job, point, end) for job, point in todo])

    def side_by_side(self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """Call a function with each of some arguments, in the processes; answers come in their order.

        Raises
        ------
        SolverFailureError
            When a process dies.
        """
        if self.processes == 1 or len(arguments) <= 1:
            yield from (function(*each) for each in arguments)
            return
        if self._workers is None:
            context = multiprocessing.get_context("spawn")
            self._workers = ProcessPoolExecutor(
                self.processes, context, initializer=_take, initargs=(self.scenario, self.limits)
            )
        try:
            yield from self._workers.map(function, *zip(*arguments, strict=True))
        except BrokenExecutor as error:
            raise SolverFailureError("a process that solved a schedule was ended from outside") from error


def _work(job: Job) -> Floats:
    """Contacts and handle times, interval by interval."""
    work: Floats = job.demand[["contacts", "aht_s"]].to_numpy(dtype=float)
    return work


def _key(job: Job) -> tuple[object, ...]:
    return job.pool, job.service_level, id(job.scenario), job.linear, _work(job).tobytes()


_taken: list[tuple[Scenario, Limits]] = []


def _take(scenario: Scenario, limits: Limits) -> None:
    """Keep in a new process what all its schedules share, and let it end with the process that began it."""
    _taken[:] = [(scenario, limits)]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began it
    end_with_parent()


def _solve(job: Job, point: Point, end: float) -> tuple[Solved, bool]:
    scenario, limits = _taken[0]
    return _solve_by(end, scenario, job, point, limits)


def _solve_by(end: float, scenario: Scenario, job: Job, point: Point, limits: Limits) -> tuple[Solved, bool]:
    """Solve a schedule until an end (`time.time`, which processes share), and say whether it had its time in full."""
    left = end - time.time()
    if left <= 0 and not job.needed:
        return Solved(point, math.nan, math.inf, 0.0, TOO_LATE, proved=False), False
    if job.linear:
        return least_point(job.scenario or scenario, job.demand, point), True
    seconds = min(limits.time_limit_s, max(left, LEAST_SECONDS))
    solved = solve_point(job.scenario or scenario, job.demand, point, replace(limits, time_limit_s=seconds))
    return solved, seconds >= limits.time_limit_s

"""The whole search for a rotation, and why there is none."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from models.rotation.check import broken_rules, cost_of
from models.rotation.records import OFF, WEEK_DAYS, RotationCase, Span
from models.wallclock import DAY_NAMES
from optimizer.rotate.circulation import Circulation
from optimizer.rotate.network import build_network
from optimizer.rotate.walk import closed_walk
from optimizer.solve import Answer, SolverFailureError, Status, relative_gap, solve

MORE_DAYS = 1
"""By which a way out makes a stretch longer."""
TOLERANCE = 1e-6
ANY_GAP = 0.5
"""Of a program that is only to find something: how many people pass its hub is no matter."""


@dataclass(frozen=True)
class RotationSolution:
    """What became of a case.

    Attributes
    ----------
    line : shift of each day from a Monday on; None without a rotation
    cost, bound : by the prices of the case
    islands : sets of weeks that had to be joined on the way
    ways_out : for an infeasible case, rules without which, one at a time, there is a rotation
    """

    status: Status
    line: tuple[str, ...] | None
    cost: float
    bound: float
    seconds: float
    seed: int
    islands: int = 0
    ways_out: tuple[str, ...] = ()
    solver: str = "highs"

    @property
    def gap(self) -> float:
        """Relative gap between cost and bound."""
        return relative_gap(self.cost, self.bound)


def solve_rotation(
    case: RotationCase, time_limit_s: float = 60.0, seed: int = 1, *, explain: bool = True
) -> RotationSolution:
    """Find the cheapest rotation, or prove that there is none.

    Parameters
    ----------
    explain : whether an infeasible case is solved again without each rule

    Returns
    -------
    RotationSolution
        OPTIMAL, FEASIBLE (time was up before the proof), INFEASIBLE (proved), NO_PLAN (time was up).

    Raises
    ------
    SolverFailureError
        If the solver fails, or the line breaks a rule.
    """
    begun = time.perf_counter()
    network = build_network(case)
    circulation = Circulation(case, network)
    count, bounded, hub = 0, None, None
    while True:
        left = time_limit_s - (time.perf_counter() - begun)
        if bounded is None or hub is None:
            answer = solve(circulation.program(), time_limit_s=max(left, 0.01), seed=seed)
            if answer.values is None or left <= 0:
                return _without(case, answer, begun, seed, time_limit_s, explain=explain)
            bounded = answer
        else:
            program = circulation.program(through=hub, at_most=bounded.objective + TOLERANCE)
            answer = solve(program, time_limit_s=max(left, 0.01), gap=ANY_GAP, seed=seed)
            if answer.status is Status.INFEASIBLE:  # the islands that were cut off made it dearer
                bounded = None
                continue
            if answer.values is None or left <= 0:
                return _without(case, replace(answer, status=Status.NO_PLAN), begun, seed, time_limit_s, explain=False)
        flow = np.round(answer.values[: len(circulation.first)]).astype(np.int64)
        islands = circulation.islands(flow)
        if len(islands) == 1:
            break
        circulation.cut_off(islands)
        hub = circulation.busiest(flow)
        count += len(islands)
    line = closed_walk(network, circulation, flow)
    cost = cost_of(case, line)
    broken = broken_rules(case, line)
    if broken or cost > bounded.objective + TOLERANCE * max(1.0, abs(cost)):
        raise SolverFailureError(f"the rotation costs {cost:g}, not {bounded.objective:g}; {'; '.join(broken[:1])}")
    seconds = time.perf_counter() - begun
    return RotationSolution(bounded.status, line, cost, min(cost, bounded.bound), seconds, seed, count)


def _without(
    case: RotationCase, answer: Answer, begun: float, seed: int, time_limit_s: float, *, explain: bool
) -> RotationSolution:
    """Say how a search without a rotation ended."""
    if answer.status is not Status.INFEASIBLE:
        seconds = time.perf_counter() - begun
        return RotationSolution(Status.NO_PLAN, None, math.inf, -math.inf, seconds, seed)
    ways = []
    for words, easier in _easier(case) if explain else ():
        left = time_limit_s - (time.perf_counter() - begun)
        if left <= 0:
            break
        if solve_rotation(easier, left, seed, explain=False).line is not None:
            ways.append(words)
    seconds = time.perf_counter() - begun
    return RotationSolution(Status.INFEASIBLE, None, math.inf, math.inf, seconds, seed, ways_out=tuple(ways))


def _easier(case: RotationCase) -> Iterator[tuple[str, RotationCase]]:
    """Yield the case with one rule relaxed at a time, and with more people, each with words for it."""
    for words, span in _longer("days of work", case.work):
        yield words, replace(case, work=span)
    for words, span in _longer("days off", case.off):
        yield words, replace(case, off=span)
    for place, shift in enumerate(case.shifts):
        for words, span in _longer(f"days of {shift.name}", shift.block):
            others = case.shifts[:place], case.shifts[place + 1 :]
            yield words, replace(case, shifts=(*others[0], replace(shift, block=span), *others[1]))
    for days in case.forbidden:
        rest = tuple(other for other in case.forbidden if other != days)
        said = " ".join("off" if day == OFF else day for day in days)
        yield f"allow {said}", replace(case, forbidden=rest)
    for more in (1, 2, 3):
        people = f"{more} more {'person' if more == 1 else 'people'}"
        yield f"{people}: a rotation of {case.weeks + more} weeks", replace(case, weeks=case.weeks + more)


def _longer(what: str, span: Span) -> Iterator[tuple[str, Span]]:
    """Yield a stretch with an easier bound below, and above."""
    if span.least > 1:
        yield f"allow {span.least - 1} {what} in a row, not only {span.least}", Span(span.least - 1, span.most)
    yield (
        f"allow {span.most + MORE_DAYS} {what} in a row, not only {span.most}",
        Span(span.least, span.most + MORE_DAYS),
    )


def too_many_needed(case: RotationCase) -> list[str]:
    """Return the weekdays on which more people are needed than there are."""
    return [
        f"{DAY_NAMES[day]}: {case.weeks - case.people_off(day)} people are needed, and there are {case.weeks}"
        for day in range(WEEK_DAYS)
        if case.people_off(day) < 0
    ]

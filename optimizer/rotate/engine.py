"""The whole search for a rotation."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from models.rotation.check import broken_rules, cost_of
from models.rotation.records import RotationCase
from optimizer.rotate.circulation import Circulation
from optimizer.rotate.network import build_network
from optimizer.rotate.walk import closed_walk
from optimizer.solve import Answer, SolverFailureError, Status, relative_gap, solve

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
    """

    status: Status
    line: tuple[str, ...] | None
    cost: float
    bound: float
    seconds: float
    seed: int
    islands: int = 0
    solver: str = "highs"

    @property
    def gap(self) -> float:
        """Relative gap between cost and bound."""
        return relative_gap(self.cost, self.bound)


def solve_rotation(case: RotationCase, time_limit_s: float = 60.0, seed: int = 1) -> RotationSolution:
    """Find the cheapest rotation, or prove that there is none (``advice`` says why).

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
                return _without(answer, begun, seed)
            bounded = answer
        else:
            program = circulation.program(through=hub, at_most=bounded.objective + TOLERANCE)
            answer = solve(program, time_limit_s=max(left, 0.01), gap=ANY_GAP, seed=seed)
            if answer.status is Status.INFEASIBLE:  # the islands that were cut off made it dearer
                bounded = None
                continue
            if answer.values is None or left <= 0:
                return _without(replace(answer, status=Status.NO_PLAN), begun, seed)
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


def _without(answer: Answer, begun: float, seed: int) -> RotationSolution:
    """Say how a search without a rotation ended."""
    seconds = time.perf_counter() - begun
    if answer.status is not Status.INFEASIBLE:
        return RotationSolution(Status.NO_PLAN, None, math.inf, -math.inf, seconds, seed)
    return RotationSolution(Status.INFEASIBLE, None, math.inf, math.inf, seconds, seed)

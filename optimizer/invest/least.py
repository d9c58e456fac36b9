"""What a mix costs at least in a year: people at what their schedules are proved to cost, other steps whole if few."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from models.investment.average_month import at_least
from models.investment.people_cost import DAYS_PER_YEAR
from models.mix.case import MixCase
from optimizer.mix.formulation import build_program
from optimizer.mix.regions import has_regions, least_of_regions
from optimizer.mix.search import Limits, search
from optimizer.solve import SolverFailureError, Status, solve

FEW = 12
"""Whole columns that are kept: licences, tiers of prices, what is opened; steps of tables of people are many more."""
WHOLE_GAP, WHOLE_SECONDS = 5e-4, 3.0

SideBySide = Callable[[Callable[..., Any], list[tuple[Any, ...]]], Iterable[Any]]


def one_by_one(function: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> Iterable[Any]:
    """Call a function with each of some arguments."""
    return (function(*each) for each in arguments)


def least_cost(mix: MixCase, end: float = math.inf, *, whole: bool = True) -> float:
    """Return a bound on the cost of a year; inf where there is no mix, NaN after an end (`time.time`).

    Whole columns are left out where they are many or not wanted, and the leads of tiers.
    """
    if time.time() >= end:
        return math.nan
    program = build_program(at_least(mix))
    year = DAYS_PER_YEAR / float(mix.days.sum())
    if whole and has_regions(mix):
        return least_of_regions(program, WHOLE_GAP, WHOLE_SECONDS) * program.money * year
    if whole and np.isnan(mix.tiers.csat_lead).all() and 0 < int(program.program.integer.sum()) <= FEW:
        found = search(program, Limits(gap=WHOLE_GAP, time_limit_s=WHOLE_SECONDS))
        return math.inf if found.status is Status.INFEASIBLE else found.bound * year
    answer = solve(program.relaxed, solver="glop")
    if answer.status not in (Status.OPTIMAL, Status.INFEASIBLE):
        answer = solve(program.relaxed, solver="highs")
    if answer.status not in (Status.OPTIMAL, Status.INFEASIBLE):
        raise SolverFailureError("the cheapest mix of a state was not found")
    return answer.bound * program.money * year if answer.status is Status.OPTIMAL else math.inf


def linear_cost(mix: MixCase, end: float = math.inf) -> float:
    """Return the same without whole columns, in a tenth of the time."""
    return least_cost(mix, end, whole=False)

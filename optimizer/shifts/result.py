"""From the solution of a scenario's shift problem to the plan that people read: schedule, coverage, uncovered."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from models.breaks import Break, format_breaks
from models.plan import SCHEDULE_COLUMNS, UNCOVERED_COLUMNS, ShiftPlan, StageResult
from models.requirement import evaluate
from optimizer.shifts.engine import ShiftSolution
from optimizer.shifts.from_scenario import ScenarioProblem
from optimizer.shifts.heads import heads_by_interval, short
from optimizer.solve import STAGE_STATUS, Status

COST_DIGITS = 8
"""Sums of prefix sums differ in the last bits; the same shift costs the same to the digits that are written."""


def shift_plan(
    stated: ScenarioProblem, solution: ShiftSolution, *, conflicts: tuple[str, ...] = (),
    relaxation: tuple[str, ...] = (), status: Status | None = None,
) -> ShiftPlan:  # fmt: skip
    """Return the plan of a solution.

    Parameters
    ----------
    conflicts, relaxation : of a problem without a schedule, in the planner's words (``optimizer.explain``)
    status : instead of the solution's own, for the best partial plan of an infeasible problem
    """
    return ShiftPlan(
        schedule=schedule_rows(stated, solution),
        coverage=coverage_rows(stated, solution),
        result=stage_result(solution, status),
        uncovered=_uncovered(stated, solution),
        conflicts=conflicts,
        relaxation=relaxation,
    )


def stage_result(solution: ShiftSolution, status: Status | None = None) -> StageResult:
    """Return the proof of a solution as a stage of the plan."""
    known = math.isfinite(solution.objective) and status is not Status.INFEASIBLE
    bounded = known and math.isfinite(solution.bound)
    return StageResult(
        STAGE_STATUS[status or solution.status],
        solution.objective if known else None,
        solution.bound if bounded else None,
        solution.gap if bounded else None,
        solution.seconds,
        solution.solver,
        solution.seed,
    )


def schedule_rows(stated: ScenarioProblem, solution: ShiftSolution) -> pd.DataFrame:
    """Return schedule.csv: one row per distinct pool, day, shift, start and breaks, with how many people work it."""
    problem, grid = stated.problem, stated.scenario.grid
    step = grid.interval_min
    rows: list[dict[str, Any]] = []
    for one in solution.chosen:
        family = problem.families[one.family]
        slot = int(family.starts[one.member])
        start = grid.starts[0] + pd.Timedelta(minutes=(slot - stated.axis.before) * step)
        breaks = [
            Break(offset * step, window.length * step, window.name, window.paid)
            for offset, window in zip(one.offsets, family.breaks, strict=True)
        ]
        unpaid = sum(item.length_min for item in breaks if not item.paid)
        values = (
            problem.pools[family.pool], start.date().isoformat(), problem.shifts[int(family.shift[one.member])],
            start.isoformat(), (start + pd.Timedelta(minutes=family.length * step)).isoformat(),
            family.length * step - unpaid, format_breaks(start, breaks), one.count, round(one.cost_each, COST_DIGITS),
        )  # fmt: skip
        rows.append(dict(zip(SCHEDULE_COLUMNS, values, strict=True)))
    frame = pd.DataFrame(rows, columns=list(SCHEDULE_COLUMNS))
    # the same shift can come from two orders of breaks: one row a distinct shift
    keys = [name for name in SCHEDULE_COLUMNS if name != "count"]
    merged: pd.DataFrame = frame.groupby(keys, sort=True)[["count"]].sum().reset_index()
    return merged[list(SCHEDULE_COLUMNS)]


def coverage_rows(stated: ScenarioProblem, solution: ShiftSolution) -> pd.DataFrame:
    """Return coverage.csv: for every pool and open interval who is there and what service that gives.

    The marginal price of an elastic problem is left blank: it is made of penalties, not of money.
    """
    scenario, problem = stated.scenario, stated.problem
    price = np.full_like(solution.price, np.nan) if problem.elastic else solution.price
    present, away = heads_by_interval(problem, solution.chosen)
    parts = []
    for index, (name, pool) in enumerate(scenario.pools.items()):
        need = stated.requirement.pools[name]
        at_work = 1.0 - pool.unplanned_shrinkage
        on_duty = present[index] - away[index]
        done = np.minimum(solution.work_done[index], on_duty)
        live = np.maximum(on_duty - done, 0.0) * at_work
        figures = evaluate(scenario, stated.requirement, name, live).frame
        productive = on_duty * at_work
        worked = figures["occupancy"].to_numpy() * live + done * at_work
        busy = np.divide(worked, productive, out=np.zeros_like(worked), where=productive > 0)
        with_contacts = need.contacts > 0
        frame = pd.DataFrame(
            {
                "start": scenario.grid.starts, "pool": name, "contacts": need.contacts, "aht_s": need.aht_s,
                "agents_floor": need.floor_agents, "agents_target": need.target_agents, "heads": present[index],
                "on_break": away[index], "on_duty": on_duty, "productive": productive,
                "deferrable_done": done * at_work,
                "service_level": figures["service_level"].where(with_contacts),
                "abandonment": figures["abandonment"].where(with_contacts), "occupancy": busy,
                "mean_wait_s": figures["mean_wait_s"].where(with_contacts & np.isfinite(figures["mean_wait_s"])),
                "marginal_price": price[index],
                "counted": figures["counted"],
            }
        )  # fmt: skip
        for column in ("heads", "on_break", "on_duty"):
            frame[column] = frame[column].astype(int)
        parts.append(frame[pool.open])
    return pd.concat(parts, ignore_index=True)


def _uncovered(stated: ScenarioProblem, solution: ShiftSolution) -> pd.DataFrame:
    names = list(stated.scenario.pools)
    rows = [
        (stated.scenario.grid.starts[interval], names[pool], float(solution.missing[pool, interval]))
        for pool, interval in short(solution.missing)
    ]
    return pd.DataFrame(rows, columns=list(UNCOVERED_COLUMNS))

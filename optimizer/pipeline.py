"""All stages of a shift plan in their order: forecast, requirement, schedule, with how each ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from models.forecast import Forecast
from models.forecast import forecast as make_forecast
from models.plan import ShiftPlan, StageResult
from models.remark import remark
from models.requirement import Requirement, require
from models.scenario import Scenario
from models.scenario_checks import require_plannable
from models.wallclock import DAY_MIN
from models.words import percent
from optimizer.explain import Wording, explain
from optimizer.progress import tell
from optimizer.shifts.engine import Limits, ShiftSolution, solve_shifts
from optimizer.shifts.from_scenario import ScenarioProblem, scenario_problem
from optimizer.shifts.problem import ShiftProblem
from optimizer.shifts.relaxation import as_elastic
from optimizer.shifts.result import shift_plan
from optimizer.solve import Status

Say = Callable[[str], None]
"""Takes what is being done: the name of the stage that begins, and how far it is."""
LEAST_PARTIAL_SECONDS = 10.0
PARTIAL_GAP = 0.02
"""Of the best partial plan, which is shown because there is no whole one."""


@dataclass(frozen=True, eq=False)
class Stages:
    """What the stages returned, with how each ended."""

    forecast: Forecast
    requirement: Requirement
    plan: ShiftPlan
    results: dict[str, StageResult]


def run_stages(
    scenario: Scenario, limits: Limits, say: Say = lambda stage: None, *,
    forecast_of: Callable[[Scenario], Forecast] | None = None,
    require_of: Callable[[Scenario, pd.DataFrame], Requirement] | None = None,
) -> Stages:  # fmt: skip
    """Run every stage of a scenario's shift plan.

    Parameters
    ----------
    forecast_of, require_of : functions that make forecast and requirement; a batch looks first whether it has them

    Raises
    ------
    InputFaults
        The scenario has no shift types.
    """
    require_plannable(scenario)
    say = _also_told(say)
    say("forecast")
    started = time.perf_counter()
    forecast = (forecast_of or make_forecast)(scenario)
    results = {"forecast": done(started, forecast.method, given=forecast.method == "given")}
    say("requirement")
    started = time.perf_counter()
    requirement = (require_of or require)(scenario, forecast.demand)
    results["requirement"] = done(started, scenario.settings.service.model)
    say("schedule")
    plan = plan_shifts(scenario, requirement, limits, say)
    results["schedule"] = plan.result
    return Stages(forecast, requirement, plan, results)


def _also_told(say: Say) -> Say:
    """Tell whoever listens to the search as well."""

    def both(stage: str) -> None:
        tell(stage)
        say(stage)

    return both


def done(started: float, how: str, *, given: bool = False) -> StageResult:
    """Return the result of a stage that solves nothing."""
    status = "given" if given else "done"
    return StageResult(status, None, None, None, time.perf_counter() - started, how, None)


def scenario_limits(
    scenario: Scenario, *, gap: float | None = None, time_limit_s: float | None = None, seed: int | None = None,
    threads: int | None = None,
) -> Limits:  # fmt: skip
    """Return the limits of a scenario's search; what is given replaces the settings."""
    chosen = scenario.settings.solve
    return Limits(
        gap=chosen.gap if gap is None else gap,
        time_limit_s=chosen.time_limit_s if time_limit_s is None else time_limit_s,
        threads=chosen.threads if threads is None else threads,
        seed=chosen.seed if seed is None else seed,
        window=DAY_MIN // scenario.settings.interval_min,
    )


def search_options(limits: Limits) -> dict[str, float | None]:
    """Name the search as the settings of `solve` do, for plan.json; None threads: one for each core."""
    return {
        "gap": limits.gap,
        "time_limit_s": limits.time_limit_s,
        "seed": limits.seed,
        "threads": limits.threads,
    }


def plan_shifts(
    scenario: Scenario, requirement: Requirement, limits: Limits, say: Say = lambda stage: None
) -> ShiftPlan:
    """Return the cheapest schedule that keeps the service; where there is none, why, and the best partial plan.

    Raises
    ------
    InputFaults
        The scenario has no shift types.
    """
    require_plannable(scenario)
    stated = scenario_problem(scenario, requirement)
    solution = solve_shifts(stated.problem, limits, lambda done, parts: say(f"schedule: {done} of {parts} parts"))
    if solution.status is not Status.INFEASIBLE:
        return shift_plan(stated, solution)
    say("no schedule keeps every rule: finding out why")
    why = explain(solution.infeasible, stated.problem, _wording(stated), rest_cost=solution.shift_cost)
    partial, solved = partial_schedule(stated.problem, limits, spent_s=solution.seconds)
    return shift_plan(
        replace(stated, problem=solved), partial, conflicts=why.conflicts, relaxation=why.relaxations,
        status=Status.INFEASIBLE,
    )  # fmt: skip


def partial_schedule(
    problem: ShiftProblem, limits: Limits, *, spent_s: float = 0.0
) -> tuple[ShiftSolution, ShiftProblem]:
    """Return the schedule that misses the demands least, and the elastic problem that it solves.

    Parameters
    ----------
    spent_s : seconds of the time limit that are gone; a little is granted in any case
    """
    elastic = as_elastic(problem)
    left = max(limits.time_limit_s - spent_s, min(limits.time_limit_s, LEAST_PARTIAL_SECONDS))
    return solve_shifts(elastic, replace(limits, gap=max(limits.gap, PARTIAL_GAP), time_limit_s=left)), elastic


def _wording(stated: ScenarioProblem) -> Wording:
    settings = stated.scenario.settings
    target = {
        name: remark("{share} of contacts within {count} s", share=percent(pool.target), count=f"{pool.within_s:g}")
        for name, pool in stated.scenario.pools.items()
    }
    lead_in = "horizon_edges: lead_in" if stated.axis.edges == "cut" else ""
    return Wording(stated.scenario.grid, target, lambda amount: f"{amount:,.0f} {settings.currency}", lead_in)

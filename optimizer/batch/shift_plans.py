"""Shift plans in a batch: `plan` with all its files, verified, and `schedule` with the shifts alone."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from models import tables
from models.files import csv_text
from models.forecast import Forecast
from models.forecast import forecast as make_forecast
from models.plan import ShiftPlan
from models.plan_inputs import kept_inputs
from models.requirement import Requirement, require, requirement_frame
from models.scenario import Scenario, read_scenario
from models.scenario_checks import require_plannable
from models.settings import Settings
from models.verification import verify_plan
from optimizer.batch.commands import Answer
from optimizer.batch.formats import FORECAST, REQUIREMENT
from optimizer.batch.parts import forecast_parts, requirement_parts
from optimizer.batch.records import Options, Plain
from optimizer.batch.reuse import Reuse
from optimizer.pipeline import plan_shifts, run_stages, scenario_limits, search_options
from optimizer.report.content import report_content
from optimizer.report.figures import plan_figures
from optimizer.report.files import report_files
from optimizer.solve import SolverFailureError

SETTINGS = Settings
TABLES = tables.TABLES
MOST_FINDINGS = 3


def read(folder: Path) -> Scenario:
    """Read a scenario; its faults are raised."""
    scenario = read_scenario(folder)
    require_plannable(scenario)
    return scenario


def plan(scenario: Scenario, folder: Path, options: Options, threads: int, reuse: Reuse) -> Answer:
    """Make the shift plan of a scenario, as `servopt plan` does; its files are verified.

    Raises
    ------
    SolverFailureError
        A solver fails, or the written files do not agree with plain arithmetic on them.
    """
    limits = scenario_limits(
        scenario, gap=options.gap, time_limit_s=options.time_limit_s, seed=options.seed, threads=threads
    )
    stages = run_stages(
        scenario,
        limits,
        forecast_of=lambda one: _forecast(one, reuse),
        require_of=lambda one, demand: _require(one, demand, reuse),
    )
    if stages.plan.result.status == "no plan":
        return Answer("no plan", {}, {}, _NO_PLAN)
    content = report_content(
        scenario,
        stages.forecast,
        requirement_frame(stages.requirement, scenario),
        stages.plan,
        stages.results,
        inputs=kept_inputs(replace(scenario, folder=folder)),
        options=search_options(limits),
    )
    files = report_files(content, page=options.report)
    return Answer(
        stages.plan.result.status,
        {**plan_figures(content), "gap_asked": limits.gap, "verified": _verified(files)},
        files,
        "; ".join(stages.plan.conflicts),
    )


def schedule(scenario: Scenario, folder: Path, options: Options, threads: int, reuse: Reuse) -> Answer:
    """Find the cheapest shifts of a scenario, as `servopt schedule` does."""
    requirement = _require(scenario, _forecast(scenario, reuse).demand, reuse)
    limits = scenario_limits(
        scenario, gap=options.gap, time_limit_s=options.time_limit_s, seed=options.seed, threads=threads
    )
    found = plan_shifts(scenario, requirement, limits)
    if found.result.status == "no plan":
        return Answer("no plan", {}, {}, _NO_PLAN)
    files = {"schedule.csv": csv_text(found.schedule)}
    return Answer(
        found.result.status, {**_schedule_figures(found), "gap_asked": limits.gap}, files, "; ".join(found.conflicts)
    )


_NO_PLAN = "no schedule was found within the time limit; raise it"


def _schedule_figures(found: ShiftPlan) -> dict[str, Plain]:
    result = found.result
    return {
        "shifts": found.people,
        "rostered_hours": found.rostered_hours,
        "cost": found.cost,
        "objective": result.objective,
        "bound": result.bound,
        "gap": result.gap,
        "uncovered_intervals": len(found.uncovered),
    }


def _forecast(scenario: Scenario, reuse: Reuse) -> Forecast:
    if scenario.demand is not None:
        return make_forecast(scenario)
    return reuse.get("forecast", forecast_parts(scenario), FORECAST, lambda: make_forecast(scenario))


def _require(scenario: Scenario, demand: pd.DataFrame, reuse: Reuse) -> Requirement:
    parts = requirement_parts(scenario, demand)
    return reuse.get("requirement", parts, REQUIREMENT, lambda: require(scenario, demand))


def _verified(files: dict[str, str | bytes]) -> bool:
    """Hold the files against plain arithmetic on them."""
    with tempfile.TemporaryDirectory(prefix="servopt-") as place:
        for name, content in files.items():
            path = Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = verify_plan(Path(place))
    if not found.passed:
        texts = "; ".join(str(one) for one in found.findings[:MOST_FINDINGS])
        raise SolverFailureError(f"{len(found.findings)} figures of the plan's files fail their verification: {texts}")
    return True

"""A shift plan, read back from its folder as the report shows it."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from models.calendar import localise
from models.faults import Fault, InputFaults
from models.plan import PlanRecord
from models.plan_costs import plan_costs
from models.plan_folder import load_plan
from models.scenario import read_scenario
from models.simulated import DAY_COLUMNS, SimulatedService
from optimizer.report.content import ReportContent, pool_service, today_of

SIMULATED_FILE, ACCURACY_FILE = "simulated.csv", "accuracy.csv"
ACCURACY_COLUMNS = ("contact_type", "wape", "wape_seasonal_naive", "coverage_80")
_TEXT = {"contact_type", "pool", "date"}


def read_shifts(folder: str | Path) -> ReportContent:
    """Read a shift plan's folder, and price it again.

    Parameters
    ----------
    folder : str or Path
        As `servopt plan` wrote it, with the inputs in scenario/.

    Returns
    -------
    ReportContent
        As when it was planned; its money is worked out again from the schedule.

    Raises
    ------
    InputFaults
        If a file is missing or is not as it was written.
    """
    place = Path(folder)
    record = load_plan(place)
    if not (place / "scenario").is_dir():
        message = "is missing; plan again with this version, which keeps the inputs beside the plan"
        raise InputFaults([Fault(str(place / "scenario"), None, None, "", message)])
    scenario = read_scenario(place / "scenario")
    demand = _frame(place / "forecast.csv", ("start", "contact_type", "contacts", "aht_s"), record.time_zone)
    requirement = _frame(place / "requirement.csv", ("start", "pool", "agents"), record.time_zone)
    costs = plan_costs(scenario, record, demand, place=str(place))
    stage = record.stages.get("forecast")
    return ReportContent(
        title=str(record.about.get("name") or place.name),
        description=scenario.settings.description,
        currency=scenario.settings.currency,
        grid=scenario.grid,
        service=pool_service(scenario),
        record=record,
        demand=demand,
        requirement=requirement,
        cost=costs.report,
        forecast_method="" if stage is None or stage.status == "given" else stage.solver,
        accuracy=_frame(place / ACCURACY_FILE, ACCURACY_COLUMNS) if (place / ACCURACY_FILE).is_file() else None,
        simulated=_simulated(place, record),
        today=today_of(scenario, record, demand)[0],
    )


def _simulated(place: Path, record: PlanRecord) -> SimulatedService | None:
    """Read what plan.json and simulated.csv say of the plan's simulation; None where it was not simulated."""
    about = record.about.get("simulated")
    if not about or not (place / SIMULATED_FILE).is_file():
        return None
    days = _frame(place / SIMULATED_FILE, DAY_COLUMNS)
    stage = record.stages.get("simulation")
    parts = {"": about, **about["pools"]}
    return SimulatedService(
        replications=int(about["replications"]),
        seed=int(about["seed"]),
        seconds=0.0 if stage is None else stage.seconds,
        contacts=float(about["contacts"]),
        total=(about["service_level"], about["half_width"]),
        pools={name: (pool["service_level"], pool["half_width"]) for name, pool in about["pools"].items()},
        days=days,
        intervals={},
        on_time=dict(about["on_time"]),
        on_target=math.nan if about.get("days_on_target") is None else float(about["days_on_target"]),
        promised={name: pool["promised"] for name, pool in parts.items() if pool.get("promised") is not None},
    )


def _frame(path: Path, columns: tuple[str, ...], time_zone: str | None = None) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=dict.fromkeys(_TEXT, str), keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as problem:
        message = f"cannot be read: {problem}; plan again"
        raise InputFaults([Fault(str(path), None, None, "", message)]) from problem
    missing = [name for name in columns if name not in frame]
    if missing:
        message = f"lacks the columns {', '.join(missing)}; plan again"
        raise InputFaults([Fault(str(path), 1, missing[0], "", message)])
    return frame if time_zone is None else frame.assign(start=localise(frame["start"], time_zone))

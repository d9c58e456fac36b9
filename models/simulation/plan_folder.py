"""A plan's folder as what a simulation needs: its shifts, its demand, its promise, and the scenario behind it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd

from models import tables
from models.faults import Fault, FaultLog, InputFaults
from models.plan import PlanRecord
from models.plan_folder import load_plan
from models.plan_inputs import INPUTS_FOLDER
from models.scenario import SETTINGS_FILE, Scenario, read_scenario
from models.series import read_series

FORECAST_FILE = "forecast.csv"


@dataclasses.dataclass(frozen=True)
class WrittenPlan:
    """record : the plan. scenario : what it was made for. demand : start, contact_type, contacts, aht_s."""

    record: PlanRecord
    scenario: Scenario
    demand: pd.DataFrame


def read_written_plan(folder: str | Path, scenario_folder: str | Path | None = None) -> WrittenPlan:
    """Read a plan's folder for simulation.

    Parameters
    ----------
    folder : str or Path
        As `servopt plan` writes it.
    scenario_folder : str or Path, optional
        Scenario to read instead of the copy that the plan keeps; its days must be those of the plan.

    Returns
    -------
    WrittenPlan

    Raises
    ------
    InputFaults
        A file is missing or faulty, or the scenario has other days or pools than the plan.
    """
    place = Path(folder)
    record = load_plan(place)
    own = place / INPUTS_FOLDER
    if scenario_folder is None and not (own / SETTINGS_FILE).is_file():
        message = "is missing: plan again to keep the inputs there, or name the scenario with --scenario DIR"
        raise InputFaults([Fault(str(own / SETTINGS_FILE), None, None, "", message)])
    scenario = read_scenario(own if scenario_folder is None else scenario_folder)
    _require_same(record, scenario, place)
    if scenario_folder is None and scenario.demand is not None:
        return WrittenPlan(record, scenario, scenario.demand)
    return WrittenPlan(record, scenario, read_demand(place / FORECAST_FILE, scenario))


def read_demand(path: Path, scenario: Scenario) -> pd.DataFrame:
    """Read demand that was written with a plan: start, contact_type, contacts, aht_s.

    Raises
    ------
    InputFaults
        With every fault of the file.
    """
    log = FaultLog()
    names = [str(name) for name in scenario.contact_types["contact_type"]]
    raw = read_series(path, tables.DEMAND, scenario.grid.time_zone, names, log)
    log.raise_if_any()
    if raw is None:
        raise AssertionError("a file that cannot be read leaves a fault")
    return raw.rows


def _require_same(record: PlanRecord, scenario: Scenario, place: Path) -> None:
    grid, coverage = scenario.grid, record.plan.coverage
    faults = []
    planned = {"first_date": grid.first_date.isoformat(), "days": grid.days, "interval_min": grid.interval_min}
    for name, value in planned.items():
        written = record.about.get(name)
        if written is not None and str(written) != str(value):
            message = f"the scenario in {scenario.folder} has {value}; simulate a plan with its own scenario"
            faults.append(Fault(str(place / "plan.json"), None, name, str(written), message))
    for pool in dict.fromkeys(coverage["pool"]):
        if pool not in scenario.pools:
            message = f"is no pool of the scenario in {scenario.folder}"
            faults.append(Fault(str(place / "coverage.csv"), None, "pool", str(pool), message))
    if faults:
        raise InputFaults(faults)

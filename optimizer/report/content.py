"""What a report shows: the records of all stages of a plan, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from models.baseline import BASELINE_FILE, Position, read_baseline
from models.calendar import TimeGrid
from models.cost import pay_rules
from models.costtable import CostReport, contact_counts, cost_report
from models.faults import InputFaults
from models.learnt import LearntTargets
from models.plan import PlanRecord, ShiftPlan, StageResult
from models.plan_costs import plan_costs
from models.remark import remark
from models.simulated import SimulatedService
from models.words import percent

if TYPE_CHECKING:
    from models.forecast import Forecast
    from models.scenario import Scenario


CENT = 0.01


COUNTED_OF = {
    "offered": "contacts offered",
    "answered": "contacts answered",
    "without_short_abandons": "contacts without short abandons",
}
"""What a service level is a share of, by the scenario's definition."""


@dataclass(frozen=True)
class PoolService:
    """The service that is promised in a pool.

    Parameters
    ----------
    target : float
        Share of contacts to be answered in time, 0 to 1.
    within_s : float
        In time means within this many seconds.
    floor : float or None
        Least service level of an interval; None where every interval has to reach the target.
    counted_of : str
        What the shares are of, in words.
    """

    target: float
    within_s: float
    floor: float | None = None
    counted_of: str = "contacts offered"


@dataclass(frozen=True)
class ReportContent:
    """Everything that a report shows and writes.

    Parameters
    ----------
    title, description : str
        Of the scenario.
    currency : str
        ISO 4217 code.
    grid : TimeGrid
        The planning grid.
    service : mapping of str to PoolService
        By pool.
    record : PlanRecord
        The plan, the stages in their order, and notes. `record.time_zone` is the grid's.
    demand : DataFrame
        start (aware), contact_type, contacts, aht_s; contacts_low and contacts_high (80 % interval) where known.
    requirement : DataFrame
        As in requirement.csv.
    cost : CostReport
        Of the plan's schedule.
    accuracy : DataFrame or None
        Backtest of the forecast: contact_type, wape, wape_seasonal_naive, coverage_80 (fractions). None when demand was
        given or the history is too short.
    forecast_method : str
        In words.
    inputs : mapping of str to bytes
        Files of the scenario that the plan's folder keeps (`models.plan_inputs.kept_inputs`); empty: none are written.
    simulated : SimulatedService or None
        The plan, simulated; None when it was not.
    learnt : LearntTargets or None
        Targets learnt from simulation; None where they are those of the scenario.
    today : Position or None
        What is paid and achieved today; None where the scenario does not know it.

    Raises
    ------
    ValueError
        If the plan lies in another time zone than the grid, or covers a pool whose service is not given.
    """

    title: str
    description: str
    currency: str
    grid: TimeGrid
    service: Mapping[str, PoolService]
    record: PlanRecord
    demand: pd.DataFrame
    requirement: pd.DataFrame
    cost: CostReport
    accuracy: pd.DataFrame | None = None
    forecast_method: str = ""
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    simulated: SimulatedService | None = None
    learnt: LearntTargets | None = None
    today: Position | None = None
    pools: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if self.record.time_zone != self.grid.time_zone:
            raise ValueError(f"the plan is in {self.record.time_zone}, the grid in {self.grid.time_zone}")
        pools = tuple(sorted(set(self.plan.coverage["pool"])))
        unknown = [pool for pool in pools if pool not in self.service]
        if unknown:
            raise ValueError(f"no service is given for the pools {', '.join(unknown)}")
        object.__setattr__(self, "pools", pools)

    @property
    def plan(self) -> ShiftPlan:
        """The shift plan."""
        return self.record.plan

    @property
    def counted_of(self) -> str:
        """What the service levels are a share of, in words; the definition is the scenario's."""
        return next((service.counted_of for service in self.service.values()), COUNTED_OF["offered"])


def report_content(
    scenario: Scenario,
    forecast: Forecast,
    requirement: pd.DataFrame,
    plan: ShiftPlan,
    stages: Mapping[str, StageResult],
    notes: Sequence[str] = (),
    *,
    inputs: Mapping[str, bytes] | None = None,
    options: Mapping[str, float | None] | None = None,
    simulated: SimulatedService | None = None,
    learnt: LearntTargets | None = None,
) -> ReportContent:
    """Gather the results of all stages, and price the schedule independently of the optimiser.

    Parameters
    ----------
    scenario : Scenario
        The input.
    forecast : Forecast
        The demand that is planned for.
    requirement : DataFrame
        As in requirement.csv (`models.requirement`).
    plan : ShiftPlan
        The decision.
    stages : mapping of str to StageResult
        In the order in which they ran; "schedule" may be left out, it is the plan's own.
    notes : sequence of str
        Remarks beside those of the scenario and the forecast.
    inputs : mapping of str to bytes, optional
        Files of the scenario that the plan's folder keeps (`models.plan_inputs.kept_inputs`).
    options : mapping, optional
        The search as it was asked for, settings and command line together: plan.json keeps it under about.
    simulated, learnt : optional
        What simulation showed, and what was learnt from it: plan.json keeps both under about.

    Returns
    -------
    ReportContent
        With a note where the optimiser's price of the schedule and the calculator's differ by a cent or more.
    """
    settings, grid = scenario.settings, scenario.grid
    contacts = contact_counts(forecast.demand, scenario.contact_types)
    cost = cost_report(plan.schedule, pay_rules(scenario), grid, contacts)
    remarks = [*scenario.notes, *forecast.notes, *notes]
    if abs(cost.cost - plan.cost) >= CENT:
        remarks.append(
            remark("The optimiser prices the schedule at {money} and the calculator at {other}; the two should agree "
                   "to the cent. Please report this.", money=f"{plan.cost:.2f} {settings.currency}",
                   other=f"{cost.cost:.2f} {settings.currency}")
        )  # fmt: skip
    remarks += simulation_notes(scenario, simulated, learnt)
    about = _about(scenario, options or {}, simulated, learnt)
    record = PlanRecord(plan, grid.time_zone, stages, about)
    today, wrong = today_of(scenario, record, forecast.demand)
    record = replace(record, notes=tuple(dict.fromkeys([*remarks, *wrong])))
    return ReportContent(
        title=settings.name or scenario.folder.name,
        description=settings.description,
        currency=settings.currency,
        grid=grid,
        service=pool_service(scenario),
        record=record,
        demand=forecast.demand,
        requirement=requirement,
        cost=cost,
        accuracy=forecast.backtest.table if forecast.backtest is not None else None,
        forecast_method=forecast.method,
        inputs=inputs or {},
        simulated=simulated,
        learnt=learnt,
        today=today,
    )


def _about(
    scenario: Scenario, options: Mapping[str, float | None], simulated: SimulatedService | None,
    learnt: LearntTargets | None,
) -> dict[str, Any]:  # fmt: skip
    """Return what plan.json says of the plan as a whole."""
    settings, grid = scenario.settings, scenario.grid
    return {
        "name": settings.name,
        "currency": settings.currency,
        "first_date": str(grid.first_date),
        "days": grid.days,
        "interval_min": grid.interval_min,
        "options": dict(options),
        "simulated": None if simulated is None else simulated.about(),
        "calibration": None if learnt is None else learnt.about(),
    }


def today_of(scenario: Scenario, record: PlanRecord, demand: pd.DataFrame) -> tuple[Position | None, list[str]]:
    """Return what baseline.csv of a scenario says of today, and what is wrong in it; None without it.

    A plan is a plan without today's figures: what is wrong in them is a note, and not the end of it.
    """
    if record.plan.schedule.empty or not (scenario.folder / BASELINE_FILE).is_file():
        return None, []
    try:
        return read_baseline(scenario, plan_costs(scenario, record, demand)), []
    except InputFaults as wrong:
        return None, [remark("{fault}; today's figures are left out", fault=fault) for fault in wrong.faults]


def simulation_notes(
    scenario: Scenario, simulated: SimulatedService | None, learnt: LearntTargets | None
) -> list[str]:  # fmt: skip
    """Say which pools miss their target when they are simulated, and what was learnt."""
    notes = []
    if learnt is not None:
        notes.append(remark("Calibration: {rules}.", rules=learnt.words(scenario.settings.currency)))
    for name, (level, half) in (simulated.pools if simulated is not None else {}).items():
        target = scenario.pools[name].target
        if level < target - half:
            notes.append(
                remark("Simulated, pool {pool} serves {share} in time, below its target of {level}; --calibrate makes "
                       "a plan that meets it by simulation.", pool=name, share=percent(level, " %"),
                       level=percent(target, " %"))
            )  # fmt: skip
    return notes


def pool_service(scenario: Scenario) -> dict[str, PoolService]:
    """Read the promised service of each pool off a scenario; the floor only where the target holds for the day."""
    service = scenario.settings.service
    by_day, counted_of = service.mode == "day", COUNTED_OF[service.definition]
    return {
        name: PoolService(pool.target, pool.within_s, pool.floor if by_day else None, counted_of)
        for name, pool in scenario.pools.items()
    }

"""What a report shows: the records of all stages of a plan, together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from models.calendar import TimeGrid
from models.costtable import CostReport
from models.plan import PlanRecord, ShiftPlan

if TYPE_CHECKING:
    from models.scenario import Scenario


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
    """

    target: float
    within_s: float
    floor: float | None = None


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


def pool_service(scenario: Scenario) -> dict[str, PoolService]:
    """Read the promised service of each pool off a scenario; the floor only where the target holds for the day."""
    by_day = scenario.settings.service.mode == "day"
    return {
        name: PoolService(pool.target, pool.within_s, pool.floor if by_day else None)
        for name, pool in scenario.pools.items()
    }

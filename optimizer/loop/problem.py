"""What the closed loop decides about: a shift scenario, a channel mix and initiatives that belong together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from models.investment.average_month import average_month
from models.investment.case import InvestmentCase
from models.mix.case import MixCase
from models.mix.cost import follow
from models.mix.records import CostPlanes, CostTable, Floats
from models.mix.today import today_flow
from models.scenario import Scenario
from optimizer.loop.pools import SplitPools, live_or_late, split_pools
from optimizer.loop.tables import Shape, shape_of
from optimizer.loop.workload import WorkloadMap


@dataclass(frozen=True, eq=False)
class PeopleCost:
    """What schedules cost by the work of each part, in steps or by planes.

    Parameters
    ----------
    tables : tuple of CostTable
        Of each part.
    planes : tuple of CostPlanes
        Of each pool of the scenario, where there are no tables.
    samples : int
        Linear programs that the planes were fitted to.
    above : float
        How far linear programs lie above the planes on average, as a share, where it is most.
    """

    tables: tuple[CostTable, ...] = ()
    planes: tuple[CostPlanes, ...] = ()
    samples: int = 0
    above: float = 0.0


@dataclass(frozen=True, eq=False)
class LoopProblem:
    """A closed-loop problem.

    Parameters
    ----------
    scenario : Scenario
        With shift types; whose week is that of an average month.
    demand : DataFrame
        Of its horizon: start, contact_type, contacts, aht_s.
    mix : MixCase
        With today.csv; its pools are pools of the scenario.
    case : InvestmentCase or None
        Initiatives; None where only the mix is decided.
    by_type : bool
        Whether the work of a pool is set apart by contact type of the scenario, not only what may wait.
    """

    scenario: Scenario
    demand: pd.DataFrame
    mix: MixCase
    case: InvestmentCase | None = None
    by_type: bool = False

    @cached_property
    def split(self) -> SplitPools:
        """The average month, with the parts of its pools; without cost tables."""
        month = average_month(self.mix)
        works = WorkloadMap(self.scenario, self.demand, month, month.pools)
        found = follow(month, _flow_of(month))
        hours = np.array([found.hours.sum(axis=(1, 2)), found.escalation_hours.sum(axis=(1, 2))])
        return split_pools(month, works.kind_of if self.by_type else live_or_late(month), hours)

    @cached_property
    def works(self) -> WorkloadMap:
        """Which contact types of the scenario do the mix's work."""
        return WorkloadMap(self.scenario, self.demand, self.split.case, self.split.pool_names)

    @cached_property
    def today(self) -> Floats:
        """Today's flows in the average month."""
        return _flow_of(self.split.case)

    @cached_property
    def today_shape(self) -> Shape:
        """Today's work."""
        return shape_of(self.works, self.split, self.split.case, self.today)

    @cached_property
    def levels(self) -> dict[str, float]:
        """Service level that the schedules of each pool keep: service_target of the mix, or the scenario's own."""
        target = self.mix.settings.service_target
        return {name: pool.target if target is None else target for name, pool in self.scenario.pools.items()}

    def month(self, paid: PeopleCost) -> MixCase:
        """Return the average month with people at what their schedules cost."""
        settings = self.split.case.settings
        people = settings.people.model_copy(update={"cost_from": "cost_table"})
        free = settings.model_copy(update={"people": people, "service_target": None})
        return replace(self.split.case, settings=free, cost_tables=paid.tables, cost_planes=paid.planes)


def _flow_of(month: MixCase) -> Floats:
    flow = today_flow(month)
    if flow is None:
        raise ValueError("today's mix is not known: today.csv is missing")
    return flow

"""What the closed loop decides about: a shift scenario, a channel mix and initiatives that belong together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from models.investment.average_month import average_month
from models.investment.case import InvestmentCase
from models.mix.case import MixCase
from models.mix.records import CostTable, Floats
from models.mix.today import today_flow
from models.scenario import Scenario
from optimizer.loop.pools import SUFFIX, SplitPools, split_pools
from optimizer.loop.tables import Shape, shape_of
from optimizer.loop.workload import WorkloadMap


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
    """

    scenario: Scenario
    demand: pd.DataFrame
    mix: MixCase
    case: InvestmentCase | None = None

    @cached_property
    def split(self) -> SplitPools:
        """The average month, with deferrable work apart; without cost tables."""
        return split_pools(average_month(self.mix))

    @cached_property
    def works(self) -> WorkloadMap:
        """Which contact types of the scenario do the mix's work."""
        names = tuple(name.removesuffix(SUFFIX) for name in self.split.case.pools)
        return WorkloadMap(self.scenario, self.demand, self.split.case, names)

    @cached_property
    def today(self) -> Floats:
        """Today's flows in the average month."""
        flow = today_flow(self.split.case)
        if flow is None:
            raise ValueError("today's mix is not known: today.csv is missing")
        return flow

    @cached_property
    def today_shape(self) -> Shape:
        """Today's work."""
        return shape_of(self.works, self.split, self.split.case, self.today)

    @cached_property
    def levels(self) -> dict[str, float]:
        """Service level that the schedules of each pool keep: service_target of the mix, or the scenario's own."""
        target = self.mix.settings.service_target
        return {name: pool.target if target is None else target for name, pool in self.scenario.pools.items()}

    def month(self, tables: tuple[CostTable, ...]) -> MixCase:
        """Return the average month with cost tables."""
        settings = self.split.case.settings
        people = settings.people.model_copy(update={"cost_from": "cost_table"})
        free = settings.model_copy(update={"people": people, "service_target": None})
        return replace(self.split.case, settings=free, cost_tables=tables)

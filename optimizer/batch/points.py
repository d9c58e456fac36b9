"""Points of cost tables in the cache: pools that scenarios have in common are solved once by load and target."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from models.scenario import Scenario
from optimizer.batch.parts import schedule_parts
from optimizer.batch.reuse import PLAIN, Reuse
from optimizer.cost_table import Point, Solved, point_case
from optimizer.shifts.engine import Limits

_KIND, _LINEAR_KIND = "schedule-cost", "schedule-least"


class KeptPoints:
    """What the cache knows of the points of one cost table (`optimizer.cost_table.Known`).

    Parameters
    ----------
    reuse : Reuse
    scenario, demand, limits
        As `optimizer.cost_table.pool_costs` takes them.
    linear : bool
        Whether only the linear program of each schedule is solved.
    """

    def __init__(
        self, reuse: Reuse, scenario: Scenario, demand: pd.DataFrame, limits: Limits, *, linear: bool = False
    ) -> None:
        self._kind = _LINEAR_KIND if linear else _KIND
        self._reuse, self._scenario, self._demand = reuse, scenario, demand
        self._limits = replace(limits, threads=1)  # every point is searched in one

    def find(self, point: Point) -> Solved | None:
        """What is kept of a point."""
        kept: Any = self._reuse.find(self._kind, self._parts(point), PLAIN)
        if not isinstance(kept, dict) or kept.keys() != {"load_hours", "cost", "bound", "why"}:
            return None
        cost = math.inf if kept["cost"] is None else kept["cost"]
        return Solved(point, kept["load_hours"], cost, kept["bound"], kept["why"])

    def keep(self, solved: Solved) -> None:
        """Keep a point that is proved."""
        cost = solved.cost if math.isfinite(solved.cost) else None
        record = {"load_hours": solved.load_hours, "cost": cost, "bound": solved.bound, "why": solved.why}
        self._reuse.keep(self._kind, self._parts(solved.point), PLAIN, record)

    def _parts(self, point: Point) -> list[bytes]:
        return schedule_parts(*point_case(self._scenario, self._demand, point), self._limits)


def kept_points(reuse: Reuse, limits: Limits) -> Callable[[Scenario, pd.DataFrame, bool], KeptPoints]:
    """Return what finds the points of any scenario and demand in a cache, or those of linear programs."""
    return lambda scenario, demand, linear: KeptPoints(reuse, scenario, demand, limits, linear=linear)

"""Today's staffing, to hold a plan against: another plan, or baseline.csv of the scenario with hours and their cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.costtable import full_time_equivalents
from models.csvtable import read_table
from models.faults import FaultLog
from models.tables import BASELINE

if TYPE_CHECKING:
    from models.plan_costs import PlanCosts
    from models.scenario import Scenario

BASELINE_FILE = str(BASELINE.name)
_TIED = ("base", "shrinkage", "overhead")
"""Components of cost that go with people's time; the others (premium, overtime, fixed) end once nobody earns them."""


@dataclass(frozen=True)
class Position:
    """What is paid and achieved over the days of a plan, today or by the plan.

    Parameters
    ----------
    name : str
        What it is.
    pools : DataFrame
        pool, paid_hours, full_time_equivalents, time_cost (pay and seats: it goes with people's time), extra_cost
        (premiums, overtime, cost of a shift), cost (money), contacts (offered; NaN where not known), live_contacts
        (those that a service level is a share of); over all days.
    days : int
        Days that they span.
    figures : dict of str to float or None
        cost, contacts, resolved, cost_per_contact, cost_per_resolution, paid_hours, full_time_equivalents,
        service_level, abandonment, mean_wait_s, occupancy and others; None where not known.
    """

    name: str
    pools: pd.DataFrame
    days: int
    figures: dict[str, float | None]

    @property
    def cost(self) -> float:
        """Money over all days."""
        return float(self.pools["cost"].sum())


def plan_position(name: str, costs: PlanCosts) -> Position:
    """Take the position of a priced plan.

    Parameters
    ----------
    name : str
        What it is, such as "plan".
    costs : PlanCosts
        The plan.

    Returns
    -------
    Position
    """
    pools = costs.pools[["pool", "paid_hours"]].copy()
    pools["full_time_equivalents"] = [full_time_equivalents(hours, costs.days) for hours in pools["paid_hours"]]
    pools["time_cost"] = costs.pools[list(_TIED)].sum(axis=1)
    pools["extra_cost"] = costs.pools["cost"] - pools["time_cost"]
    pools[["cost", "contacts", "live_contacts"]] = costs.pools[["cost", "contacts", "live_contacts"]]
    return Position(name, pools, costs.days, dict(costs.figures))


def read_baseline(scenario: Scenario, plan: PlanCosts) -> Position | None:
    """Read baseline.csv of a scenario, if there is one.

    Parameters
    ----------
    scenario : Scenario
        Its folder may hold the file.
    plan : PlanCosts
        Plan of the same days: the baseline is that of its contacts.

    Returns
    -------
    Position or None
        Hours and cost of as many weeks as the plan has; all of it goes with people's time. Service level is the mean
        over pools by the plan's live contacts (no e-mail), as the plan's own is, where every pool has one. None without
        a file.

    Raises
    ------
    InputFaults
        With every fault of the file, such as a pool that the scenario does not have, or one that is missing.
    """
    path = Path(scenario.folder) / BASELINE_FILE
    if not path.exists():
        return None
    log = FaultLog()
    table = read_table(path, BASELINE, log)
    if table is not None:
        for line, name in table["pool"].dropna().items():
            if name not in scenario.pools:
                message = f"is no pool of the scenario; it has {', '.join(scenario.pools)}"
                log.add(BASELINE_FILE, int(str(line)), "pool", name, message)
        for name in sorted(set(scenario.pools) - set(table["pool"].dropna())):
            log.add(BASELINE_FILE, None, "pool", name, "has no row; add it (0 hours where nobody works there today)")
    log.raise_if_any()
    if table is None:
        raise AssertionError("a file that cannot be read leaves a fault")
    return _of_table(table, plan)


def _of_table(table: pd.DataFrame, plan: PlanCosts) -> Position:
    weeks = plan.days / 7
    pools = pd.DataFrame({"pool": table["pool"].to_numpy(dtype=object)})
    pools["paid_hours"] = table["hours_per_week"].to_numpy(dtype=np.float64) * weeks
    pools["full_time_equivalents"] = [full_time_equivalents(hours, plan.days) for hours in pools["paid_hours"]]
    pools["time_cost"] = pools["paid_hours"] * table["cost_per_hour"].to_numpy(dtype=np.float64)
    pools["extra_cost"] = 0.0
    pools["cost"] = pools["time_cost"]
    contacts, resolved = plan.figures["contacts"], plan.figures["resolved"]
    cost = float(pools["cost"].sum())
    pools = pools.merge(plan.pools[["pool", "contacts", "live_contacts"]], on="pool", how="left")
    level = pools[["pool", "live_contacts"]].assign(level=table["service_level"].to_numpy(dtype=np.float64))
    level = level[level["live_contacts"] > 0]
    weight = float(level["live_contacts"].sum())
    mean = float((level["level"] * level["live_contacts"]).sum(skipna=False)) / weight if weight else float("nan")
    figures: dict[str, float | None] = dict.fromkeys(plan.figures)
    figures |= {
        "cost": cost,
        "contacts": contacts,
        "resolved": resolved,
        "cost_per_contact": cost / contacts if contacts else None,
        "cost_per_resolution": cost / resolved if resolved else None,
        "paid_hours": float(pools["paid_hours"].sum()),
        "full_time_equivalents": float(pools["full_time_equivalents"].sum()),
        "service_level": None if np.isnan(mean) else mean,
    }
    return Position(BASELINE_FILE, pools, plan.days, figures)

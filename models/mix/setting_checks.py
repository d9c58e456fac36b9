"""Checks of mix.yaml and pool_costs.csv against the rest of a channel mix."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pandas as pd

from models.faults import FaultLog
from models.mix import tables
from models.mix.case_checks import TOLERANCE
from models.mix.checks import check_doubles
from models.mix.frames import MixTables
from models.mix.settings import MixSettings
from models.remark import remark
from models.yamlfile import KeyPath

_COSTS = str(tables.POOL_COSTS.name)
SettingFault = Callable[[KeyPath, object, str], None]
"""Records a fault of the setting at a path: path, value, message."""


def check_pool_costs(data: MixTables, log: FaultLog) -> None:
    """Check pool_costs.csv by itself: no load twice, and more work never costs less."""
    check_doubles(_COSTS, data.pool_costs, ["pool", "service_level", "load_hours_per_week"], log)
    whole = data.pool_costs.dropna(subset=["pool", "service_level", "load_hours_per_week", "cost_per_week"])
    for _, rows in whole.groupby(["pool", "service_level"], sort=False):
        ordered = rows.sort_values("load_hours_per_week", kind="stable")
        for (before, more), (line, less) in pairwise(ordered["cost_per_week"].items()):
            if less < more:
                message = (
                    f"is below the {more:g} of a smaller load (row {before}); the schedule for more work also does"
                    " less, so write this cost there too"
                )
                log.add(_COSTS, int(str(line)), "cost_per_week", f"{less:g}", message, kind="cost falls with load")


def check_settings(
    settings: MixSettings, data: MixTables, pools: list[str], log: FaultLog, fault: SettingFault
) -> list[str]:
    """Check mix.yaml against the tables.

    Parameters
    ----------
    settings : MixSettings
    data : MixTables
    pools : list of str
        Pools that some link or escalation names.
    log : FaultLog
    fault : function
        Records a fault of a setting.

    Returns
    -------
    list of str
        Remarks that are no faults.
    """
    people = settings.people
    for pool in people.by_pool:
        if pool not in pools:
            fault(("people", "by_pool", pool), "", f"is no pool of the mix; use {', '.join(pools) or 'none'}")
    for name in ("max_share", "per_period"):
        if getattr(settings.change, name) is not None and not len(data.today):
            fault(("change", name), getattr(settings.change, name), "needs today.csv, from which the mix is to move")
    if people.cost_from == "cost_table":
        _check_levels(settings, data.pool_costs, pools, log, fault)
    unused = [str(name) for name in data.pool_costs["pool"].dropna().unique() if name not in pools]
    said = remark("{file}: {names} serve nothing in the mix and are left out", file=_COSTS, names=", ".join(unused))
    return [said] if unused else []


def _check_levels(
    settings: MixSettings, costs: pd.DataFrame, pools: list[str], log: FaultLog, fault: SettingFault
) -> None:
    """Every pool needs exactly one cost table at the service level that is to hold."""
    target = settings.service_target
    for pool in pools:
        levels = sorted(set(costs.loc[costs["pool"] == pool, "service_level"].dropna()))
        shown = ", ".join(f"{level:g}" for level in levels)
        if not levels:
            message = "has no rows for it; make them by `servopt cost-table`"
            log.add(_COSTS, None, "pool", pool, message)
        elif target is None and len(levels) > 1:
            message = f"is blank, and pool {pool} is tabulated for {shown}; choose one of them"
            fault(("service_target",), None, message)
        elif target is not None and all(abs(level - target) > TOLERANCE for level in levels):
            message = f"pool {pool} is tabulated for {shown} only; choose one of them, or make rows for it"
            fault(("service_target",), target, message)

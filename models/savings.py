"""What a plan saves against today, apart: cash that is no longer paid, and time that is free but stays on the payroll.

Heads leave whole. A plan that needs 3.6 full-time equivalents less lets three people leave, and the pay of the other
0.6 goes on: freed capacity, worth something only when other work fills it. The two are never added into one return.
Both are priced as today: who leaves no longer draws today's pay. That the hours of those who stay cost less or more
(premiums, other shifts) is cash too, and stands apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.baseline import Position
from models.costtable import FULL_TIME_HOURS_PER_WEEK

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class Savings:
    """Savings a year, money; positive is less cost.

    Parameters
    ----------
    pools : DataFrame
        pool, full_time_equivalents_saved, heads_leave, cashable_heads (pay and seats of those who leave, at today's
        cost per hour of the pool), cheaper_hours (what the plan's hours cost less than as many of today's: premiums,
        overtime, mix of shifts; also pay of hours that are added), cashable (their sum), freed (pay of time that stays,
        at today's cost per hour), saving (cashable + freed). Whole cents that add up exactly.
    cashable, cashable_heads, cheaper_hours, freed, saving : float
        Sums over the pools; saving is today's cost less the plan's, a year.
    heads_leave : float
        Whole people.
    freed_hours_per_week : float
        Paid hours that become free for other work.
    """

    pools: pd.DataFrame
    cashable: float
    cashable_heads: float
    cheaper_hours: float
    freed: float
    saving: float
    heads_leave: float
    freed_hours_per_week: float


def savings(before: Position, after: Position, heads_leave: int | None = None) -> Savings:
    """Split what a plan saves.

    Parameters
    ----------
    before, after : Position
        Today and the plan, of the same number of days.
    heads_leave : int, optional
        People who leave, in all. By default as many whole full-time equivalents as each pool saves.

    Returns
    -------
    Savings
        A year is 365 days of the plan's kind. Of a pool's time_cost today, the part heads_leave / full_time_equivalents
        is cashable_heads, the part of the equivalents saved that do not leave is freed; cheaper_hours is the rest of
        the saving, below zero where the plan's hours are dearer or more. A given number of leavers is spread over the
        pools in proportion to the full-time equivalents that they save.

    Raises
    ------
    ValueError
        If the days differ, or more people would leave than full-time equivalents are saved.
    """
    if before.days != after.days:
        raise ValueError(f"{before.days} days cannot be held against {after.days}")
    one, other = (position.pools.set_index("pool") for position in (before, after))
    names = sorted(set(one.index) | set(other.index))
    change = (one.reindex(names).fillna(0.0) - other.reindex(names).fillna(0.0)) * (DAYS_PER_YEAR / before.days)
    equivalents = change["full_time_equivalents"] / (DAYS_PER_YEAR / before.days)  # a number of people, no flow
    gain = equivalents.clip(lower=0.0)
    leave = gain.map(lambda value: math.floor(value + 1e-9)).astype(float)
    if heads_leave is not None:
        if heads_leave < 0 or heads_leave > float(gain.sum()) + 1e-9:
            raise ValueError(
                f"{heads_leave} cannot leave: the plan saves {float(gain.sum()):.1f} full-time equivalents"
            )
        leave = gain * (heads_leave / float(gain.sum()) if heads_leave else 0.0)
    today = one.reindex(names).fillna(0.0)
    staff = today["full_time_equivalents"].where(today["full_time_equivalents"] > 0)
    time_cost = today["time_cost"] * (DAYS_PER_YEAR / before.days)
    heads, freed = (_cents(time_cost * (part / staff).fillna(0.0)) for part in (leave, gain - leave))
    whole = change["time_cost"] + change["extra_cost"]
    saving = np.diff(_cents(whole.cumsum()), prepend=0.0)  # the pools add up to the whole, to the cent
    table = pd.DataFrame(
        {
            "pool": names,
            "full_time_equivalents_saved": equivalents.to_numpy(),
            "heads_leave": leave.to_numpy(),
            "cashable_heads": heads,
            "cheaper_hours": _cents(saving - heads - freed),
            "cashable": _cents(saving - freed),
            "freed": freed,
            "saving": _cents(saving),
        }
    )
    return Savings(
        pools=table,
        cashable=round(float(table["cashable"].sum()), 2),
        cashable_heads=round(float(table["cashable_heads"].sum()), 2),
        cheaper_hours=round(float(table["cheaper_hours"].sum()), 2),
        freed=round(float(table["freed"].sum()), 2),
        saving=round(float(table["saving"].sum()), 2),
        heads_leave=float(leave.sum()),
        freed_hours_per_week=float((gain - leave).sum()) * FULL_TIME_HOURS_PER_WEEK,
    )


def _cents(amounts: pd.Series | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.round(np.asarray(amounts, dtype=np.float64), 2) + 0.0, dtype=np.float64)  # no -0.0

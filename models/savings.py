"""What a plan saves against today, apart: cash that is no longer paid, and time that is free but stays on the payroll.

Heads leave whole. A plan that needs 3.6 full-time equivalents less lets three people leave, and the pay of the other
0.6 goes on: freed capacity, worth something only when other work fills it. The two are never added into one return.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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
        pool, full_time_equivalents_saved, heads_leave, cashable_time (pay and seats of those who leave), cashable_extra
        (premiums, overtime, cost of shifts), cashable (their sum), freed (pay of time that stays), saving (cashable +
        freed).
    cashable, freed, saving : float
        Sums over the pools; saving is today's cost less the plan's, a year.
    heads_leave : float
        Whole people.
    freed_hours_per_week : float
        Paid hours that become free for other work.
    """

    pools: pd.DataFrame
    cashable: float
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
        A year is 365 days of the plan's kind. In a pool that saves both time and its cost, the part heads_leave /
        full_time_equivalents_saved of that cost is cashable and the rest is freed. Where a pool needs more time, or its
        time costs more, all of the change is cash. Extra cost is always cash. A given number of leavers is spread over
        the pools in proportion to the full-time equivalents that they save.

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
    gain = equivalents.where((equivalents > 0) & (change["time_cost"] > 0), 0.0)
    leave = gain.map(lambda value: math.floor(value + 1e-9)).astype(float)
    if heads_leave is not None:
        if heads_leave < 0 or heads_leave > float(gain.sum()) + 1e-9:
            raise ValueError(
                f"{heads_leave} cannot leave: the plan saves {float(gain.sum()):.1f} full-time equivalents"
            )
        leave = gain * (heads_leave / float(gain.sum()) if heads_leave else 0.0)
    share = (leave / gain.where(gain > 0)).fillna(1.0)
    table = pd.DataFrame(
        {
            "pool": names,
            "full_time_equivalents_saved": equivalents.to_numpy(),
            "heads_leave": leave.to_numpy(),
            "cashable_time": (change["time_cost"] * share).to_numpy(),
            "cashable_extra": change["extra_cost"].to_numpy(),
        }
    )
    table["cashable"] = table["cashable_time"] + table["cashable_extra"]
    table["freed"] = (change["time_cost"] * (1 - share)).to_numpy()
    table["saving"] = table["cashable"] + table["freed"]
    return Savings(
        pools=table,
        cashable=float(table["cashable"].sum()),
        freed=float(table["freed"].sum()),
        saving=float(table["saving"].sum()),
        heads_leave=float(leave.sum()),
        freed_hours_per_week=float((gain - leave).sum()) * FULL_TIME_HOURS_PER_WEEK,
    )

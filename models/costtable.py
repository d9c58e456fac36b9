"""A priced schedule summed up: by pool, week, day and interval, per contact and per resolved contact."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from models.calendar import TimeGrid
from models.cost import FIGURES, PayRules, Priced, price

LEVELS = ("total", "week", "day", "interval")
COST_COLUMNS = (
    "level",
    "period",
    "pool",
    *FIGURES,
    "contacts",
    "resolved",
    "cost_per_contact",
    "cost_per_resolved",
)
ALL_POOLS = ""
FULL_TIME_HOURS_PER_WEEK = 40.0


@dataclass(frozen=True)
class CostReport:
    """What a plan costs.

    Parameters
    ----------
    priced : Priced
        The schedule's rows with their price.
    table : DataFrame
        `COST_COLUMNS`, one row for each level, period and pool. `level` is one of `LEVELS`; `period` is empty for the
        total, the ISO date of the first day for a week (weeks count from the grid's first day, whatever its weekday),
        the ISO date for a day, the ISO stamp for an interval; `pool` is empty for all pools together. `contacts` are
        those offered and `resolved` is contacts x resolved_share; costs per contact are NaN where there is none.
    full_time_equivalents : float
        `full_time_equivalents` of the whole plan.
    """

    priced: Priced
    table: pd.DataFrame
    full_time_equivalents: float

    @property
    def cost(self) -> float:
        """Cost of the whole plan, in the scenario's currency."""
        return self.priced.cost

    def level(self, level: str, *, pool: str | None = None) -> pd.DataFrame:
        """Rows of one level; of one pool (`ALL_POOLS` for the sums over pools) if it is given."""
        rows = self.table[self.table["level"] == level]
        return rows if pool is None else rows[rows["pool"] == pool]


def cost_report(
    schedule: pd.DataFrame, rules: PayRules, grid: TimeGrid, contacts: pd.DataFrame | None = None
) -> CostReport:
    """Price a schedule and sum it up.

    Parameters
    ----------
    schedule : DataFrame
        As in schedule.csv (`models.plan.ShiftPlan`).
    rules : PayRules
        The pay (`models.cost.pay_rules`).
    grid : TimeGrid
        The planning grid: its intervals, and the day from which weeks count.
    contacts : DataFrame, optional
        `contact_counts` of the demand that is planned for.

    Returns
    -------
    CostReport
        With each level's rows adding up to the total.

    Raises
    ------
    ValueError
        If a row cannot be priced (`models.cost.price`).
    """
    priced = price(schedule, rules)
    counted = contacts if contacts is not None else _no_contacts()
    paid_hours = float(priced.rows["paid_hours"].sum())
    return CostReport(priced, _table(priced.minutes, counted, grid), full_time_equivalents(paid_hours, grid.days))


def full_time_equivalents(
    paid_hours: float, days: int, full_time_hours_per_week: float = FULL_TIME_HOURS_PER_WEEK
) -> float:
    """People on full-time contracts whom the paid hours would fill; for information, no rule uses it.

    Parameters
    ----------
    paid_hours : float
        Rostered paid hours over (1 - planned shrinkage), over all days.
    days : int
        Calendar days that they span.
    full_time_hours_per_week : float
        Contract hours of a full-time week, 40 unless said otherwise.

    Returns
    -------
    float
        ``paid_hours / (full_time_hours_per_week x days / 7)``.
    """
    return paid_hours / (full_time_hours_per_week * days / 7)


def contact_counts(demand: pd.DataFrame, contact_types: pd.DataFrame) -> pd.DataFrame:
    """Contacts offered and resolved, by interval and pool.

    Parameters
    ----------
    demand : DataFrame
        start (aware), contact_type, contacts.
    contact_types : DataFrame
        contact_type, pool, resolved_share.

    Returns
    -------
    DataFrame
        start, pool, contacts, resolved; every kind of contact counts, deferrable ones when they arrive.
    """
    types = contact_types[["contact_type", "pool", "resolved_share"]]
    joined = demand[["start", "contact_type", "contacts"]].merge(types, on="contact_type", how="left", validate="m:1")
    joined["resolved"] = joined["contacts"] * joined["resolved_share"]
    return joined.groupby(["start", "pool"], as_index=False)[["contacts", "resolved"]].sum()


def _no_contacts() -> pd.DataFrame:
    return pd.DataFrame({"start": [], "pool": [], "contacts": [], "resolved": []})


def _table(minutes: pd.DataFrame, contacts: pd.DataFrame, grid: TimeGrid) -> pd.DataFrame:
    values = [*FIGURES, "contacts", "resolved"]
    parts = [part for part in (minutes, contacts) if len(part)]
    if not parts:
        parts = [pd.DataFrame({"start": grid.starts[:0], "pool": []})]
    entries = pd.concat(parts, ignore_index=True).reindex(columns=["start", "pool", *values])
    entries[values] = entries[values].astype("float64").fillna(0.0)
    periods = _periods(entries["start"], grid)
    tables = []
    for level in LEVELS:
        keyed = entries[["pool", *values]].assign(period=periods[level])
        by_pool = keyed.groupby(["period", "pool"], as_index=False)[values].sum()
        together = keyed.groupby("period", as_index=False)[values].sum().assign(pool=ALL_POOLS)
        if level == "total" and together.empty:  # nothing to do costs nothing, and the table says so
            together = pd.DataFrame([{"period": "", "pool": ALL_POOLS, **dict.fromkeys(values, 0.0)}])
        tables.append(pd.concat([together, by_pool]).sort_values(["period", "pool"]).assign(level=level))
    table = pd.concat(tables, ignore_index=True)
    for name, divisor in (("cost_per_contact", "contacts"), ("cost_per_resolved", "resolved")):
        table[name] = table["cost"] / table[divisor].where(table[divisor] > 0)
    return table[list(COST_COLUMNS)]


def _periods(stamps: pd.Series, grid: TimeGrid) -> dict[str, list[str]]:
    """Name of the period of each level in which each stamp lies."""
    moments = pd.DatetimeIndex(stamps).tz_convert(grid.time_zone)
    length = pd.Timedelta(minutes=grid.interval_min)
    steps = (moments - grid.starts[0]) // length
    # Few different intervals and dates stand behind many minutes: each is written once.
    interval = {step: (grid.starts[0] + step * length).isoformat() for step in steps.unique()}
    dates = list(moments.date)
    week = {
        date: str(grid.first_date + dt.timedelta(days=(date - grid.first_date).days // 7 * 7)) for date in set(dates)
    }
    return {
        "total": [""] * len(dates),
        "week": [week[date] for date in dates],
        "day": [str(date) for date in dates],
        "interval": [interval[step] for step in steps],
    }

"""Activity-based cost: ledger to activities by shares, activities to contact types by drivers (U18)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.chart import check_ledger, first_rows, match_accounts
from models.columns import ABOVE_ZERO, AT_LEAST_ZERO, SHARE, number, text
from models.cost_tree import account_cents
from models.faults import FaultLog
from models.money import allocate

ACTIVITIES = pa.DataFrameSchema(
    {
        "account": text('account, or its first characters and a star ("40*")', "required"),
        "activity": text("activity that uses the account's cost", "required"),
        "share": number("share of the account that it uses", "share", "required", SHARE, required=True),
    },
    strict=False,
    name="activities",
    description="What each account is spent on; the shares of an account add up to 1.",
)
DRIVERS = pa.DataFrameSchema(
    {
        "activity": text("activity", "required"),
        "contact_type": text("contact type that causes it", "required"),
        "driver_units": number(
            "units of the activity's driver (minutes, cases)", "unit", "required", AT_LEAST_ZERO, required=True
        ),
    },
    strict=False,
    name="drivers",
    description="How much of each activity every contact type causes.",
)
VOLUMES = pa.DataFrameSchema(
    {
        "contact_type": text("contact type", "required", unique=True),
        "contacts": number("contacts of the period", "contacts", "required", ABOVE_ZERO, required=True),
    },
    strict=False,
    name="volumes",
    description="Contacts by type, for the cost of one.",
)
NOT_CAUSED = "(no driver)"
SHARES_SUM = 1e-6


@dataclass(frozen=True)
class ActivityCost:
    """Cost of a ledger by activity and by contact type; every table adds up to the ledger, to the cent.

    Parameters
    ----------
    activities : DataFrame
        activity, cost, share, driver_units, unit_cost (NaN without driver units); the last row is the total.
    contact_types : DataFrame
        contact_type, cost, share, contacts, cost_per_contact (NaN where contacts are unknown); "(no driver)" holds the
        cost of activities that no contact type causes; the last row is the total.
    details : DataFrame
        activity, contact_type, driver_units, cost; adds up to the activities, to the cent (to a contact type within the
        rounding of its rows).
    currency : str or None
        When the ledger names one.
    notes : tuple of str
        Activities without driver units, contact types without volume.
    """

    activities: pd.DataFrame
    contact_types: pd.DataFrame
    details: pd.DataFrame
    currency: str | None
    notes: tuple[str, ...]


def activity_cost(
    ledger: pd.DataFrame,
    activities: pd.DataFrame,
    drivers: pd.DataFrame,
    volumes: pd.DataFrame | None = None,
    *,
    latest: dt.date | None = None,
    files: tuple[str, str, str] = ("ledger", "activities", "drivers"),
) -> ActivityCost:
    """Cost of activities and of contact types.

    cost(activity) = sum over accounts of share x amount; unit cost = cost / driver units; cost(contact type) = sum over
    activities of unit cost x its driver units. Both are worked out exactly, as fractions; only the final amounts are
    rounded, by the largest remainder: none is a cent or more off, and each table adds up to the ledger, to the cent.

    Parameters
    ----------
    ledger : DataFrame
        `models.chart.LEDGER`.
    activities, drivers, volumes : DataFrame
        `ACTIVITIES`, `DRIVERS`, `VOLUMES`.
    latest : date, optional
        Last day on which a line may be booked.
    files : tuple of str
        Names of the three files that faults carry.

    Returns
    -------
    ActivityCost

    Raises
    ------
    InputFaults
        An account that no activity uses, shares of an account that do not add up to 1 (within 0.000001), an account and
        activity (or activity and contact type) twice, an activity in `drivers` that uses no account, several
        currencies, a date in the future.

    Notes
    -----
    Source: R. Cooper and R. S. Kaplan, Measure costs right: make the right decisions, Harvard Business Review 1988;
    Horngren, Datar and Rajan, Cost Accounting, chapter "Activity-based costing".
    """
    log = FaultLog()
    currency = check_ledger(ledger, files[0], log, None if latest is None else pd.Timestamp(latest))
    cents = account_cents(ledger)
    patterns = match_accounts(cents.index, activities["account"].drop_duplicates())
    _check(ledger, activities, drivers, patterns, files, log)
    log.raise_if_any()
    exact = _to_activities(cents, patterns, activities)
    by_activity = _rounded(exact)
    details, of_types = _to_types(exact, drivers)
    units = drivers.groupby("activity")["driver_units"].sum()
    table = pd.DataFrame({"activity": by_activity.index, "cost": by_activity.to_numpy() / 100.0})
    table["driver_units"] = units.reindex(by_activity.index).fillna(0.0).to_numpy()
    table = _with_total(table, "activity", int(by_activity.sum()))
    table["unit_cost"] = _ratio(table["cost"], table["driver_units"])
    table.loc[table.index[-1], ["driver_units", "unit_cost"]] = np.nan  # minutes and cases do not add up
    types, notes = _types(_rounded(of_types), volumes)
    idle = details.loc[(details["contact_type"] == NOT_CAUSED) & (details["cost"] != 0), "activity"]
    notes = [*(f"{name} has cost but no driver units: no contact type bears it" for name in idle), *notes]
    return ActivityCost(table, types, details, currency, tuple(notes))


def _check(
    ledger: pd.DataFrame,
    activities: pd.DataFrame,
    drivers: pd.DataFrame,
    patterns: pd.Series,
    files: tuple[str, str, str],
    log: FaultLog,
) -> None:
    if patterns.isna().any():
        rows = first_rows(ledger["account"])
        for account in patterns.index[patterns.isna()]:
            message = f"no activity uses it; add it to {files[1]}"
            log.add(files[0], int(rows[account]), "account", account, message, kind="no activity")
    for row in activities.index[activities.duplicated(["account", "activity"])]:
        log.add(files[1], int(row), "activity", activities.at[row, "activity"], "stands twice for its account")
    for row in drivers.index[drivers.duplicated(["activity", "contact_type"])]:
        log.add(files[2], int(row), "contact_type", drivers.at[row, "contact_type"], "stands twice for its activity")
    sums = activities.groupby("account", sort=False)["share"].sum()
    first = first_rows(activities["account"])
    for account in sums.index[(sums - 1.0).abs() > SHARES_SUM]:
        message = f"the shares of account {account} add up to {sums[account]:.6g}; they must add up to 1"
        log.add(files[1], int(first[account]), "share", f"{sums[account]:.6g}", message)
    known = set(activities["activity"])
    for row, name in drivers["activity"].items():
        if name not in known:
            log.add(files[2], int(str(row)), "activity", name, f"is no activity of {files[1]}")


def _to_activities(cents: pd.Series, patterns: pd.Series, activities: pd.DataFrame) -> dict[str, Fraction]:
    """Cents of each activity, not rounded, in the order of the file."""
    sums = {str(name): Fraction(0) for name in pd.unique(activities["activity"])}
    by_pattern = cents.groupby(patterns.to_numpy()).sum()
    for pattern, rows in activities.groupby("account", sort=False):
        if pattern in by_pattern.index:
            shares = [_exact(share) for share in rows["share"]]
            whole = int(by_pattern[pattern]) / sum(shares, Fraction(0))
            for name, share in zip(rows["activity"], shares, strict=True):
                sums[name] += whole * share
    return sums


def _to_types(exact: Mapping[str, Fraction], drivers: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Fraction]]:
    """Cost of every activity by the contact type that causes it; and cents of each contact type, not rounded."""
    by_activity = _rounded(exact)
    parts: list[pd.DataFrame] = []
    types: dict[str, Fraction] = {}
    rows_of = dict(list(drivers[["activity", "contact_type", "driver_units"]].groupby("activity")))
    for name, amount in exact.items():
        rows = rows_of.get(name, drivers.iloc[:0])
        units = [_exact(unit) for unit in rows["driver_units"]]
        whole = sum(units, Fraction(0))
        if whole > 0:
            caused = {kind: amount * unit / whole for kind, unit in zip(rows["contact_type"], units, strict=True)}
            parts.append(rows.assign(cost=allocate(by_activity[name] / 100.0, rows["driver_units"].to_numpy())))
        else:
            caused = {NOT_CAUSED: amount}
            cost = [by_activity[name] / 100.0]
            lost = {"activity": [name], "contact_type": [NOT_CAUSED], "driver_units": [0.0], "cost": cost}
            parts.append(pd.DataFrame(lost))
        for kind, part in caused.items():
            types[kind] = types.get(kind, Fraction(0)) + part
    return pd.concat(parts, ignore_index=True), types


def _exact(figure: float) -> Fraction:
    """The decimal number that was written: 0.55, not the float beside it."""
    return Fraction(repr(float(figure)))


def _rounded(exact: Mapping[str, Fraction]) -> pd.Series:
    """Whole cents with the same sum, by the largest remainder; among equal ones the earlier goes first."""
    whole = {name: math.floor(amount) for name, amount in exact.items()}
    left = int(sum(exact.values(), Fraction(0))) - sum(whole.values())
    for name in sorted(exact, key=lambda name: whole[name] - exact[name])[:left]:
        whole[name] += 1
    return pd.Series(list(whole.values()), index=pd.Index(list(whole), dtype=object), dtype=np.int64)


def _types(sums: pd.Series, volumes: pd.DataFrame | None) -> tuple[pd.DataFrame, list[str]]:
    table = pd.DataFrame({"contact_type": sums.index, "cost": sums.to_numpy() / 100.0})
    table = table.sort_values("contact_type", key=lambda names: names == NOT_CAUSED, kind="stable")
    known = pd.Series(dtype=float) if volumes is None else volumes.set_index("contact_type")["contacts"]
    table["contacts"] = known.reindex(table["contact_type"]).to_numpy()
    notes = []
    if volumes is not None:
        without = table.loc[table["contacts"].isna() & (table["contact_type"] != NOT_CAUSED), "contact_type"]
        notes = [f"{name} has no contacts in the volumes; its cost per contact is not known" for name in without]
        unused = [name for name in known.index if name not in set(table["contact_type"])]
        notes += [f"{name} has contacts but causes no activity: its cost is zero" for name in unused]
    table = _with_total(table, "contact_type", int(sums.sum()))
    table["cost_per_contact"] = _ratio(table["cost"], table["contacts"])
    return table, notes


def _with_total(table: pd.DataFrame, name: str, cents: int) -> pd.DataFrame:
    """Add the share of the whole and a last row with it."""
    total: dict[str, object] = {name: "total", "cost": cents / 100.0}
    if "contacts" in table:
        total["contacts"] = table["contacts"].sum() if table["contacts"].notna().any() else np.nan
    full = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    full.insert(2, "share", full["cost"] / (cents / 100.0) if cents else np.nan)
    return full


def _ratio(cost: pd.Series, units: pd.Series) -> np.ndarray:
    amount, count = cost.to_numpy(dtype=float), units.to_numpy(dtype=float)
    ratio = np.full(len(amount), np.nan)
    np.divide(amount, count, out=ratio, where=count > 0)
    return ratio

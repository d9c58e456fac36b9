"""Customer tiers by rank, and A/B/C classes by cumulative value (U23)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from models.columns import number, text
from models.dates import one_currency
from models.faults import FaultLog

TIER_SHARES = (0.01, 0.04, 0.15, 0.80)
CLASS_BOUNDS = (0.55, 0.85)
_ROUNDING = 1e-9

TABLE = pa.DataFrameSchema(
    {
        "customer": text("who, or what, is classed; once each", "required", unique=True),
        "value": number("value of it, such as TM of `rfm`", "currency", "required", required=True),
        "currency": text("currency of the value; one for the whole table", "that of the other rows"),
    },
    strict=False,
    name="values.csv",
    description="Customers (or products, lines of cost, ...) and their value, one a row. Further columns are ignored.",
)


@dataclass(frozen=True)
class Classes:
    """Items with their tier or class, and the summary of each group.

    Parameters
    ----------
    items : DataFrame
        The items, most valuable first.
    groups : DataFrame
        One row a tier or class.
    notes : tuple of str
        Ties that a boundary cuts, and what else a reader should know.
    """

    items: pd.DataFrame
    groups: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class CustomerGroups:
    """Customers with tier and class, the summaries of both, and notes on ties.

    Parameters
    ----------
    items, tiers, classes : DataFrame
        As `customer_groups`, `tiers` (groups) and `abc_classes` (groups) say.
    notes : tuple of str
        Of both.
    """

    items: pd.DataFrame
    tiers: pd.DataFrame
    classes: pd.DataFrame
    notes: tuple[str, ...]


def tier_sizes(count: int, shares: Sequence[float] = TIER_SHARES) -> tuple[int, ...]:
    """How many customers each tier holds.

    The boundaries are rounded, not the tiers: the first k tiers together hold
    ``floor(count x (s_1 + ... + s_k) + 1/2)`` customers, so the sizes always sum to `count`, and no
    boundary is off by more than half a customer.

    Parameters
    ----------
    count : int
        Customers, 0 or more.
    shares : sequence of float
        Share of customers in each tier, best first; above 0, sum 1.

    Returns
    -------
    tuple of int
        Sizes, best tier first; a tier may be empty when there are few customers (9 have no 1 % tier).

    Raises
    ------
    ValueError
        If a share is not above 0 or they do not sum to 1.

    Notes
    -----
    Source: SYSTEMS U23; 200 customers give 2, 8, 30 and 160. The customer pyramid: Curry and Curry, The Customer
    Marketing Method (2000).
    """
    if not shares or not all(share > 0 and math.isfinite(share) for share in shares):
        raise ValueError("every tier's share must be above 0")
    if abs(math.fsum(shares) - 1) > _ROUNDING:
        raise ValueError(f"the shares of the tiers sum to {math.fsum(shares):.6g}; make them sum to 1")
    ends = [math.floor(count * math.fsum(shares[: k + 1]) + 0.5 + _ROUNDING) for k in range(len(shares))]
    ends[-1] = count
    return tuple(end - start for start, end in zip([0, *ends], ends, strict=False))


def tiers(frame: pd.DataFrame, shares: Sequence[float] = TIER_SHARES, *, file: str = "values") -> Classes:
    """Put customers into tiers by the rank of their value.

    Ties: equal values are ranked in the order of the names, so that the sizes hold; a note says how many customers
    a boundary parts from others of the same value.

    Parameters
    ----------
    frame : DataFrame
        customer (once each) and value (currency, may be negative); the index is the row that a fault names.
    shares : sequence of float
        As in `tier_sizes`.
    file : str
        Name of the table in faults.

    Returns
    -------
    Classes
        items: customer, value, rank (1 is best), tier (1 is best); groups: tier, customers, customers_share, value,
        value_share (NaN when the total is not above 0), least_value.

    Raises
    ------
    InputFaults
        For a value that is missing or infinite, a customer twice, mixed currencies.
    ValueError
        As in `tier_sizes`.
    """
    sizes = tier_sizes(len(frame), shares)
    items = _ranked(frame, file, negative=True)
    items["tier"] = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    names = np.arange(1, len(sizes) + 1)
    return Classes(items, _groups(items, "tier", names), _tie_notes(items, "tier"))


def abc_classes(frame: pd.DataFrame, bounds: Sequence[float] = CLASS_BOUNDS, *, file: str = "values") -> Classes:
    """Put items into classes A, B, C by their share in the cumulative value.

    Sorted by value, an item is in A while the cumulative value *with it* is at most the first bound (55 %), in B while
    at most the second (85 %), else in C. So the item that crosses a bound is in the lower class. One exception: the
    most valuable item is in A even when it alone exceeds the first bound, for A would else be empty just when one
    customer matters most. Ties: equal values are taken in the order of the names, and a note says when a bound parts
    them. When the total is 0 everything is C.

    Parameters
    ----------
    frame : DataFrame
        customer (once each) and value (currency, 0 or more); the index is the row that a fault names.
    bounds : sequence of float
        Two cumulative shares, rising, between 0 and 1.
    file : str
        Name of the table in faults.

    Returns
    -------
    Classes
        items: customer, value, rank, value_share, cumulative_share, class; groups: class, customers, customers_share,
        value, value_share, least_value.

    Raises
    ------
    InputFaults
        For a value that is missing, infinite or negative, a customer twice, mixed currencies.
    ValueError
        If the bounds do not rise within 0 and 1.

    Notes
    -----
    Source: SYSTEMS U23; 40, 20, 15, 10, 8, 7 give A {40}, B {20, 15, 10}, C {8, 7}. Dickie, ABC inventory analysis
    shoots for dollars, not pennies (1951).
    """
    if len(bounds) != 2 or not 0 < bounds[0] < bounds[1] <= 1:
        raise ValueError("the bounds of A and B must rise and lie between 0 and 1, as 0.55 and 0.85")
    items = _ranked(frame, file, negative=False)
    value = items["value"].to_numpy(dtype=float)
    total = math.fsum(value)
    share = value / total if total > 0 else np.zeros(len(value))
    cumulative = np.minimum(np.cumsum(value) / total, 1.0) if total > 0 else np.zeros(len(value))
    place = np.searchsorted(np.asarray(bounds) + _ROUNDING, cumulative, side="left")
    if total > 0:
        place[0] = 0
    else:
        place[:] = 2
    items["value_share"], items["cumulative_share"] = share, cumulative
    items["class"] = np.array(["A", "B", "C"], dtype=object)[place]
    notes = list(_tie_notes(items, "class"))
    if total > 0 and cumulative[0] > bounds[0] + _ROUNDING:
        notes.append(f"{items['customer'].iloc[0]} alone is {cumulative[0]:.1%} of the value: it is all of class A.")
    if not total > 0:
        notes.append("The total value is 0: there are no shares, and everything is class C.")
    return Classes(items, _groups(items, "class", np.array(["A", "B", "C"], dtype=object)), tuple(notes))


def customer_groups(customers: pd.DataFrame) -> CustomerGroups:
    """Add tier and A/B/C class to valued customers (`tiers`, `abc_classes` with their usual shares and bounds).

    Parameters
    ----------
    customers : DataFrame
        customer and value, most valuable first and equal values by name, as `models.purchases.purchase_values` gives;
        further columns are kept.

    Returns
    -------
    CustomerGroups
        items: the columns given, tier, class.

    Raises
    ------
    InputFaults
        As `abc_classes`.
    ValueError
        If the rows stand in another order.
    """
    by_tier, by_class = tiers(customers), abc_classes(customers)
    if not (by_tier.items["customer"].to_numpy() == customers["customer"].to_numpy()).all():
        raise ValueError("customers must be sorted by value, equal values by name")
    items = customers.reset_index(drop=True).assign(tier=by_tier.items["tier"])
    items["class"] = by_class.items["class"]
    return CustomerGroups(items, by_tier.groups, by_class.groups, (*by_tier.notes, *by_class.notes))


def _ranked(frame: pd.DataFrame, file: str, *, negative: bool) -> pd.DataFrame:
    """Check and sort: by value, equal values by name."""
    log = FaultLog()
    value = frame["value"].to_numpy(dtype=float)
    wrong = ~np.isfinite(value) | (~np.isnan(value) & (value < 0) & (not negative))
    for row, cell in frame.loc[wrong, "value"].items():
        message = "is negative: cumulative shares need values of 0 or more" if np.isfinite(cell) else "is no value"
        log.add(file, int(str(row)), "value", cell, message)
    for row, cell in frame.loc[frame["customer"].duplicated(), "customer"].items():
        log.add(
            file, int(str(row)), "customer", cell, "stands there twice; add the rows up", kind="the same name twice"
        )
    if "currency" in frame.columns:
        one_currency(file, frame["currency"], log)
    log.raise_if_any()
    names = frame["customer"].to_numpy(dtype=object)
    by_name = pd.Index(names.astype(str)).argsort(kind="stable")
    order = by_name[np.argsort(-value[by_name], kind="stable")]
    items = pd.DataFrame({"customer": names[order], "value": value[order]})
    items["rank"] = np.arange(1, len(items) + 1)
    return items


def _groups(items: pd.DataFrame, by: str, names: npt.NDArray[np.generic]) -> pd.DataFrame:
    """Size and value of every group, empty ones too."""
    found = items.groupby(by, sort=False)["value"].agg(["size", "sum", "min"]).reindex(names)
    total, count = float(items["value"].sum()), max(len(items), 1)
    size = found["size"].fillna(0).to_numpy(dtype=int)
    value = found["sum"].fillna(0).to_numpy(dtype=float)
    return pd.DataFrame(
        {
            by: names,
            "customers": size,
            "customers_share": size / count,
            "value": value,
            "value_share": value / total if total > 0 else np.full(len(value), np.nan),
            "least_value": found["min"].to_numpy(dtype=float),
        }
    )


def _tie_notes(items: pd.DataFrame, by: str) -> tuple[str, ...]:
    """Boundaries that part equal values."""
    value, group = items["value"].to_numpy(), items[by].to_numpy()
    cut = np.flatnonzero((value[1:] == value[:-1]) & (group[1:] != group[:-1]))
    return tuple(
        f"{int((value == value[at]).sum()):,} have the value {value[at]:,.2f}, and the boundary between {by}"
        f" {group[at]} and {group[at + 1]} parts them: by the order of their names."
        for at in cut
    )

"""What customers are worth by their purchases: recency, frequency, money (U22)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from models.columns import between, number, text
from models.dates import one_currency, read_dates
from models.faults import FaultLog

DEFAULT_WINDOW_DAYS = 365
DUE, OVERDUE, LAPSED, NEVER = "on time", "overdue", "lapsed", "never ordered"

TABLE = pa.DataFrameSchema(
    {
        "customer": text("who ordered", "required"),
        "date": text("day of the order, YYYY-MM-DD", "required"),
        "amount": number(
            "money of the order, returns already taken off",
            "currency",
            "required",
            between(0, 1e13, "must be 0 or more; take returns off the order that they belong to"),
            required=True,
        ),
        "order": text("number of the order: rows with the same number are the lines of one order", "a row, an order"),
        "currency": text("currency of the amount; one for the whole table", "that of the other rows"),
    },
    strict=False,
    name="orders.csv",
    description="Orders, one a row (or one order line a row, when `order` is given). Further columns are ignored.",
)


CUSTOMERS = pa.DataFrameSchema(
    {"customer": text("name of the customer; once each", "required", unique=True)},
    strict=False,
    name="customers.csv",
    description="Customers who must be in the answer, with or without orders. Further columns are ignored.",
)


@dataclass(frozen=True)
class PurchaseValues:
    """Customers by what they bought.

    Parameters
    ----------
    customers : DataFrame
        One row a customer, most valuable first; columns as `purchase_values` says.
    window : tuple of date
        First and last day whose orders count.
    notes : tuple of str
        What a reader should know.
    """

    customers: pd.DataFrame
    window: tuple[dt.date, dt.date]
    notes: tuple[str, ...]


def purchase_values(
    orders: pd.DataFrame,
    as_of: dt.date,
    *,
    window_days: int = DEFAULT_WINDOW_DAYS,
    customers: Iterable[str] = (),
    ignore_later: bool = False,
    file: str = "orders",
) -> PurchaseValues:
    """Value customers by recency, frequency and money.

    Over the `window_days` days that end with `as_of` (that day included)::

        F = orders in the window            M = mean money of an order in the window
        TM = M x F                          P = window_days/F: mean days between orders, 365/F for the 12 months
        R = as_of - last order              delta = P - R; below zero the next order is overdue

    The last order may lie before the window: a customer without an order in the window has F = 0 and TM = 0, keeps R,
    and has no M, P and delta (NaN), since a frequency of zero has no period. That is an answer, not an error.

    Parameters
    ----------
    orders : DataFrame
        Columns of `TABLE` (customer, date as ISO text or date, amount in currency, optional order, currency); the
        index is the row that a fault names. Not changed.
    as_of : date
        Day of the valuation.
    window_days : int
        Length of the window in days, 1 or more; the 12 months of the source are 365.
    customers : iterable of str
        Names that must be in the answer, with or without orders.
    ignore_later : bool
        Leave out orders after `as_of` instead of calling them faults.
    file : str
        Name of the table in faults.

    Returns
    -------
    PurchaseValues
        customers has customer, orders (F), mean_order (M), value (TM), period_days (P), recency_days (R), delta_days,
        state: on time, overdue (delta < 0), lapsed (no order in the window), never ordered. Sorted by value,
        equal values by name.

    Raises
    ------
    InputFaults
        For a date that cannot be read or lies after `as_of`, a negative amount, mixed currencies, an order with two
        customers or two days.
    ValueError
        If `window_days` is below 1.

    Notes
    -----
    Source: SYSTEMS U22; recency, frequency and money after Hughes, Strategic Database Marketing (1994). Time and memory
    grow linearly with the orders.
    """
    if window_days < 1:
        raise ValueError("the window has at least one day")
    log = FaultLog()
    if len(orders) and not pd.api.types.is_numeric_dtype(orders["amount"]):
        raise ValueError("amount must be numeric; read the table through its schema")
    code, names = pd.factorize(orders["customer"])
    day, later = _days(orders, as_of, ignore_later, file, log)
    amount = orders["amount"].to_numpy(dtype=float)
    _check_rest(orders, amount, code, file, log)
    log.raise_if_any()
    notes = [f"Rows after {as_of}, left out: {later.sum():,}."] if later.any() else []
    kept = ~later
    if "order" in orders.columns and bool(orders["order"].notna().any()):
        code, day, amount, kept = _one_row_an_order(orders, code, day, amount, kept, file)
    frame = _frame(code[kept], day[kept], amount[kept], names, customers, as_of, window_days)
    first = as_of - dt.timedelta(days=window_days - 1)
    notes.append(f"Orders from {first} to {as_of} count; earlier ones only as the last order.")
    counts = frame["state"].value_counts()
    notes.append(f"Overdue: {counts.get(OVERDUE, 0):,}. Lapsed, no order in the window: {counts.get(LAPSED, 0):,}.")
    return PurchaseValues(frame, (first, as_of), tuple(notes))


def _days(
    orders: pd.DataFrame, as_of: dt.date, ignore_later: bool, file: str, log: FaultLog
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Days since 1970 of each row, and which rows lie after the day of the valuation."""
    latest = None if ignore_later else as_of
    stamps = read_dates(file, orders["date"], log, latest=latest, why="lies after the day of the valuation")
    for row in orders.index[orders["date"].isna()]:
        log.add(file, int(row), "date", "", "is blank; give a value")
    days = stamps.to_numpy().astype("datetime64[D]").astype(np.int64)  # NaT becomes the least integer: not later
    return days, days > _day_number(as_of)


def _day_number(day: dt.date) -> int:
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def _check_rest(
    orders: pd.DataFrame, amount: npt.NDArray[np.float64], code: npt.NDArray[np.int64], file: str, log: FaultLog
) -> None:
    """Amounts, names and currencies."""
    for row in orders.index[code < 0]:
        log.add(file, int(row), "customer", "", "is blank; give a value")
    bad = ~(amount >= 0) | np.isinf(amount)
    for row, value in orders.loc[bad, "amount"].items():
        log.add(file, int(str(row)), "amount", value, "is no amount of 0 or more; take returns off their order")
    if "currency" in orders.columns:
        one_currency(file, orders["currency"], log)


def _one_row_an_order(
    orders: pd.DataFrame,
    code: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
    amount: npt.NDArray[np.float64],
    kept: npt.NDArray[np.bool_],
    file: str,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Add up the lines of an order; a row without a number is an order of its own."""
    number, _ = pd.factorize(orders["order"])
    blank = number < 0
    number = number.astype(np.int64)
    number[blank] = number.max() + 1 + np.arange(blank.sum())
    _, first, place = np.unique(number, return_index=True, return_inverse=True)
    log = FaultLog()
    for column, values in (("customer", code), ("date", day)):
        wrong = values != values[first][place]
        for row, value in orders.loc[wrong, column].items():
            at = orders.index[first[place[orders.index.get_loc(row)]]]
            log.add(file, int(str(row)), column, value, f"differs from row {at} of the same order; number it otherwise",
                    kind=f"another {column} in the same order")  # fmt: skip
    log.raise_if_any()
    return code[first], day[first], np.asarray(np.bincount(place, weights=amount), dtype=np.float64), kept[first]


def _frame(
    code: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
    amount: npt.NDArray[np.float64],
    names: pd.Index,
    customers: Iterable[str],
    as_of: dt.date,
    window_days: int,
) -> pd.DataFrame:
    """The figures of each customer, sorted."""
    known = pd.Index(names).append(pd.Index([name for name in dict.fromkeys(customers) if name not in names]))
    n = len(known)
    today = _day_number(as_of)
    inside = day > today - window_days
    frequency = np.bincount(code[inside], minlength=n)
    value = np.round(np.bincount(code[inside], weights=amount[inside], minlength=n), 6)  # equal sums stay equal
    last = np.full(n, np.iinfo(np.int64).min)
    np.maximum.at(last, code, day)
    ever = last > np.iinfo(np.int64).min
    counted = np.where(frequency > 0, frequency, np.nan)
    period = window_days / counted
    recency = np.where(ever, today - np.where(ever, last, 0), np.nan)
    delta = period - recency
    state = np.select([~ever, frequency == 0, delta < 0], [NEVER, LAPSED, OVERDUE], DUE)
    frame = pd.DataFrame(
        {
            "customer": np.asarray(known, dtype=object),
            "orders": frequency,
            "mean_order": value / counted,
            "value": value,
            "period_days": period,
            "recency_days": recency,
            "delta_days": delta,
            "state": state,
        }
    )
    by_name = pd.Index(known).argsort()
    order = by_name[np.argsort(-value[by_name], kind="stable")]
    return pd.DataFrame(frame.iloc[order]).reset_index(drop=True)

"""Actual against standard cost: what prices did and what quantities did, by cost centre (U15)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, number, text
from models.dates import one_currency
from models.faults import FaultLog
from models.money import EXACT, minor_units

TABLE = pa.DataFrameSchema(
    {
        "cost_centre": text("cost centre", "required"),
        "item": text("what was bought or worked, such as agent hours", "the cost centre as a whole"),
        "standard_price": number("standard price of a unit", "currency/unit", "required", AT_LEAST_ZERO, required=True),
        "standard_quantity": number("standard quantity", "unit", "required", AT_LEAST_ZERO, required=True),
        "actual_price": number("price that was paid", "currency/unit", "required", AT_LEAST_ZERO, required=True),
        "actual_quantity": number("quantity that was used", "unit", "required", AT_LEAST_ZERO, required=True),
        "currency": text("currency of the prices", "that of the other rows"),
    },
    strict=False,
    name="variances",
    description="Standard and actual price and quantity, one row for each item of a cost centre.",
)
_MONEY = ("standard_cost", "actual_cost", "price_variance", "quantity_variance", "total_variance")


def variances(items: pd.DataFrame, *, file: str = "variances") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split actual minus standard cost into a price and a quantity variance.

    price variance = (pa - ps) qa, quantity variance = (qa - qs) ps, and their sum is pa qa - ps qs: the joint part of
    both changes counts as price. Positive is dearer than standard. Costs are rounded to the cent, and the variances of
    a row add up to its total to the cent (the quantity variance takes the cent that rounding leaves), so that rows add
    up to cost centres and cost centres to the total.

    Parameters
    ----------
    items : DataFrame
        `TABLE`; the index is the row in the file.
    file : str
        Name that faults carry.

    Returns
    -------
    centres : DataFrame
        cost_centre, standard_cost, actual_cost, price_variance, quantity_variance, total_variance (currency),
        variance_share (of the standard cost, NaN where that is zero), verdict (favourable, unfavourable, as planned);
        one row a cost centre in the order of the file, then "total".
    lines : DataFrame
        The same for every item, with cost_centre and item.

    Raises
    ------
    InputFaults
        An item twice in a cost centre, several currencies, or a cost of 90 billion or more.

    Notes
    -----
    Source: Horngren, Datar and Rajan, Cost Accounting: A Managerial Emphasis, chapter "Flexible budgets, direct-cost
    variances, and management control".
    """
    log = FaultLog()
    if "currency" in items:
        one_currency(file, items["currency"], log)
    name = items["item"].fillna("") if "item" in items else pd.Series("", index=items.index)
    twice = pd.DataFrame({"centre": items["cost_centre"], "item": name}).duplicated()
    for row in items.index[twice]:
        log.add(file, int(row), "item", name[row], "stands twice in its cost centre; add the rows up")
    for at_price, quantity in (("standard_price", "standard_quantity"), ("actual_price", "actual_quantity")):
        large = items[at_price] * items[quantity] * 100.0 >= EXACT / 1000
        for row in items.index[large]:
            message = "price x quantity is too large to be exact to the cent; check both, or use a larger unit"
            log.add(file, int(row), at_price, f"{float(items[at_price][row]):g}", message)
    log.raise_if_any()
    ps, qs = items["standard_price"].to_numpy(dtype=float), items["standard_quantity"].to_numpy(dtype=float)
    pa_, qa = items["actual_price"].to_numpy(dtype=float), items["actual_quantity"].to_numpy(dtype=float)
    standard, actual = minor_units(ps * qs), minor_units(pa_ * qa)
    price = minor_units((pa_ - ps) * qa)
    cents = pd.DataFrame(
        {
            "cost_centre": items["cost_centre"].to_numpy(),
            "item": name.to_numpy(),
            "standard_cost": standard,
            "actual_cost": actual,
            "price_variance": price,
            "quantity_variance": actual - standard - price,
            "total_variance": actual - standard,
        }
    )
    by_centre = cents.groupby("cost_centre", sort=False)[list(_MONEY)].sum().reset_index()
    total = pd.DataFrame({"cost_centre": ["total"], **{column: [int(cents[column].sum())] for column in _MONEY}})
    return _judged(pd.concat([by_centre, total], ignore_index=True)), _judged(cents)


def _judged(cents: pd.DataFrame) -> pd.DataFrame:
    """Money in place of cents, with the share of the standard and the verdict."""
    frame = cents.astype(dict.fromkeys(_MONEY, float))
    frame[list(_MONEY)] = frame[list(_MONEY)] / 100.0
    standard = frame["standard_cost"].to_numpy()
    total = frame["total_variance"].to_numpy()
    frame["variance_share"] = np.divide(total, standard, out=np.full(len(frame), np.nan), where=standard != 0)
    frame["verdict"] = np.select([total < 0, total > 0], ["favourable", "unfavourable"], "as planned")
    return frame

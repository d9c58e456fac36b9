"""Flows of initiatives from one table, checked: every initiative with years 0, 1, 2, ... and one currency."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, MONEY, between, number, text
from models.dates import one_currency
from models.faults import FaultLog
from models.returns import MOST_YEARS, Return

TABLE = pa.DataFrameSchema(
    {
        "initiative": text("name of the initiative", "initiative"),
        "year": number(
            "0 is now, 1 the end of the first year",
            "years",
            "required",
            between(0, MOST_YEARS, f"must be a whole number from 0 to {MOST_YEARS}"),
            pa.Check(lambda years: years % 1 == 0, error="must be a whole number of years"),
            required=True,
        ),
        "benefit": number("what the year brings", "currency", "0", MONEY),
        "cost": number("what is paid in the year, a positive number", "currency", "0", AT_LEAST_ZERO),
        "currency": text("ISO 4217 code; the same in all rows", "that of the others"),
    },
    strict=False,
    name="flows",
    description="Benefits and costs of initiatives by year, one row each.",
)


def split_flows(file: str, table: pd.DataFrame, log: FaultLog) -> tuple[dict[str, pd.DataFrame], str | None]:
    """Split a table into the flows of each initiative.

    Parameters
    ----------
    file : str
        Name that faults carry.
    table : DataFrame
        As read by `TABLE`; the index is the row in the file.
    log : FaultLog
        Takes a year that stands twice for an initiative, a year that is missing, and a second currency.

    Returns
    -------
    flows : dict of str to DataFrame
        Initiative to year, benefit, cost, from year 0 on and ascending: a year 0 that is not there has no flows. In
        the order of the table.
    currency : str or None
        Of the amounts, where a row names it.
    """
    currency = one_currency(file, table["currency"], log)
    named = table.assign(initiative=table["initiative"].fillna("initiative")).dropna(subset=["year"])
    flows = {}
    for name, rows in named.groupby("initiative", sort=False):
        twice = rows["year"].duplicated()
        for line, year in rows.loc[twice, "year"].items():
            message = f"year {year:.0f} of {name} stands in another row already; add the two up"
            log.add(file, int(str(line)), "year", f"{year:.0f}", message, kind="the same year twice")
        kept = rows[~twice].sort_values("year")
        missing = sorted(set(range(1, int(kept["year"].max()) + 1)) - set(kept["year"].astype(int)))
        if missing:
            message = f"{name} has no row for year {missing[0]}; add it, with 0 where nothing flows"
            log.add(file, int(str(kept.index[-1])), "year", "", message, kind=f"a gap in {name}")
            continue
        by_year = kept.assign(year=kept["year"].astype(int)).set_index("year")[["benefit", "cost"]].fillna(0.0)
        years = np.arange(int(kept["year"].max()) + 1)
        flows[str(name)] = by_year.reindex(years, fill_value=0.0).rename_axis("year").reset_index()
    return flows, currency


def return_figures(outcome: Return) -> dict[str, float | None]:
    """Name the figures of a return as a table shows them, paybacks in months.

    Parameters
    ----------
    outcome : Return
        What `models.returns.evaluate_return` gave.

    Returns
    -------
    dict of str to float or None
        npv (money); irr, net_roi (fractions); benefit_over_cost (a ratio); payback_months, discounted_payback_months;
        then sums: benefit, cost, net, present_benefit, present_cost (money), present_benefit_over_cost.
    """
    months = [None if y is None else 12 * y for y in (outcome.payback_years, outcome.discounted_payback_years)]
    return {
        "npv": outcome.npv,
        "irr": outcome.irr,
        "benefit_over_cost": outcome.benefit_cost,
        "net_roi": outcome.net_roi,
        "payback_months": months[0],
        "discounted_payback_months": months[1],
        "benefit": outcome.benefit,
        "cost": outcome.cost,
        "net": outcome.net,
        "present_benefit": outcome.present_benefit,
        "present_cost": outcome.present_cost,
        "present_benefit_over_cost": outcome.present_benefit_cost,
    }

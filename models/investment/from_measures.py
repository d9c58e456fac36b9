"""From ranked measures (`models.measures`) to the tables of an investment case."""

from __future__ import annotations

import pandas as pd

_EFFECTS = {"aht_change": "handle_time", "contacts_change": "contacts", "csat_change": "csat",
            "attrition_change": "attrition"}  # fmt: skip
MONTHS_PER_PERIOD = 3
"""The tables are for quarters, the default of invest.yaml."""


def tables_of(ranked: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write measures as initiatives and effects.

    Parameters
    ----------
    ranked : DataFrame
        `models.measures.INITIATIVE_COLUMNS`.

    Returns
    -------
    initiatives, effects : DataFrame
        In the columns of `models.investment.tables`. The months until a measure works become whole quarters of
        building. A measure that changes handle time, contacts, CSAT or attrition has these effects, and its saving,
        which follows from them, is not counted again; one that changes nothing has its saving as an effect on cost.
    """
    starts = ranked["earliest_start"].fillna("").astype(str)
    owners = ranked["owner"].fillna("none").astype(str)
    initiatives = pd.DataFrame(
        {
            "initiative": ranked["initiative"],
            "start_from": starts,
            "one_off_cost": ranked["outlay"],
            "running_cost_per_year": ranked["running_cost_per_year"],
            "build_periods": -(-ranked["duration_months"] // MONTHS_PER_PERIOD),
            "description": "rank " + ranked["rank"].astype(str) + ", owner " + owners,
        }
    )
    rows = []
    for _, row in ranked.iterrows():
        acts = [(row["initiative"], on, float(row[name])) for name, on in _EFFECTS.items() if row[name]]
        rows += acts or [(row["initiative"], "cost", -float(row["saving_per_year"]))]
    return initiatives, pd.DataFrame(rows, columns=["initiative", "on", "likely"])

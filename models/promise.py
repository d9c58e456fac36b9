"""The service that a plan promises: what its formulas say of some intervals together."""

from __future__ import annotations

import math

import pandas as pd


def answers(coverage: pd.DataFrame) -> pd.DataFrame:
    """Contacts that formulas say are served in time, and those that the service level is a share of.

    Parameters
    ----------
    coverage : DataFrame
        Rows of `models.plan.ShiftPlan.coverage`.

    Returns
    -------
    DataFrame
        counted, in_time: of the rows with contacts and a service level, with their index. Any of them together have the
        level sum(in_time) / sum(counted).
    """
    known = coverage[coverage["service_level"].notna() & (coverage["contacts"] > 0)]
    return pd.DataFrame({"counted": known["counted"], "in_time": known["service_level"] * known["counted"]})


def service_level(coverage: pd.DataFrame) -> float:
    """Service level of some intervals together: all that is served in time over all that is counted.

    Parameters
    ----------
    coverage : DataFrame
        Rows of `models.plan.ShiftPlan.coverage`.

    Returns
    -------
    float
        NaN where nothing is counted.
    """
    found = answers(coverage)
    counted = float(found["counted"].sum())
    return float(found["in_time"].sum()) / counted if counted > 0 else math.nan

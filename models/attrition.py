"""What it costs that people leave: replacing them, the time until the new ones are worth their pay, and capacity."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import ABOVE_ZERO, AT_LEAST_ZERO, SHARE, between, number, text

INDUSTRY_RATIO = 0.39
"""Leavers a year over mean headcount in contact centres, as the founding documents cite it (SYSTEMS U25)."""
MONTHS = 12.0
ALL_TEAMS = "all"

TABLE = pa.DataFrameSchema(
    {
        "team": text("name of the team", "required", unique=True),
        "headcount": number("mean headcount of the period", "people", "required", AT_LEAST_ZERO, required=True),
        "leavers": number("people who left in the period", "people", "required", AT_LEAST_ZERO, required=True),
        "replacement_cost": number(
            "recruiting and training one successor", "currency", "required", AT_LEAST_ZERO, required=True
        ),
        "months": number("length of the period", "months", "12", ABOVE_ZERO),
        "vacant_months": number("time until the successor starts", "months", "0", AT_LEAST_ZERO),
        "ramp_months": number("time until the successor works like the others", "months", "0", AT_LEAST_ZERO),
        "ramp_output": number("mean output in that time, of an experienced agent's", "share", "0.5", SHARE),
        "monthly_pay": number(
            "pay of one agent with charges", "currency/month", "0", between(0, 1e9, "must be 0 or more")
        ),
    },
    strict=False,
    name="attrition",
    description="Teams with their headcount and leavers, one a row.",
)


def leavers_ratio(headcount: float, leavers: float, months: float = MONTHS) -> float:
    """Leavers a year over mean headcount.

    Parameters
    ----------
    headcount : float
        Mean number of people in the period.
    leavers : float
        How many left in it.
    months : float
        Its length.

    Returns
    -------
    float
        ``leavers / headcount x 12 / months``; above 1 is possible. NaN for a team of nobody.
    """
    return leavers / headcount * MONTHS / months if headcount > 0 else math.nan


def survival(ratio: float, years: float = 1.0) -> float:
    """Share of people who are still there after some time, when everybody is equally likely to leave at any moment.

    Parameters
    ----------
    ratio : float
        Leavers a year over mean headcount (successors counted in both): the hazard a year.
    years : float
        Time.

    Returns
    -------
    float
        ``exp(-ratio x years)``. A ratio of 0.5 leaves 60.7 % after a year, not 50 %: successors leave too.

    Raises
    ------
    ValueError
        If the ratio or the time is negative.

    Notes
    -----
    Source: exponential survival with constant hazard; oracle SYSTEMS U25.
    """
    if ratio < 0 or years < 0:
        raise ValueError("the ratio and the years must not be negative")
    return math.exp(-ratio * years)


def ratio_for_survival(share: float, years: float = 1.0) -> float:
    """Leavers a year over mean headcount at which a share of people is still there after some time.

    Parameters
    ----------
    share : float
        Above 0, at most 1.
    years : float
        Time, above 0.

    Returns
    -------
    float
        ``-ln(share) / years``, the inverse of `survival`: half are left after a year at a ratio of 0.693.

    Raises
    ------
    ValueError
        If share or time is out of range.
    """
    if not 0 < share <= 1 or not years > 0:
        raise ValueError("the share must be above 0 and at most 1, the years above 0")
    return -math.log(share) / years + 0.0


def attrition_cost(teams: pd.DataFrame, peer_ratio: float = INDUSTRY_RATIO) -> pd.DataFrame:
    """Cost a year and capacity lost, by team and for all.

    Parameters
    ----------
    teams : DataFrame
        The columns of `TABLE`; blanks (NaN) mean their default, further columns are ignored.
    peer_ratio : float
        Leavers a year over headcount to compare with.

    Returns
    -------
    DataFrame
        One row a team, then ``all``: team, headcount; leavers a year; ratio; stay_share (`survival` of a year);
        replacement_cost = leavers x cost of one; lost_agents = leavers x (vacant months + ramp months x (1 - ramp
        output)) / 12, full-time agents missing all year on average; ramp_cost = leavers x ramp months x (1 - ramp
        output) x monthly pay (pay without output; a vacant seat draws none); cost = replacement_cost + ramp_cost;
        cost_per_head; avoidable_cost = the part of cost that leavers above `peer_ratio` cause, 0 where there are
        fewer. Ratios are NaN for a team of nobody. Money a year.

    Notes
    -----
    Source: SYSTEMS U25. 100 agents x 50 % x 5,000 = 250,000 a year and three months' ramp.
    """
    filled = teams.assign(
        **{
            name: teams[name].fillna(default) if name in teams.columns else default
            for name, default in (
                ("months", MONTHS),
                ("vacant_months", 0.0),
                ("ramp_months", 0.0),
                ("ramp_output", 0.5),
                ("monthly_pay", 0.0),
            )
        }
    )
    leavers = filled["leavers"] * MONTHS / filled["months"]
    idle_months = filled["ramp_months"] * (1 - filled["ramp_output"])
    table = pd.DataFrame(
        {
            "team": filled["team"],
            "headcount": filled["headcount"].astype(float),
            "leavers": leavers,
            "replacement_cost": leavers * filled["replacement_cost"],
            "ramp_cost": leavers * idle_months * filled["monthly_pay"],
            "lost_agents": leavers * (filled["vacant_months"] + idle_months) / MONTHS,
        }
    )
    cost = table["replacement_cost"] + table["ramp_cost"]
    above = (leavers - peer_ratio * table["headcount"]).clip(lower=0)
    table["cost"] = cost
    table["avoidable_cost"] = (cost / leavers.where(leavers > 0)).fillna(0.0) * above
    total = table.drop(columns="team").sum()
    together = pd.DataFrame([{"team": ALL_TEAMS, **total.to_dict()}])
    table = pd.concat([table, together], ignore_index=True)
    heads = table["headcount"].where(table["headcount"] > 0)
    table["ratio"] = table["leavers"] / heads
    table["stay_share"] = np.exp(-table["ratio"])
    table["cost_per_head"] = table["cost"] / heads
    return table[
        [
            "team",
            "headcount",
            "leavers",
            "ratio",
            "stay_share",
            "replacement_cost",
            "ramp_cost",
            "cost",
            "cost_per_head",
            "avoidable_cost",
            "lost_agents",
        ]
    ]

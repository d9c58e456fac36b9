"""People over time: how many the work needs, who leaves, who is hired, and who is on the payroll without work.

Nobody is dismissed: headcount falls only as fast as people leave of their own accord. What the work needs less than
that is freed capacity, which stays on the payroll and is worth something only when other work fills it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.investment.case import Choice, Floats, InvestmentCase
from models.investment.pricing import Service, by_year, flows, serve


def headcount(case: InvestmentCase, choice: Choice) -> pd.DataFrame:
    """Lay out headcount by period, today's service beside it.

    Returns
    -------
    DataFrame
        period; heads_needed_today, heads_needed (full-time people that the hours need without and with the choice);
        attrition_per_year; leavers, hires, heads (on the payroll at the end), surplus (heads without work), surplus_pay
        (their pay, above what today's service would have had of it), csat (share, blank without csat.today).
        Before the first period there are as many people as today's work of the first period needs.
    """
    today, then = serve(case, Choice.none(case)), serve(case, choice)
    before, after = _path(case, today, float(today.heads[0, 0])), _path(case, then, float(today.heads[0, 0]))
    pay = _pay_per_head(case, then)
    csat = case.settings.csat.today
    return pd.DataFrame(
        {
            "period": [case.horizon.period_name(t) for t in range(case.horizon.periods)],
            "heads_needed_today": today.heads[0],
            "heads_needed": then.heads[0],
            "attrition_per_year": then.attrition_per_year[0],
            **after,
            "surplus_pay": np.maximum(after["surplus"] - before["surplus"], 0.0) * pay,
            "csat": np.nan if csat is None else csat + then.csat_change[0],
        }
    )


def _path(case: InvestmentCase, service: Service, heads: float) -> dict[str, Floats]:
    """Follow leavers and hires: ``heads`` before the first period, then as many as are needed or as have stayed."""
    periods = case.horizon.periods
    found = {name: np.zeros(periods) for name in ("leavers", "hires", "heads", "surplus")}
    for t in range(periods):
        need = float(service.heads[0, t])
        leavers = heads * min(1.0, float(service.attrition_per_year[0, t]) / case.horizon.periods_per_year)
        stayed = heads - leavers
        hires = max(0.0, need - stayed)
        heads = stayed + hires
        for name, value in (("leavers", leavers), ("hires", hires), ("heads", heads), ("surplus", heads - need)):
            found[name][t] = value
    return found


def _pay_per_head(case: InvestmentCase, service: Service) -> Floats:
    """Pay of one person in each period, shape (T,): the mean over the work."""
    pay, heads = service.people_cost[0].sum(axis=0) + service.standing_cost, service.heads[0]
    rate = case.settings.people.cost_per_hour * case.settings.people.hours_per_head_per_year
    plain = np.full(case.horizon.periods, rate / case.horizon.periods_per_year)
    each: Floats = np.divide(pay, heads, out=plain, where=heads > 0)
    return each


def cash_and_capacity(case: InvestmentCase, choice: Choice, path: pd.DataFrame) -> pd.DataFrame:
    """Split the saving of each year: where it comes from, and into cash and capacity that is freed on the payroll.

    Parameters
    ----------
    case : InvestmentCase
    choice : Choice
    path : DataFrame
        As `headcount` gives it.

    Returns
    -------
    DataFrame
        calendar_year; saving, and what it is made of: of_people and of_prices (work that is done no longer),
        of_leavers (people who need not be replaced and trained), of_money (effects on cost); capacity (pay of people
        without work), cashable (the saving less that); satisfaction_value (assumed worth of CSAT, in none of the
        others). Money.
    """
    today, then = serve(case, Choice.none(case)), serve(case, choice)
    parts = {
        "of_people": (today.people_cost - then.people_cost)[0].sum(axis=0),
        "of_prices": (today.channel_cost - then.channel_cost)[0].sum(axis=0),
        "of_leavers": (today.leaver_cost - then.leaver_cost)[0],
        "of_money": (today.cost_change - then.cost_change)[0],
    }
    of = {name: by_year(case, values) for name, values in parts.items()}
    saving = np.sum(list(of.values()), axis=0)
    capacity = by_year(case, path["surplus_pay"].to_numpy(dtype=np.float64))
    return pd.DataFrame(
        {
            "calendar_year": case.horizon.calendar_years,
            "saving": saving,
            **of,
            "capacity": capacity,
            "cashable": saving - capacity,
            "satisfaction_value": flows(case, choice).satisfaction[0],
        }
    )

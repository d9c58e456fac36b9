"""What an initiative returns: flows, net present value, internal rate, payback, benefit over cost.

Periods are years. Flow 0 is now, flow t the end of year t. What a year brings accrues evenly over the year where a
payback within the year is looked for, and is discounted from its end everywhere: both as in the worked example.
Benefit over cost and net return on investment differ by 1 and are always shown apart, under their own names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.irr import Rates, internal_rates

MOST_YEARS = 200


@dataclass(frozen=True)
class Initiative:
    """An initiative, described by a few figures.

    Parameters
    ----------
    benefit : float
        Gross benefit of year 1, money; it may be negative.
    years : int
        Years in which it works, 1 to 200.
    growth : float
        Growth of the benefit from one year to the next; 0.2 for 20 %, above -1.
    outlay : float
        Paid once, now; at least 0.
    yearly_outlay : float
        Paid at the end of each year; at least 0.

    Raises
    ------
    ValueError
        If a figure is out of its range or not finite.
    """

    benefit: float
    years: int
    growth: float = 0.0
    outlay: float = 0.0
    yearly_outlay: float = 0.0

    def __post_init__(self) -> None:
        for name in ("benefit", "growth", "outlay", "yearly_outlay"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name} {getattr(self, name)} is no finite number")
        if not 1 <= self.years <= MOST_YEARS:
            raise ValueError(f"years {self.years} are not 1 to {MOST_YEARS}")
        if self.growth <= -1:
            raise ValueError(f"growth {self.growth} is not above -1")
        if self.outlay < 0 or self.yearly_outlay < 0:
            raise ValueError("an outlay is negative; give what is paid as a positive number")


@dataclass(frozen=True)
class Return:
    """What an initiative returns. Money in the unit of the flows, rates and ratios as fractions.

    Parameters
    ----------
    flows : DataFrame
        year, benefit, cost, net, cumulative, discounted, cumulative_discounted; one row a year, from year 0.
    rate : float
        Discount rate a year.
    benefit, cost, net : float
        Sums over all years, not discounted.
    present_benefit, present_cost, npv : float
        Sums of the discounted flows; npv is their difference.
    irr : float or None
        Where there is exactly one internal rate of return.
    rates : Rates
        All of them, and what is to be said about them.
    payback_years, discounted_payback_years : float or None
        Time from which the cumulative (discounted) flow stays at or above zero; 0 when it is never below, None when
        it is still below at the end.
    benefit_cost : float or None
        benefit / cost; None without cost.
    net_roi : float or None
        (benefit - cost) / cost, which is benefit_cost - 1.
    present_benefit_cost : float or None
        present_benefit / present_cost.
    """

    flows: pd.DataFrame
    rate: float
    benefit: float
    cost: float
    net: float
    present_benefit: float
    present_cost: float
    npv: float
    irr: float | None
    rates: Rates
    payback_years: float | None
    discounted_payback_years: float | None
    benefit_cost: float | None
    net_roi: float | None
    present_benefit_cost: float | None


def initiative_flows(initiative: Initiative) -> pd.DataFrame:
    """Lay out the flows of an initiative.

    Parameters
    ----------
    initiative : Initiative
        Y years.

    Returns
    -------
    DataFrame
        Y + 1 rows: year (0 to Y), benefit, cost. ``benefit_t = benefit x (1 + growth)^(t - 1)``, none in year 0.
    """
    years = np.arange(initiative.years + 1)
    with np.errstate(over="ignore"):  # what is no longer finite is refused where it is judged
        benefit = np.where(years > 0, initiative.benefit * (1 + initiative.growth) ** (years - 1.0), 0.0)
    cost = np.where(years > 0, initiative.yearly_outlay, initiative.outlay)
    return pd.DataFrame({"year": years, "benefit": benefit, "cost": cost})


def evaluate_return(flows: pd.DataFrame, rate: float) -> Return:
    """Judge an initiative by its flows.

    Parameters
    ----------
    flows : DataFrame
        year (0, 1, 2, ... without gaps, ascending), benefit, cost (positive when paid), money.
    rate : float
        Discount rate a year, above -1; 0.1 for 10 %.

    Returns
    -------
    Return
        ``npv = sum of (benefit_t - cost_t) / (1 + rate)^t`` (pyxirr), internal rates of return (`models.irr`),
        payback (`payback`), and the ratios.

    Raises
    ------
    ValueError
        If the years are not 0, 1, 2, ..., a flow is not finite, or the rate is not above -1.

    Notes
    -----
    Source: the founding documents' worked example, SYSTEMS U11. 130 growing by 20 % a year is 130, 156, 187.2. Against
    70 a year the mean benefit of 157.73 gives benefit/cost 2.253 and net ROI 125.3 %; the source cuts the first to
    157/70 = 224 % and calls it the return, which mixes the two up.
    """
    import pyxirr

    if not (math.isfinite(rate) and rate > -1):
        raise ValueError(f"the discount rate {rate} is not above -1")
    if list(flows["year"]) != list(range(len(flows))) or not len(flows):
        raise ValueError("the years must be 0, 1, 2, ... without gaps")
    benefit, cost = (flows[name].to_numpy(dtype=np.float64) for name in ("benefit", "cost"))
    net = benefit - cost
    if not np.isfinite(net).all():
        raise ValueError("every benefit and cost must be a finite number")
    with np.errstate(over="ignore"):
        discount = (1 + rate) ** -np.arange(len(net), dtype=np.float64)
        largest = discount * np.abs(net).max()
    if not np.isfinite(largest).all():
        raise ValueError(f"the discount rate {rate} is too near -1 for {len(net) - 1} years")
    table = flows[["year", "benefit", "cost"]].assign(
        net=net, cumulative=net.cumsum(), discounted=net * discount, cumulative_discounted=(net * discount).cumsum()
    )
    npv = pyxirr.npv(rate, net.tolist(), start_from_zero=True)
    present_benefit, present_cost = float(benefit @ discount), float(cost @ discount)
    rates = internal_rates(net.tolist())
    total_benefit, total_cost = float(benefit.sum()), float(cost.sum())
    return Return(
        flows=table.reset_index(drop=True),
        rate=rate,
        benefit=total_benefit,
        cost=total_cost,
        net=total_benefit - total_cost,
        present_benefit=present_benefit,
        present_cost=present_cost,
        npv=float(npv) if npv is not None else present_benefit - present_cost,
        irr=rates.only,
        rates=rates,
        payback_years=payback(net.tolist()),
        discounted_payback_years=payback((net * discount).tolist()),
        benefit_cost=_ratio(total_benefit, total_cost),
        net_roi=_ratio(total_benefit - total_cost, total_cost),
        present_benefit_cost=_ratio(present_benefit, present_cost),
    )


def payback(net: Sequence[float]) -> float | None:
    """Time until the money is back for good.

    Parameters
    ----------
    net : sequence of float
        Net flows of now (0) and of years 1, 2, ..., discounted or not; a year's flow accrues evenly over the year.

    Returns
    -------
    float or None
        Years after which the cumulative flow is at or above zero and stays there: after a later outlay that takes it
        below again, the second time counts. 0 when it is never below; None when it is below at the end.
    """
    cumulative = np.cumsum(np.asarray(list(net), dtype=np.float64))
    tolerance = 1e-12 * max(1.0, float(np.abs(cumulative).max(initial=0.0)))
    below = np.flatnonzero(cumulative < -tolerance)
    if not len(below):
        return 0.0
    last = int(below[-1])
    if last == len(cumulative) - 1:
        return None
    return last - float(cumulative[last]) / float(cumulative[last + 1] - cumulative[last])


def _ratio(amount: float, base: float) -> float | None:
    return amount / base if base > 0 else None

"""Uncertain effects: scenarios drawn from low, likely, high; a portfolio's value over them; quantiles; a tornado."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.investment.case import Choice, Floats, InvestmentCase
from models.investment.pricing import Flows, deductible, flows, likely_sizes, net_present_values
from models.investment.settings import Risk
from models.sensitivity import QUANTILES

COST_SWING = 0.2
"""Share by which the tornado lowers and raises costs and the discount rate."""
UNSURE = ("low", "assumption")
"""Values of `confidence` that are little of it."""
_AT_A_TIME = 500


def draw_sizes(case: InvestmentCase, count: int, seed: int) -> Floats:
    """Draw effects in full, each on its own from a triangle of low, likely, high (certain where all are equal).

    Returns
    -------
    ndarray, shape (count, E)
        From numpy's PCG64; the same seed gives the same figures.
    """
    generator = np.random.default_rng(seed)
    sizes = np.repeat(likely_sizes(case), count, axis=0)
    for e, effect in enumerate(case.effects):
        if effect.low < effect.high:
            sizes[:, e] = generator.triangular(effect.low, effect.likely, effect.high, count)
    return sizes


def scenario_sizes(case: InvestmentCase) -> Floats:
    """Effects of the scenarios that decide, shape (W, E): the likely ones alone unless risk.measure asks for more."""
    if case.settings.risk.measure == "likely" or case.settings.goal == "least_cost":
        return likely_sizes(case)
    return draw_sizes(case, case.settings.risk.scenarios, case.settings.solve.seed)


def risk_value(values: Floats, risk: Risk) -> float:
    """Value of equally likely outcomes by a measure of risk.

    Parameters
    ----------
    values : (W,) array
        Net present values.
    risk : Risk
        Measure; cvar is the mean of the worst 1 - alpha of the outcomes, the one on the edge counted in part.

    Returns
    -------
    float

    Notes
    -----
    Source of cvar: Rockafellar and Uryasev, "Optimization of conditional value-at-risk", Journal of Risk 2(3), 2000.
    """
    if risk.measure == "worst":
        return float(values.min())
    if risk.measure != "cvar" or len(values) == 1:
        return float(values.mean())
    tail = (1 - risk.alpha) * len(values)
    weights = np.clip(tail - np.arange(len(values)), 0.0, 1.0)
    return float(np.sort(values) @ weights / tail)


def quantiles(case: InvestmentCase, choice: Choice) -> tuple[pd.DataFrame, float]:
    """P10, P50, P90 of a portfolio's net present value when its effects are drawn.

    Returns
    -------
    table : DataFrame
        measure (npv, saving: revenue and worth of CSAT included, all years,
        undiscounted), P10, P50, P90, mean. One sample in ten lies below P10.
    loss_share : float
        Share of the samples with a negative net present value.
    """
    sizes = draw_sizes(case, case.settings.risk.samples, case.settings.solve.seed)
    values: dict[str, list[Floats]] = {"npv": [], "saving": []}
    for first in range(0, len(sizes), _AT_A_TIME):
        money = flows(case, choice, sizes[first : first + _AT_A_TIME])
        values["npv"].append(net_present_values(case, money))
        values["saving"].append(money.earned.sum(axis=1))
    joined = {name: np.concatenate(parts) for name, parts in values.items()}
    rows = [
        {"measure": name, **{p: float(np.quantile(v, q)) for p, q in QUANTILES.items()}, "mean": float(v.mean())}
        for name, v in joined.items()
    ]
    return pd.DataFrame(rows), float((joined["npv"] < 0).mean())


def unsure_share(case: InvestmentCase, choice: Choice) -> float | None:
    """Share of the present benefit (before tax) that is gone without the effects of low confidence or assumed ones.

    None where there is no benefit.
    """
    sure = likely_sizes(case) * np.array([effect.confidence not in UNSURE for effect in case.effects])
    end = (1 + case.settings.discount_rate) ** -np.arange(1.0, case.horizon.years + 1)
    whole, rest = (float(flows(case, choice, sizes).earned[0] @ end) for sizes in (None, sure))
    return 1 - rest / whole if whole > 0 else None


def tornado(case: InvestmentCase, choice: Choice) -> pd.DataFrame:
    """Move one figure at a time from its low to its high end, and see what becomes of the net present value.

    Returns
    -------
    DataFrame
        figure (an effect of an initiative, the outlays of all, the discount rate), confidence (as effects.csv says),
        low, high (its two values; those of outlays are shares of what is expected), npv_low, npv_high, span; the
        largest span first.
    """
    likely = likely_sizes(case)
    chosen = {start.option for start in choice.starts}
    rows = []
    for e, effect in enumerate(case.effects):
        if effect.option in chosen and effect.low < effect.high:
            ends = np.repeat(likely, 2, axis=0)
            ends[:, e] = effect.low, effect.high
            at = net_present_values(case, flows(case, choice, ends))
            name = f"{case.options[effect.option].label}: {effect.on}"
            rows.append((name, effect.confidence, effect.low, effect.high, *at))
    factors = (1 - COST_SWING, 1 + COST_SWING)
    money = flows(case, choice)
    if money.one_off.any() or money.running.any():
        at = np.concatenate([net_present_values(case, _dearer(case, money, factor)) for factor in factors])
        rows.append(("outlay of all", "", *factors, *at))
    if case.settings.discount_rate:
        rates = [case.settings.discount_rate * factor for factor in factors]
        at = np.concatenate([net_present_values(_with_rate(case, rate), money) for rate in rates])
        rows.append(("discount rate", "", *rates, *at))
    table = pd.DataFrame(rows, columns=["figure", "confidence", "low", "high", "npv_low", "npv_high"])
    table["span"] = (table["npv_high"] - table["npv_low"]).abs()
    return table.sort_values("span", ascending=False, kind="stable", ignore_index=True)


def _dearer(case: InvestmentCase, money: Flows, factor: float) -> Flows:
    """Flows with every outlay multiplied, and the tax that follows."""
    more = factor - 1
    tax = money.tax - case.settings.tax.rate * more * (money.running + deductible(case, money.one_off))
    return replace(money, one_off=money.one_off * factor, running=money.running * factor, tax=tax)


def _with_rate(case: InvestmentCase, rate: float) -> InvestmentCase:
    return replace(case, settings=case.settings.model_copy(update={"discount_rate": rate}))

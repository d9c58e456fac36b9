"""What starts and amounts are worth by themselves: all of the net present value that is no product of effects."""

from __future__ import annotations

import numpy as np

from models.investment.case import Floats, InvestmentCase
from models.investment.pricing import deductible
from optimizer.invest.rows import sums
from optimizer.invest.starts import Decisions, Terms


def discounts(case: InvestmentCase) -> tuple[Floats, Floats]:
    """Discount factors of the start and of the end of each year, each (Y,)."""
    factors = (1 + case.settings.discount_rate) ** -np.arange(case.horizon.years + 1.0)
    return factors[:-1], factors[1:]


def outlay_terms(made: Decisions, *, taxed: bool) -> Terms:
    """Present value of the outlays of each decision, less the tax that they save when `taxed`."""
    case = made.case
    begin, end = discounts(case)
    years, per_year = case.horizon.years, case.horizon.periods_per_year
    rate = case.settings.tax.rate if taxed else 0.0
    terms: Terms = {}
    for n, (o, s) in enumerate(zip(made.option.tolist(), made.period.tolist(), strict=True)):
        option = case.options[o]
        paid = sums(option.paid(s, case.horizon.periods), years)
        runs = sums(option.running(s, case.horizon.periods) / per_year, years)
        saved_tax = rate * (deductible(case, paid) + runs) @ end
        terms[int(made.column[n])] = float(paid @ begin + runs @ end - saved_tax)
    for place in range(len(case.spends)):
        for y in range(years):
            terms[int(made.amount[place, y])] = float((1 - rate) * end[y])
    return terms


def added_terms(made: Decisions, sizes: Floats, weight: Floats) -> Terms:
    """Money that effects on revenue, cost and CSAT bring, weighted by period.

    Parameters
    ----------
    made : Decisions
    sizes : (E,) effects in full
    weight : (T,) what a unit of money of the period counts

    Returns
    -------
    dict of int to float
        Column to worth; what overlaps take is negative.
    """
    case = made.case
    terms: Terms = {}
    per_year = case.horizon.periods_per_year
    for e, effect in enumerate(case.effects):
        if effect.on == "csat":
            unit = (
                case.settings.csat.value_per_point * 100 * float(case.csat_weight[list(effect.work)].sum()) / per_year
            )
        elif effect.on in ("revenue", "cost"):
            unit = (1.0 if effect.on == "revenue" else -1.0) / per_year
        else:
            continue
        if unit:
            for column, value in effect_terms(made, e, unit * float(sizes[e]) * shares(case, e), weight).items():
                terms[column] = terms.get(column, 0.0) + value
    return terms


def shares(case: InvestmentCase, effect: int) -> Floats:
    """Share of an effect by periods since its start, shape (T,)."""
    return case.options[case.effects[effect].option].effect_share(0, case.horizon.periods)


def effect_terms(made: Decisions, effect: int, by_age: Floats, weight: Floats) -> Terms:
    """Weighted sum over periods of an effect that is ``by_age[periods since the start]``, with what overlaps take."""
    case = made.case
    terms: Terms = {}
    periods = case.horizon.periods
    for n in np.flatnonzero(made.option == case.effects[effect].option).tolist():
        s = int(made.period[n])
        if worth := float(by_age[: periods - s] @ weight[s:]):
            terms[int(made.column[n])] = worth
    owner = case.initiative_of[case.effects[effect].option]
    mine = set(terms)
    for (place, n, t), column in made.both.items():
        if case.relations.overlaps[place][1] == owner and int(made.column[n]) in mine and weight[t]:
            lost = case.relations.overlaps[place][2] * float(by_age[t - int(made.period[n])] * weight[t])
            terms[column] = terms.get(column, 0.0) - lost
    return terms

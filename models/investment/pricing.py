"""What a choice costs and brings, by plain arithmetic: products of effects, no logarithms, no solver.

This is the calculator against which the optimiser is held. It knows nothing of the formulation; both share only the
records. Sizes: N draws of the effects (1 for the likely ones), E effects, R rows of work, T periods, Y years, S spends.

Contacts that come back because they were not settled: of the contacts of a row the share rho returns, so that an issue
makes 1 / (1 - rho) contacts; a gain g on fcr leaves rho x (1 - g).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.investment.case import SECONDS_PER_HOUR, Choice, Floats, InvestmentCase
from models.investment.tables import GAINS
from models.returns import Return, evaluate_return


@dataclass(frozen=True, eq=False)
class Service:
    """The service with a choice in place, for N draws.

    Parameters
    ----------
    contacts, hours, paid_hours : (N, R, T) arrays
        Contacts, and handling and paid hours of people.
    people_cost, channel_cost : (N, R, T) arrays
        Money: paid hours of people; prices per contact.
    standing_cost : float
        Money of a period: people who are there whatever the work is.
    attrition_per_year, leaver_cost : (N, T) arrays
        Leavers a year over headcount; money of replacing and training them.
    heads : (N, T) array
        Full-time people that the hours need, those who are there anyway included.
    csat_change, revenue, cost_change : (N, T) arrays
        Points of CSAT as a fraction, never above what is missing to 1 today; money of the period.
    """

    contacts: Floats
    hours: Floats
    paid_hours: Floats
    people_cost: Floats
    channel_cost: Floats
    standing_cost: float
    attrition_per_year: Floats
    leaver_cost: Floats
    heads: Floats
    csat_change: Floats
    revenue: Floats
    cost_change: Floats

    @property
    def cost(self) -> Floats:
        """Cost of service in each period, shape (N, T): people, prices, leavers, changes in money."""
        staffed: Floats = (self.people_cost + self.channel_cost).sum(axis=1)
        return staffed + self.standing_cost + self.leaver_cost + self.cost_change


def likely_sizes(case: InvestmentCase) -> Floats:
    """Every effect as likely, shape (1, E)."""
    return np.array([[effect.likely for effect in case.effects]]).reshape(1, len(case.effects))


def effect_in_time(case: InvestmentCase, choice: Choice) -> tuple[Floats, Floats]:
    """How much of each effect is there.

    Returns
    -------
    share : (E, T) array
        Share of the effect by ramp; 0 where its option is not chosen.
    kept : (E, T) array
        What overlaps leave of it: 1 without overlap, 1 less the shares of all that work beside it.
    """
    periods = case.horizon.periods
    start = {s.option: s.period for s in choice.starts}
    working = np.zeros((len(case.initiatives), periods), dtype=bool)
    for option, period in start.items():
        working[case.initiative_of[option]] |= case.options[option].runs(period, periods)
    share = np.zeros((len(case.effects), periods))
    kept = np.ones_like(share)
    for e, effect in enumerate(case.effects):
        if effect.option in start:
            share[e] = case.options[effect.option].effect_share(start[effect.option], periods)
            for a, b, lost in case.relations.overlaps:
                if case.initiative_of[effect.option] == b:
                    kept[e] -= lost * working[a]
    return share, kept


def serve(case: InvestmentCase, choice: Choice, sizes: Floats | None = None) -> Service:
    """Apply a choice to today's work.

    Parameters
    ----------
    case : InvestmentCase
    choice : Choice
    sizes : (N, E) array, optional
        Effects in full; the likely ones when left out.

    Returns
    -------
    Service
        Factors multiply: what an effect leaves of a figure is (1 + change x share by ramp) or, of what is missing to
        100 %, (1 - gain x share), each to the power of what overlaps keep of it. Money and points add up.
    """
    sizes = likely_sizes(case) if sizes is None else sizes
    shape = (len(sizes), len(case.work.names), case.horizon.periods)
    share, kept = effect_in_time(case, choice)
    factors = {name: np.ones(shape) for name in ("handle_time", "contacts", "containment", "fcr")}
    attrition = np.ones((shape[0], shape[2]))
    adds = {name: np.zeros((shape[0], shape[2])) for name in ("csat", "revenue", "cost")}
    for e in np.flatnonzero(share.any(axis=1)):
        effect, size = case.effects[e], sizes[:, e, None]
        if effect.on == "adoption":  # acts where the mix is decided too; today's mix stays as it is
            continue
        if effect.on in adds:
            weight = case.csat_weight[list(effect.work)].sum() if effect.on == "csat" else 1.0
            unit = 1.0 if effect.on == "csat" else 1.0 / case.horizon.periods_per_year
            adds[effect.on] += size * share[e] * kept[e] * weight * unit
            continue
        left = (1 + (-size if effect.on in GAINS else size) * share[e]) ** kept[e]
        if effect.on == "attrition":
            attrition *= left
        else:
            factors[effect.on][:, list(effect.work)] *= left[:, None]
    for spend, amounts in zip(case.spends, choice.spends, strict=True):
        by_year = np.array([np.exp(spend.log_factor(amount)) for amount in amounts])
        left = np.repeat(by_year, case.horizon.periods_per_year)
        if spend.on == "attrition":
            attrition *= left
        else:
            factors[spend.on][:, list(spend.work)] *= left
    return _priced(case, factors, attrition, adds)


def _priced(case: InvestmentCase, factors: dict[str, Floats], attrition: Floats, adds: dict[str, Floats]) -> Service:
    work, people = case.work, case.settings.people
    repeats = work.repeats[:, None]
    contacts = work.contacts * factors["contacts"] * ((1 - repeats) / (1 - repeats * factors["fcr"]))
    escaped = (1 - work.contained)[:, None] * factors["containment"]
    hours = contacts * escaped * (work.aht_s[:, None] / SECONDS_PER_HOUR) * factors["handle_time"]
    paid = hours / work.busy_share[:, None]
    standing = people.standing_hours_per_year / case.horizon.periods_per_year
    heads = (paid.sum(axis=1) + standing) / (people.hours_per_head_per_year / case.horizon.periods_per_year)
    ratio = people.attrition_per_year * attrition
    missing = 1.0 - (case.settings.csat.today or 0.0)  # likely effects never exceed it (`checks`); drawn ones may
    return Service(
        contacts=contacts,
        hours=hours,
        paid_hours=paid,
        people_cost=paid * work.cost_per_hour[:, None],
        channel_cost=contacts * work.unit_price[:, None],
        standing_cost=standing * people.cost_per_hour,
        attrition_per_year=ratio,
        leaver_cost=heads * ratio / case.horizon.periods_per_year * people.cost_per_leaver,
        heads=heads,
        csat_change=np.minimum(adds["csat"], missing),
        revenue=adds["revenue"],
        cost_change=adds["cost"],
    )


def by_year(case: InvestmentCase, values: Floats) -> Floats:
    """Sums over the periods of each year, shape (..., T) to (..., Y)."""
    return np.asarray(values.reshape(*values.shape[:-1], case.horizon.years, -1).sum(axis=-1))


def outlays(case: InvestmentCase, choice: Choice) -> tuple[Floats, Floats]:
    """Return one-off costs and running costs (spends included) in each period, both of shape (T,)."""
    periods, per_year = case.horizon.periods, case.horizon.periods_per_year
    one_off = np.zeros(periods)
    running = np.repeat(choice.spends.sum(axis=0), per_year) / per_year
    for start in choice.starts:
        option = case.options[start.option]
        one_off += option.paid(start.period, periods)
        running = running + option.running(start.period, periods) / per_year
    return one_off, running


def deductible(case: InvestmentCase, one_off_by_year: Floats) -> Floats:
    """One-off costs as tax deducts them, shape (Y,): at once, or in equal parts from their own year on."""
    years = case.settings.tax.depreciation_years
    if years is None:
        return one_off_by_year
    parts = np.zeros_like(one_off_by_year)
    for place, amount in enumerate(one_off_by_year):
        parts[place : place + years] += amount / years
    return parts


@dataclass(frozen=True, eq=False)
class Flows:
    """Money by year for N draws, each of shape (N, Y) or (Y,).

    Parameters
    ----------
    saving : service cost without the choice less with it
    revenue : further revenue
    satisfaction : what further points of CSAT are taken to be worth (csat.value_per_point); no cash
    tax : tax paid on it (below 0: less tax)
    one_off, running : (Y,) outlays; one-off costs are those of the year
    """

    saving: Floats
    revenue: Floats
    satisfaction: Floats
    tax: Floats
    one_off: Floats
    running: Floats

    @property
    def earned(self) -> Floats:
        """Saving, revenue and worth of CSAT, before tax and outlays."""
        return self.saving + self.revenue + self.satisfaction


def flows(case: InvestmentCase, choice: Choice, sizes: Floats | None = None) -> Flows:
    """Lay out the money of a choice by year against today's service going on as it is."""
    today, then = serve(case, Choice.none(case)), serve(case, choice, sizes)
    saving = by_year(case, today.cost - then.cost)
    csat_value = case.settings.csat.value_per_point * 100 / case.horizon.periods_per_year
    revenue, satisfaction = by_year(case, then.revenue), by_year(case, csat_value * then.csat_change)
    one_off, running = (by_year(case, part) for part in outlays(case, choice))
    taxed = saving + revenue + satisfaction - running - deductible(case, one_off)
    return Flows(saving, revenue, satisfaction, case.settings.tax.rate * taxed, one_off, running)


def net_present_values(case: InvestmentCase, money: Flows) -> Floats:
    """Net present value of each draw, shape (N,).

    One-off costs of a year are discounted from its start, everything else from its end: the later of both moments for
    what is earned, the earlier for what is paid, so that timing inside a year never flatters.
    """
    years = case.horizon.years
    discount = (1 + case.settings.discount_rate) ** -np.arange(years + 1.0)
    earned = money.earned - money.tax - money.running
    return np.asarray(earned @ discount[1:] - money.one_off @ discount[:-1])


def cash_flow(case: InvestmentCase, choice: Choice) -> pd.DataFrame:
    """Cash flow of a choice by year (`cash_table`)."""
    return cash_table(case, flows(case, choice))


def cash_table(case: InvestmentCase, money: Flows) -> pd.DataFrame:
    """Flows by year, as `models.returns.evaluate_return` and `servopt calc roi` read it.

    Returns
    -------
    DataFrame
        year (0 is the start of the horizon, y the end of its y-th year), date (the first day of the horizon, then the
        last of each year), saving, revenue, satisfaction_value (assumed worth of CSAT), tax, benefit (the three
        less tax), one_off_cost (of the year that then begins), running_cost, cost (both), net. Money.
    """
    years = case.horizon.years
    parts = {
        "saving": money.saving, "revenue": money.revenue, "satisfaction": money.satisfaction, "tax": money.tax,
        "running": money.running,
    }  # fmt: skip
    late = {name: np.concatenate([[0.0], values.reshape(-1, years)[0]]) for name, values in parts.items()}
    one_off = np.concatenate([money.one_off, [0.0]])
    benefit = late["saving"] + late["revenue"] + late["satisfaction"] - late["tax"]
    cost = one_off + late["running"]
    return pd.DataFrame(
        {
            "year": np.arange(years + 1),
            "date": [f"{case.horizon.first_year}-01-01", *(f"{year}-12-31" for year in case.horizon.calendar_years)],
            "saving": late["saving"],
            "revenue": late["revenue"],
            "satisfaction_value": late["satisfaction"],
            "tax": late["tax"] + 0.0,  # no -0.0
            "benefit": benefit,
            "one_off_cost": one_off,
            "running_cost": late["running"],
            "cost": cost,
            "net": benefit - cost,
        }
    )


def returns_of(case: InvestmentCase, choice: Choice) -> Return:
    """NPV, internal rates, payback, benefit over cost and net ROI of a choice (`models.returns`)."""
    return evaluate_return(cash_flow(case, choice), case.settings.discount_rate)

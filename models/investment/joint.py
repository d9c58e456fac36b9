"""Initiatives and channel mix decided together: the answer, priced by the calculators of both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from models.investment.case import Choice, Floats, InvestmentCase, Work
from models.investment.people_cost import DAYS_PER_YEAR
from models.investment.pricing import Flows, by_year, cash_table, flows, net_present_values
from models.investment.with_mix import mix_at
from models.mix.case import MixCase
from models.mix.cost import price_flow
from models.mix.priced import PricedMix, price_mix
from models.mix.today import today_flow
from models.plan import StageResult
from models.returns import Return, evaluate_return

_OF_THE_WHOLE = ("revenue", "cost")


@dataclass(frozen=True, eq=False)
class MixState:
    """The mix while some effects are there.

    Parameters
    ----------
    case : MixCase
        With the effects (`models.investment.with_mix.mix_at`).
    flow : (L, C, T) array
        What was decided for it.
    """

    case: MixCase
    flow: Floats

    @cached_property
    def cost_per_year(self) -> float:
        """Cost of a year of 365 days, money, by the calculator of the mix."""
        return price_flow(self.case, self.flow).total * DAYS_PER_YEAR / float(self.case.days.sum())

    @cached_property
    def priced(self) -> PricedMix:
        """Its tables."""
        return price_mix(self.case, self.flow)


def today_state(case: InvestmentCase, mix: MixCase) -> MixState:
    """Today's mix going on, people's leaving included in what they cost.

    Raises
    ------
    ValueError
        If the mix has no today.csv.
    """
    flow = today_flow(mix)
    if flow is None:
        raise ValueError("today's mix is not known: today.csv is missing")
    none = np.zeros(len(case.effects))
    return MixState(mix_at(case, mix, none, none + 1.0), flow)


def money_of(case: InvestmentCase, choice: Choice, today: float, costs: Floats) -> Flows:
    """Lay out the money of a choice whose service costs are given.

    Parameters
    ----------
    case : InvestmentCase
    choice : Choice
    today : float
        Cost of service a year, as it goes on.
    costs : (T,) array
        Cost of service a year at the state of each period.

    Returns
    -------
    Flows
        Saving: the mixes' and the effects on cost; revenue: the effects on revenue. Contacts do not grow.
    """
    money = flows(_without_work(case), choice)
    saved = by_year(case, (today - costs) / case.horizon.periods_per_year)
    tax = money.tax + case.settings.tax.rate * saved
    return replace(money, saving=money.saving + saved, tax=tax)


def _without_work(case: InvestmentCase) -> InvestmentCase:
    """Return the case with its effects on money alone."""
    kept = tuple(effect for effect in case.effects if effect.on in _OF_THE_WHOLE)
    empty = np.zeros(0)
    work = Work((), np.zeros((0, case.horizon.periods)), empty, empty, empty, empty, empty, empty)
    return replace(case, effects=kept, work=work)


@dataclass(frozen=True, eq=False)
class JointPortfolio:
    """Initiatives and the mixes that go with them.

    Parameters
    ----------
    case : InvestmentCase
    choice : Choice
    result : StageResult
        Objective and bound are net present values against today's mix going on.
    today : MixState
    states : tuple of MixState
        Distinct ones, in the order in which they come.
    state_of : tuple of int, length T
        State of each period.
    comparison : DataFrame
        plan (today's mix with the initiatives that are best for it, the best mix alone, the former's initiatives with
        the best mix for them, both together), npv.
    notes : tuple of str
    """

    case: InvestmentCase
    choice: Choice
    result: StageResult
    today: MixState
    states: tuple[MixState, ...]
    state_of: tuple[int, ...]
    comparison: pd.DataFrame
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def service_costs(self) -> Floats:
        """Cost of service a year at the state of each period, shape (T,)."""
        return np.array([self.states[place].cost_per_year for place in self.state_of])

    @cached_property
    def cash_flow(self) -> pd.DataFrame:
        """Cash flow by year, as `servopt calc roi` reads it."""
        return cash_table(self.case, money_of(self.case, self.choice, self.today.cost_per_year, self.service_costs))

    @cached_property
    def returns(self) -> Return:
        """NPV, internal rates, payback, benefit over cost, net ROI."""
        return evaluate_return(self.cash_flow, self.case.settings.discount_rate)

    @property
    def mix_table(self) -> pd.DataFrame:
        """The mix by state: period (from which it holds), contact_type, channel, contacts and cost a year, share."""
        frames = []
        for place, state in enumerate(self.states):
            table = state.priced.cost_by("contact_type", "channel")
            scale = DAYS_PER_YEAR / float(state.case.days.sum())
            table[["contacts", "cost"]] *= scale
            table["share"] = table["contacts"] / table.groupby("contact_type")["contacts"].transform("sum")
            first = self.case.horizon.period_name(self.state_of.index(place))
            frames.append(table.assign(period=first))
        columns = ["period", "contact_type", "channel", "contacts", "share", "cost"]
        return pd.concat(frames, ignore_index=True)[columns]


def joint_value(case: InvestmentCase, choice: Choice, today: float, costs: Floats) -> float:
    """Net present value of a choice whose service costs are given (`money_of`)."""
    return float(net_present_values(case, money_of(case, choice, today, costs))[0])

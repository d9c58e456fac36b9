"""The answer: which initiatives, when, what they return, what each adds, and what the next unit of money is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from models.investment.case import Choice, InvestmentCase
from models.investment.headcount import cash_and_capacity, headcount
from models.investment.pricing import cash_flow, outlays, returns_of, serve
from models.investment.risk import quantiles, tornado, unsure_share
from models.plan import StageResult
from models.returns import Return

DECISION_COLUMNS = (
    "initiative", "level", "decision", "start", "works_from", "one_off_cost", "running_cost_per_year", "adds_npv",
    "adds_npv_is", "instead_of", "reason",
)  # fmt: skip
BUDGET_COLUMNS = (
    "calendar_year", "budget", "carried_in", "spent", "left", "paid_out", "step", "worth_of_step", "worth_per_unit",
    "worth_is", "step_changes",
)  # fmt: skip
CAPACITY_COLUMNS = ("period", "people_used", "people", "being_built", "at_most_at_once")
EXACT, AT_MOST, AT_LEAST, ABOUT = "exact", "at most", "at least", "about"
"""How a figure that was solved again stands to the true one: a search that time ended gives one side of it; `about`
when time ended that of the portfolio itself."""


@dataclass(frozen=True)
class Rejected:
    """The best initiative that was not chosen.

    Parameters
    ----------
    initiative : str
    loss : float
        What the net present value loses when it must be chosen (re-solved).
    one_off_cost : float
        Its cost as given.
    price : float or None
        One-off cost at or below which it would be chosen (re-solved); 0 is the least that is looked for.
    for_nothing : bool
        Whether it would be chosen for nothing; without a price and with this, time ended the search.
    exact : bool
        False where time ended the search: at the price it is chosen, and it may be at a higher one, too.
    """

    initiative: str
    loss: float
    one_off_cost: float
    price: float | None
    for_nothing: bool = True
    exact: bool = True


@dataclass(frozen=True)
class Capacity:
    """What one more person of change capacity is worth.

    Parameters
    ----------
    worth : float
        What the objective gains, solved again with one person more.
    worth_is : str
        How sure that is (`EXACT` and others).
    changes : str
        What would be chosen, done without, or started at another time.
    """

    worth: float
    worth_is: str
    changes: str


@dataclass(frozen=True, eq=False)
class Portfolio:
    """What was decided, with its proof. Every figure that is no decision is computed from `choice` by `models`.

    Parameters
    ----------
    case : InvestmentCase
    choice : Choice
    result : StageResult
        Objective and bound are net present values (by the measure of risk), or outlays for least_cost.
    decisions : DataFrame
        `DECISION_COLUMNS`, an initiative or spend a row, those chosen first: `adds_npv` is the objective with it less
        that without it, the other one solved again (below 0 where it was rejected), `adds_npv_is` how sure it is
        (`EXACT` and others); `instead_of` what would then be chosen in its place, or be given up for it. As the rest is
        chosen anew, what they add does not come to the whole.
    budget : DataFrame
        `BUDGET_COLUMNS`: paid_out is all that is paid in the year, one-off and running; worth_of_step is what the
        objective gains when the year has one step more, solved again, and worth_is how sure that is; step_changes what
        would be chosen, done without, or started at another time.
    rejected : Rejected or None
    capacity_step : Capacity or None
    conflicts, relaxation : tuple of str
        When no portfolio keeps every rule: which exclude each other, and the cheapest way out.
    notes : tuple of str
    """

    case: InvestmentCase
    choice: Choice
    result: StageResult
    decisions: pd.DataFrame
    budget: pd.DataFrame
    rejected: Rejected | None = None
    capacity_step: Capacity | None = None
    conflicts: tuple[str, ...] = ()
    relaxation: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def cash_flow(self) -> pd.DataFrame:
        """Cash flow by year (`models.investment.pricing.cash_flow`)."""
        return cash_flow(self.case, self.choice)

    @cached_property
    def returns(self) -> Return:
        """NPV, internal rates, payback, benefit over cost, net ROI, with every effect as likely."""
        return returns_of(self.case, self.choice)

    @cached_property
    def headcount(self) -> pd.DataFrame:
        """People by period (`models.investment.headcount`)."""
        return headcount(self.case, self.choice)

    @cached_property
    def savings(self) -> pd.DataFrame:
        """Savings by year: where they come from, and cash and freed capacity apart."""
        return cash_and_capacity(self.case, self.choice, self.headcount)

    @cached_property
    def npv_cashable(self) -> float:
        """Net present value when freed capacity and further satisfaction are worth nothing."""
        return self.returns.npv - self.present_capacity - self.present_satisfaction

    @cached_property
    def present_capacity(self) -> float:
        """Present value after tax of capacity that is freed on the payroll."""
        return self._present("capacity")

    @cached_property
    def present_satisfaction(self) -> float:
        """Present value after tax of what further satisfaction is taken to be worth."""
        return self._present("satisfaction_value")

    def _present(self, column: str) -> float:
        end = (1 + self.case.settings.discount_rate) ** -np.arange(1.0, self.case.horizon.years + 1)
        return float(self.savings[column].to_numpy() @ end) * (1 - self.case.settings.tax.rate)

    @cached_property
    def capacity(self) -> pd.DataFrame:
        """People of change capacity by period (`capacity_table`)."""
        return capacity_table(self.case, self.choice)

    @cached_property
    def unsure_share(self) -> float | None:
        """Share of the benefit that rests on effects of little confidence (`models.investment.risk`)."""
        return unsure_share(self.case, self.choice)

    @cached_property
    def quantiles(self) -> tuple[pd.DataFrame, float]:
        """P10, P50, P90 of the net present value, and the share of samples with a loss."""
        return quantiles(self.case, self.choice)

    @cached_property
    def tornado(self) -> pd.DataFrame:
        """What each uncertain figure does to the net present value."""
        return tornado(self.case, self.choice)

    @cached_property
    def service(self) -> pd.DataFrame:
        """Work by period, contact type and channel, today and with the choice.

        Returns
        -------
        DataFrame
            period, contact_type, channel, contacts_today, contacts, hours_today, hours (of handling),
            paid_hours_today, paid_hours, people_cost_today, people_cost, prices_today, prices (people who are there
            whatever the work is are in none of them; leavers and changes in money stand in savings.csv).
        """
        today, then = serve(self.case, Choice.none(self.case)), serve(self.case, self.choice)
        periods = [self.case.horizon.period_name(t) for t in range(self.case.horizon.periods)]
        rows = len(self.case.work.names)
        return pd.DataFrame(
            {
                "period": np.tile(periods, rows),
                "contact_type": np.repeat([name for name, _ in self.case.work.names], len(periods)),
                "channel": np.repeat([name for _, name in self.case.work.names], len(periods)),
                "contacts_today": today.contacts[0].ravel(),
                "contacts": then.contacts[0].ravel(),
                "hours_today": today.hours[0].ravel(),
                "hours": then.hours[0].ravel(),
                "paid_hours_today": today.paid_hours[0].ravel(),
                "paid_hours": then.paid_hours[0].ravel(),
                "people_cost_today": today.people_cost[0].ravel(),
                "people_cost": then.people_cost[0].ravel(),
                "prices_today": today.channel_cost[0].ravel(),
                "prices": then.channel_cost[0].ravel(),
            }
        )

    @property
    def outlay(self) -> float:
        """One-off and running costs of all years, not discounted."""
        return float(sum(part.sum() for part in outlays(self.case, self.choice)))


def capacity_table(case: InvestmentCase, choice: Choice) -> pd.DataFrame:
    """People of change capacity by period, used and there at most (`CAPACITY_COLUMNS`); blank without a limit."""
    settings, periods = case.settings, case.horizon.periods
    used, built = np.zeros(periods), np.zeros(periods, dtype=int)
    for start in choice.starts:
        busy = case.options[start.option].is_built(start.period, periods)
        used += busy * case.options[start.option].capacity
        built += busy
    names = [case.horizon.period_name(t) for t in range(periods)]
    limits = (settings.change_capacity, settings.at_most_at_once)
    most, at_once = (np.full(periods, np.nan if limit is None else limit) for limit in limits)
    return pd.DataFrame(dict(zip(CAPACITY_COLUMNS, (names, used, most, built, at_once), strict=True)))

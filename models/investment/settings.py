"""invest.yaml: every setting of an investment case, declared once with meaning, unit, range and default."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_validator, model_validator

from models.settings_base import Name, Section, field

_MISSING: Any = ...
PERIOD_NAMES = {1: "{year}", 4: "{year}-Q{part}", 12: "{year}-{part:02d}"}


class Horizon(Section):
    """The years that count."""

    first_year: int = field(_MISSING, "first calendar year", ge=1900, le=2199)
    years: int = field(_MISSING, "number of years", unit="years", ge=1, le=30)
    periods_per_year: Literal[1, 4, 12] = field(4, "1: initiatives start with a year, 4: a quarter, 12: a month")

    @property
    def periods(self) -> int:
        """Number of periods."""
        return self.years * self.periods_per_year

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """Every year, ascending."""
        return tuple(range(self.first_year, self.first_year + self.years))

    def year_of(self, period: int) -> int:
        """Place of a period's year, 0 for the first."""
        return period // self.periods_per_year

    def period_name(self, period: int) -> str:
        """Name of a period: 2026, 2026-Q1 or 2026-01."""
        year, part = divmod(period, self.periods_per_year)
        return PERIOD_NAMES[self.periods_per_year].format(year=self.first_year + year, part=part + 1)


class People(Section):
    """What work and the people who do it cost; a row of work.csv may name another cost of an hour."""

    cost_per_hour: float = field(
        30.0, "cost of a paid hour, everything in; with a channel mix on schedules, paid hours and headcount are its "
        "people's cost divided by this", unit="currency/h", ge=0, le=1e6,
    )  # fmt: skip
    busy_share: float = field(
        0.8, "share of the paid hours that is handling time; a row of work.csv may have another", unit="share", gt=0,
        le=1,
    )  # fmt: skip
    hours_per_head_per_year: float = field(1800.0, "paid hours of a full-time agent", unit="h/year", gt=0, le=8784)
    standing_hours_per_year: float = field(
        0.0, "paid hours that are there whatever the work is (opening hours, least teams); with a channel mix on "
        "schedules they follow from its cost tables", unit="h/year", ge=0, le=1e9,
    )  # fmt: skip
    attrition_per_year: float = field(
        0.0, "leavers a year over mean headcount today, all replaced", unit="share", ge=0, le=10
    )
    replacement_cost: float = field(0.0, "recruiting and training one successor", unit="currency", ge=0, le=1e9)
    ramp_months: float = field(0.0, "time until a successor works like the others", unit="months", ge=0, le=120)
    ramp_output: float = field(0.5, "mean output in that time, of an experienced agent's", unit="share", ge=0, le=1)

    @property
    def cost_per_leaver(self) -> float:
        """Replacement, and pay without output while the successor learns (as `models.attrition`)."""
        idle_years = self.ramp_months / 12 * (1 - self.ramp_output)
        return self.replacement_cost + idle_years * self.hours_per_head_per_year * self.cost_per_hour


class Tax(Section):
    """Tax on what is earned; without it flows are before tax."""

    rate: float = field(0.0, "tax on savings and revenue less what may be deducted", unit="share", ge=0, lt=1)
    depreciation_years: int | None = field(
        None, "one-off costs are deducted in equal parts over so many years, from their own; null: at once",
        unit="years", ge=1, le=50,
    )  # fmt: skip


class Csat(Section):
    """Customer satisfaction, in shares of 1."""

    today: float | None = field(
        None, "CSAT today, mean of all contacts; left out beside a channel mix: that of its mix of today",
        unit="share", ge=0, le=1,
    )  # fmt: skip
    floor: float | None = field(None, "CSAT that holds in every period", unit="share", ge=0, le=1)
    value_per_point: float = field(
        0.0,
        "assumed worth of one point (0.01) more, shown apart from cash; 0 when CSAT is only shown",
        unit="currency/year",
        ge=0,
        le=1e12,
    )


class Risk(Section):
    """Which value of the uncertain effects decides."""

    measure: Literal["likely", "expected", "cvar", "worst"] = field(
        "likely",
        "likely: every effect as likely; or over scenarios: their mean, the mean of the worst ones (cvar), the worst",
    )
    alpha: float = field(0.9, "cvar: mean over the worst 1 - alpha of the scenarios", unit="share", ge=0, lt=1)
    scenarios: int = field(20, "scenarios that are drawn from low, likely, high", ge=1, le=1000)
    samples: int = field(5000, "samples for P10, P50, P90 of the portfolio", ge=1, le=200_000)


class InvestSolve(Section):
    """Limits of the search."""

    seed: int = field(1, "seed of everything that is drawn", ge=0, le=2**31 - 1)
    time_limit_s: float = field(60.0, "time for the portfolio; what is solved again for the answer comes on top",
                                unit="s", gt=0, le=86400)  # fmt: skip
    gap: float = field(1e-6, "stop when proved this close to the best", unit="share", ge=0, lt=1)


class InvestSettings(Section):
    """What invest.yaml holds."""

    name: Name = field("investment", "name of the case")
    currency: str = field("EUR", "currency of all amounts", pattern=r"^[A-Z]{3}$")
    horizon: Horizon = field(_MISSING, "years and periods")
    discount_rate: float = field(0.08, "discount rate a year", unit="share", gt=-0.5, le=10)
    budgets: dict[int, float] = field(
        dict, "money for one-off costs by calendar year; once any year has one, a year without has 0",
        unit="currency/year",
    )  # fmt: skip
    budget_covers: Literal["one_off", "all"] = field(
        "one_off", "what the budgets pay: one-off costs, or all (running costs and spends too, in years with a budget)"
    )
    carry_over: bool = field(True, "whether what a year leaves may be spent in later years")
    budget_step: float = field(10_000.0, "step of budget whose worth is looked for", unit="currency", gt=0, le=1e12)
    change_capacity: float | None = field(
        None, "people who can do the work of change, in each period; null: no limit", unit="people", ge=0, le=1e6
    )
    at_most_at_once: int | None = field(None, "most initiatives that are being built in a period", ge=0, le=10_000)
    goal: Literal["npv", "least_cost"] = field(
        "npv", "npv: most net present value; least_cost: least outlay that reaches target_saving_per_year"
    )
    target_saving_per_year: float | None = field(
        None, "least_cost: saving, revenue and worth of CSAT of the last year", unit="currency/year", ge=0, le=1e13
    )
    people: People = field(People, "people and their cost")
    tax: Tax = field(Tax, "tax")
    csat: Csat = field(Csat, "customer satisfaction")
    risk: Risk = field(Risk, "uncertain effects")
    solve: InvestSolve = field(InvestSolve, "limits of the search")

    @field_validator("budgets")
    @classmethod
    def _amounts(cls, budgets: dict[int, float]) -> dict[int, float]:
        for year, amount in budgets.items():
            if not 0 <= amount <= 1e13:
                raise ValueError(f"{year}: {amount:g} must lie between 0 and 1e13")
        return dict(sorted(budgets.items()))

    @model_validator(mode="after")
    def _fits(self) -> InvestSettings:
        outside = [year for year in self.budgets if year not in self.horizon.calendar_years]
        if outside:
            years = self.horizon.calendar_years
            raise ValueError(f"the budget of {outside[0]} lies outside the horizon {years[0]} to {years[-1]}")
        if self.goal == "least_cost" and self.target_saving_per_year is None:
            raise ValueError("goal: least_cost needs target_saving_per_year")
        return self

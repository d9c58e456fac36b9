"""mix.yaml: every setting of a channel mix, declared once with meaning, unit, range and default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, field_validator, model_validator

from models.settings_base import Name, Section, field

_MISSING: Any = ...
MAX_PERIODS = 120


def _not_too_long(text: str) -> str:
    if len(text) > 3 or not text.isalpha():
        raise ValueError("a currency has three letters, such as EUR")
    return text.upper()


class Period(Section):
    """A period of the mix, with its length."""

    name: Name = field(_MISSING, "name of the period, as volumes.csv writes it")
    days: int = field(_MISSING, "length", unit="days", ge=1, le=3660)


class Months(Section):
    """Periods as calendar months in a row."""

    first: str = field(_MISSING, "first month, such as 2026-01", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    count: int = field(12, "number of months", unit="months", ge=1, le=MAX_PERIODS)


class PeopleCost(Section):
    """What the work of people costs."""

    cost_from: Literal["cost_per_hour", "cost_table"] = field(
        "cost_per_hour", "a cost per paid hour, or the steps of pool_costs.csv, which come from schedules"
    )
    cost_per_hour: float = field(
        30.0, "cost of a paid hour; only with cost_from: cost_per_hour", unit="currency/h", ge=0, le=1e6
    )
    by_pool: dict[str, float] = field(
        dict, "cost per paid hour of single pools (pool: cost), where it is another", unit="currency/h"
    )
    busy_share: float = field(
        0.8,
        "share of the paid hours that is handling time; only with cost_from: cost_per_hour",
        unit="share",
        gt=0,
        le=1,
    )

    @field_validator("by_pool")
    @classmethod
    def _not_negative(cls, rates: dict[str, float]) -> dict[str, float]:
        for pool, rate in rates.items():
            if not 0 <= rate <= 1e6:
                raise ValueError(f"{pool}: {rate:g} must lie between 0 and 1000000")
        return rates


class Change(Section):
    """How far the mix may move from today's (today.csv)."""

    max_share: float | None = field(
        None, "most that the share of a channel in a contact type may move from today's", unit="share", ge=0, le=1
    )
    per_period: float | None = field(
        None,
        "most that it may move for every period that has begun (0.05: 5 points in the first)",
        unit="share",
        ge=0,
        le=1,
    )


class MixSolve(Section):
    """Limits of the search."""

    seed: int = field(0, "seed of the search", ge=0, le=2_000_000_000)
    time_limit_s: float = field(60.0, "longest search", unit="s", gt=0, le=86400)
    gap: float = field(1e-6, "search ends when the answer is proved this close to the best", unit="share", ge=0, le=1)


class MixSettings(Section):
    """All of mix.yaml."""

    name: Name = field(_MISSING, "name of the case")
    currency: Annotated[str, AfterValidator(_not_too_long)] = field("EUR", "currency of every amount")
    periods: Months | tuple[Period, ...] = field(
        _MISSING, "{first: 2026-01, count: 12} for months, or a list of {name, days}"
    )
    csat_floor: float | None = field(
        None, "least mean satisfaction over all contacts, each weighted by its tier", unit="share", ge=0, le=1
    )
    csat_holds: Literal["horizon", "period"] = field(
        "horizon", "whether satisfaction floors hold over the whole horizon or in every period"
    )
    budget: float | None = field(None, "most that the whole horizon may cost", unit="currency", ge=0, le=1e13)
    budget_per_period: float | None = field(None, "most that any period may cost", unit="currency", ge=0, le=1e13)
    service_target: float | None = field(
        None,
        "service level whose rows of pool_costs.csv hold; blank where the table has only one",
        unit="share",
        gt=0,
        lt=1,
    )
    lost_cost: float = field(
        0.0, "cost of a contact that gives up unserved, where types.csv says none", unit="currency", ge=0, le=1e6
    )
    easy_first: bool = field(
        True, "whether bots and self-service take the easier contacts of a type before the harder ones"
    )
    people: PeopleCost = field(PeopleCost, "what the work of people costs")
    change: Change = field(Change, "how far the mix may move from today's")
    solve: MixSolve = field(MixSolve, "limits of the search")

    @model_validator(mode="after")
    def _periods_differ(self) -> MixSettings:
        if isinstance(self.periods, tuple):
            names = [period.name for period in self.periods]
            if not names or len(names) > MAX_PERIODS:
                raise ValueError(f"periods: give 1 to {MAX_PERIODS} of them")
            if len(set(names)) < len(names):
                raise ValueError("periods: two have the same name")
        return self

"""roster.yaml: every setting of a roster, declared once with meaning, unit, range and default."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import Any, Literal

from pydantic import field_validator, model_validator

from models.calendar import END_OF_DATES, FIRST_DATE
from models.roster.records import OF_TYPES, WHOLE_HORIZON, Measure
from models.settings_base import Days, Name, Section, field
from models.settings_shifts import Premium

_MISSING: Any = ...
MAX_DAYS = 371
MAX_PRICE = 1e9
_zones = functools.cache(zoneinfo.available_timezones)

COUNTS: dict[str, tuple[Measure, int]] = {
    "shifts": (Measure.SHIFTS, 1),
    "hours": (Measure.MINUTES, 60),
    "hours in a day": (Measure.DAY_MINUTES, 60),
    "days off": (Measure.DAYS_OFF, 1),
    "paired days off": (Measure.DAYS_OFF_PAIRS, 1),
    "weekends": (Measure.WEEKENDS, 1),
    "weekends off": (Measure.WEEKENDS_OFF, 1),
    "split weekends": (Measure.SPLIT_WEEKENDS, 1),
    "types of shift": (Measure.SHIFT_TYPES, 1),
    "refused requests": (Measure.REFUSED, 1),
    "days in a row": (Measure.DAYS_IN_A_ROW, 1),
    "days off in a row": (Measure.DAYS_OFF_IN_A_ROW, 1),
    "shifts in a row": (Measure.SHIFTS_IN_A_ROW, 1),
    "rest": (Measure.REST, 60),
    "rest after a stretch": (Measure.REST_AFTER, 60),
    "longest rest": (Measure.LONGEST_REST, 60),
}
"""What a rule may count, as people write it; its measure, and how many of its units make one of theirs."""
Counted = Literal[
    "shifts", "hours", "hours in a day", "days off", "paired days off", "weekends", "weekends off", "split weekends",
    "types of shift", "refused requests", "days in a row", "days off in a row", "shifts in a row", "rest",
    "rest after a stretch", "longest rest",
]  # fmt: skip


class RuleSettings(Section):
    """A rule for everybody, or for some contracts; or a pack of rules by its name."""

    pack: str | None = field(None, "pack of rules that come with the product; alone, or with leave_out")
    leave_out: tuple[str, ...] = field((), "rules of the pack that are not wanted, by name")
    name: Name | None = field(None, "name of the rule, as reports call it")
    counts: Counted | None = field(None, f"what is counted: {', '.join(COUNTS)}")
    least: float | None = field(None, "least that is allowed", ge=0, le=1e6)
    most: float | None = field(None, "most that is allowed", ge=0, le=1e6)
    each: Literal["horizon", "week"] = field("horizon", "period in which the bounds hold")
    average_over_weeks: int | None = field(
        None,
        "bounds are averages per week over the last so many weeks up to the end of the horizon; history.csv and"
        " balances.csv say what came before, and weeks that they do not know do not count",
        unit="weeks",
        ge=1,
        le=53,
    )
    price: float | None = field(
        None, "cost of each unit outside the bounds; null: the rule is hard", unit="currency", ge=0, le=MAX_PRICE
    )
    shifts: tuple[str, ...] = field((), "shifts that count, by name or kind; with shifts and stretches of them")
    days: Days | None = field(None, "weekdays that count; with shifts and hours")
    after: int = field(1, "for a rest after a stretch: shorter stretches need none", unit="days", ge=1, le=31)
    contracts: tuple[str, ...] = field((), "contracts that it holds for; none named: all")
    source: str = field("", "where the rule stands")

    @model_validator(mode="after")
    def _whole(self) -> RuleSettings:
        if self.pack is not None:
            given = self.model_fields_set - {"pack", "leave_out"}
            if given:
                raise ValueError(f"a pack stands alone; put {', '.join(sorted(given))} into an entry of its own")
            return self
        if self.name is None or self.counts is None:
            raise ValueError("a rule needs name and counts, or pack")
        if self.least is None and self.most is None:
            raise ValueError("a rule needs least or most")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least ({self.least:g}) is above most ({self.most:g})")
        measure = COUNTS[self.counts][0]
        if bool(self.shifts) != (measure in OF_TYPES):
            raise ValueError("shifts go with shifts, shifts in a row and rest after a stretch, only and always")
        if (self.each != "horizon" or self.average_over_weeks) and measure in WHOLE_HORIZON:
            raise ValueError(f"{self.counts} are not counted by period; leave out each and average_over_weeks")
        if self.average_over_weeks and (self.each != "horizon" or measure not in (Measure.MINUTES, Measure.SHIFTS)):
            raise ValueError("average_over_weeks goes with hours and shifts, without each")
        if self.days is not None and measure not in (Measure.MINUTES, Measure.SHIFTS):
            raise ValueError("days go with hours and shifts only")
        return self


class FairnessSettings(Section):
    """A burden that is to be shared by everybody's contract hours."""

    name: Name = field(_MISSING, "name, as reports call it")
    counts: Literal["shifts", "hours", "weekends", "refused requests"] = field(_MISSING, "what is shared")
    shifts: tuple[str, ...] = field((), "shifts that count, by name or kind; with counts: shifts")
    days: Days | None = field(None, "weekdays that count; with shifts and hours")
    price: float = field(
        1.0,
        "cost of the first unit beside somebody's fair share; each further one costs as much more",
        unit="currency",
        ge=0,
        le=MAX_PRICE,
    )

    @model_validator(mode="after")
    def _whole(self) -> FairnessSettings:
        if bool(self.shifts) != (self.counts == "shifts"):
            raise ValueError("shifts go with counts: shifts, only and always")
        return self


class OvertimeTier(Section):
    """Hours beyond which work costs more."""

    each: Literal["day", "week"] = field(
        "week", "period whose hours count; what is overtime of a day is none of a week"
    )
    after_hours: float = field(_MISSING, "hours of the period after which it begins", unit="h", ge=0, le=168)
    percent: float = field(_MISSING, "extra pay on the wage, in all", unit="%", ge=0, le=500)


class RosterPay(Section):
    """What an hour costs."""

    wage_per_hour: float = field(
        _MISSING, "wage of a paid hour, where agents.csv and contracts.csv give none", unit="currency/h", gt=0, le=1e6
    )
    premiums: tuple[Premium, ...] = field((), "extra pay by hour and weekday")
    holiday_percent: float | None = field(
        None, "extra pay on the dates of holidays, all day; null: as the packs say, else 0", unit="%", ge=0, le=500
    )
    overtime: tuple[OvertimeTier, ...] = field(
        (), "tiers of overtime; each is a rule with its price. None: as the packs say"
    )


class CoverPrices(Section):
    """What it costs to miss the cover, where cover.csv gives no price."""

    under: float = field(1000.0, "each person too few on a shift", unit="currency", ge=0, le=MAX_PRICE)
    over: float = field(10.0, "each person too many on a shift", unit="currency", ge=0, le=MAX_PRICE)


class RequestSettings(Section):
    """What a refused request costs."""

    price: float = field(20.0, "where requests.csv gives none, times seniority", unit="currency", ge=0, le=MAX_PRICE)


class ContractPrices(Section):
    """What it costs to miss the hours of a contract."""

    under_per_hour: float | None = field(
        20.0, "each hour below the least; null: it is a hard rule", unit="currency/h", ge=0, le=MAX_PRICE
    )
    over_per_hour: float | None = field(
        None, "each hour above the most; null: it is a hard rule", unit="currency/h", ge=0, le=MAX_PRICE
    )


class RosterSolve(Section):
    """How long and how closely to search."""

    seed: int = field(1, "same input and seed: same roster, unless time ends the search", ge=0, le=2**31 - 1)
    time_limit_s: float = field(60.0, "time for the search", unit="s", gt=0, le=86400)
    gap: float = field(0.001, "stop when proved this close to the optimum", unit="share", ge=0, lt=1)


class RosterSettings(Section):
    """Everything in roster.yaml."""

    name: str = field(_MISSING, "what the roster is called")
    first_day: dt.date = field(_MISSING, "first day of the horizon")
    days: int = field(28, "length of the horizon", unit="days", ge=1, le=MAX_DAYS)
    time_zone: str = field(_MISSING, "IANA name; shifts start by its clocks")
    currency: str = field("EUR", "of all prices", min_length=1, max_length=8)
    week_start: Literal["mon", "sun", "sat"] = field("mon", "first day of a week")
    weekend: Days = field("sat,sun", "days of the weekend: one, or two that follow each other")
    holidays: tuple[dt.date, ...] = field((), "dates with holiday pay")
    forbidden: dict[str, tuple[str, ...]] = field(
        dict, "shift (name or kind) to the ones that may not be worked on the day after it"
    )
    rules: tuple[RuleSettings, ...] = field((), "rules beside those of the contracts, and packs of rules")
    fairness: tuple[FairnessSettings, ...] = field((), "burdens to be shared")
    cover: CoverPrices = field(CoverPrices, "prices of cover")
    requests: RequestSettings = field(RequestSettings, "price of requests")
    contract_hours: ContractPrices = field(ContractPrices, "price of contract hours")
    change_price: float = field(
        50.0,
        "cost of each day on which a published roster changes (--few-changes)",
        unit="currency",
        ge=0,
        le=MAX_PRICE,
    )
    pay: RosterPay = field(_MISSING, "what hours cost")
    solve: RosterSolve = field(RosterSolve, "the search")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in _zones():
            raise ValueError("is no IANA time zone; write for example Europe/Amsterdam")
        return name

    @field_validator("first_day")
    @classmethod
    def _plausible(cls, day: dt.date) -> dt.date:
        if not FIRST_DATE <= day < END_OF_DATES:
            raise ValueError(f"must lie from {FIRST_DATE} to before {END_OF_DATES}")
        return day

    @field_validator("weekend")
    @classmethod
    def _one_or_two(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if len(days) > 2 or (len(days) == 2 and days[1] - days[0] not in (1, 6)):
            raise ValueError("a weekend has one day, or two that follow each other")
        return days

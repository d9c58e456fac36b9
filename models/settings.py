"""The settings of a scenario (scenario.yaml): every field with its meaning, unit, range and default, in this one place.

The data dictionary (data/README.md) is generated from these declarations by ``python -m models.dictionary``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import field_validator, model_validator

from models.calendar import END_OF_DATES, FIRST_DATE, interval_fits_day
from models.settings_base import MinuteRange, Section, field
from models.settings_shifts import (
    Break,
    HeadLimit,
    Limits,
    Pay,
    Premium,
    ShiftLimit,
    ShiftType,
)
from models.wallclock import Ranges, parse_ranges, parse_week, time_zones

__all__ = [
    "Break",
    "ForecastSettings",
    "HeadLimit",
    "Holidays",
    "Horizon",
    "Limits",
    "MinuteRange",
    "Pay",
    "Premium",
    "Section",
    "Service",
    "Settings",
    "ShiftLimit",
    "ShiftType",
    "Shrinkage",
    "Solve",
]

_REQUIRED: Any = ...


class Horizon(Section):
    """The days that are planned."""

    start: dt.date = field(
        _REQUIRED, "first day, any weekday; 1900 to 2199", unit="YYYY-MM-DD", ge=FIRST_DATE, lt=END_OF_DATES
    )
    days: int = field(_REQUIRED, "number of days", unit="days", ge=1, le=371)

    @property
    def end(self) -> dt.date:
        """First day after the horizon."""
        return self.start + dt.timedelta(days=self.days)


class Holidays(Section):
    """Public holidays and days with their own hours."""

    country: str | None = field(None, "country whose public holidays count (ISO 3166 code, such as NL); null: none")
    subdivision: str | None = field(None, "state or province within the country, such as BY for Bavaria")
    closed: bool = field(True, "whether the doors are closed on public holidays")
    extra: dict[dt.date, str] = field(dict, "further dates that count as public holidays, with their name")
    dates: dict[dt.date, str] = field(
        dict, 'hours of single dates: "closed", "10:00-16:00", or "open" for the weekday\'s ordinary hours'
    )

    @field_validator("dates")
    @classmethod
    def _readable(cls, dates: dict[dt.date, str]) -> dict[dt.date, str]:
        for date, text in dates.items():
            try:
                if text != "open":
                    parse_ranges(text)
            except ValueError as problem:
                raise ValueError(f"{date}: {problem}") from None
        return dates

    @model_validator(mode="after")
    def _country_known(self) -> Holidays:
        if self.country is None:
            if self.subdivision is not None:
                raise ValueError("subdivision needs a country; give holidays.country")
            return self
        from holidays import list_supported_countries

        known = list_supported_countries()
        if self.country not in known:
            raise ValueError(f"there is no holiday calendar for country {self.country!r}; use a code such as NL or US")
        if self.subdivision is not None and self.subdivision not in known[self.country]:
            names = ", ".join(sorted(known[self.country])) or "none"
            raise ValueError(f"{self.country} has no subdivision {self.subdivision!r}; it has {names}")
        return self


class Service(Section):
    """The service that is promised for live contacts and chats; pools.csv may differ per pool."""

    target: float = field(0.8, "share of contacts that wait at most within_s", unit="share", gt=0, lt=1)
    within_s: float = field(20.0, "waiting time of the target", unit="s", ge=0, le=86400)
    definition: Literal["offered", "answered", "without_short_abandons"] = field(
        "offered",
        "what the share is of: answered in time of all offered; answered in time of answered; or answered in time of"
        " offered without those who give up within short_abandon_s (the last two need mode interval)",
    )
    short_abandon_s: float = field(5.0, "who gives up sooner is a short abandon", unit="s", ge=0, le=3600)
    mode: Literal["day", "interval"] = field(
        "day",
        "whether the target holds for each day as a whole (with the floor in every interval) or in every interval",
    )
    floor: float = field(0.5, "least service level of any interval when mode is day", unit="share", gt=0, lt=1)
    abandonment_cap: float | None = field(
        None, "most that may give up, in every interval; null: no cap", unit="share", gt=0, lt=1
    )
    occupancy_cap: float | None = field(
        None, "most that agents may be busy, in every interval; null: no cap", unit="share", gt=0, le=1
    )
    model: Literal["erlang-a", "erlang-c", "erlang-b"] = field(
        "erlang-a", "queueing model: customers give up (a), wait for ever (c), or are lost when all are busy (b)"
    )

    @model_validator(mode="after")
    def _floor_below_target(self) -> Service:
        if self.floor > self.target:
            raise ValueError(f"floor ({self.floor}) is above target ({self.target}); lower it to the target or below")
        return self

    @model_validator(mode="after")
    def _day_counts_offered(self) -> Service:
        # Over a day the share is sum(in time) / sum(counted), and what is counted grows with the agents: in a crowded
        # interval one agent more serves late those who would have left, and the day's share falls. Steps that lose are
        # no steps, so the day's target is planned for the share of offered contacts only.
        if self.mode == "day" and self.definition != "offered":
            raise ValueError(
                f"definition {self.definition} cannot be planned with mode day (more agents may lower the share of a"
                " day); write definition: offered, or mode: interval"
            )
        return self


class Shrinkage(Section):
    """Paid time without contacts."""

    planned: float = field(
        0.0,
        "share of paid time away by plan (leave, training, meetings): more people, same shifts",
        unit="share",
        ge=0,
        lt=0.9,
    )
    unplanned: float = field(
        0.0,
        "share of heads on duty that are missing unforeseen (sickness, lateness); heads x (1 - share) agents are at"
        " work, not rounded: service is interpolated between whole numbers of agents",
        unit="share",
        ge=0,
        lt=0.9,
    )


class ForecastSettings(Section):
    """How demand is forecast from history."""

    method: Literal["auto", "seasonal_naive"] = field(
        "auto", "auto: the model of the house; seasonal_naive: the same interval of the week before"
    )
    history_weeks: int | None = field(
        None, "use only the last weeks before the horizon; null: all", unit="weeks", ge=1, le=520
    )
    holdout_weeks: int = field(
        4, "weeks at the end of the history on which the backtest rolls", unit="weeks", ge=0, le=52
    )


class Solve(Section):
    """How long and how exactly the optimiser works."""

    seed: int = field(1, "seed; the same seed and threads give the same plan", ge=0, le=2**31 - 1)
    time_limit_s: float = field(
        45.0,
        "time after which the best plan so far is taken; a first plan and its bound are finished even so",
        unit="s",
        gt=0,
        le=86400,
    )
    gap: float = field(0.002, "stop when the plan is proved to be this close to the optimum", unit="share", ge=0, lt=1)
    threads: int | None = field(None, "threads of the solver; null: one for each core", ge=1, le=1024)


class Settings(Section):
    """Everything in scenario.yaml."""

    name: str = field("", "name of the scenario, for reports", max_length=200)
    description: str = field("", "what it is about, for reports", max_length=5000)
    time_zone: str = field(
        _REQUIRED, "IANA time zone in which the doors open and shifts start, such as Europe/Amsterdam"
    )
    currency: str = field("EUR", "ISO 4217 code in which all money is", pattern=r"^[A-Z]{3}$")
    horizon: Horizon = field(_REQUIRED, "the days that are planned")
    interval_min: int = field(
        30, "length of the planning interval: divides 60, or whole hours that divide 24", unit="min", ge=1, le=1440
    )
    opening_hours: dict[str, str] = field(
        _REQUIRED,
        'weekdays to hours: "08:00-20:00", "08:00-12:00,13:00-17:00", "00:00-24:00", "22:00-06:00" (past midnight,'
        ' belongs to the day it starts), "closed"; weekdays that are not named are closed',
    )
    holidays: Holidays = field(Holidays, "public holidays and days with their own hours")
    service: Service = field(Service, "the service that is promised")
    shrinkage: Shrinkage = field(Shrinkage, "paid time without contacts")
    pay: Pay = field(_REQUIRED, "what an hour costs")
    limits: Limits = field(Limits, "limits on the plan as a whole")
    shifts: tuple[ShiftType, ...] = field((), "shift types")
    horizon_edges: Literal["lead_in", "cut", "cyclic"] = field(
        "lead_in",
        "what happens at the first midnight: shifts of the day before may reach in and are paid (lead_in), none do"
        " (cut), or those that leave at the end come in at the start (cyclic)",
    )
    forecast: ForecastSettings = field(ForecastSettings, "how demand is forecast from history")
    solve: Solve = field(Solve, "how long and how exactly the optimiser works")

    @field_validator("time_zone")
    @classmethod
    def _zone_known(cls, name: str) -> str:
        if name not in time_zones():
            raise ValueError("is no IANA time zone; write for example Europe/Amsterdam or America/New_York")
        return name

    @field_validator("interval_min")
    @classmethod
    def _interval_fits(cls, interval_min: int) -> int:
        if not interval_fits_day(interval_min):
            raise ValueError("neither divides 60 nor is whole hours that divide 24; use for example 15, 30 or 60")
        return interval_min

    @field_validator("opening_hours")
    @classmethod
    def _hours_readable(cls, hours: dict[str, str]) -> dict[str, str]:
        if not any(parse_week(hours)):
            raise ValueError("the doors are never open; give hours to at least one weekday")
        return hours

    @property
    def week(self) -> tuple[Ranges, ...]:
        """Opening ranges that start on each weekday, Monday first."""
        return parse_week(self.opening_hours)

    def shift(self, name: str) -> ShiftType:
        """The shift type of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for entry in self.shifts:
            if entry.name == name:
                return entry
        raise KeyError(name)

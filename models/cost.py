"""What a schedule costs, walked minute by minute on the wall clock, from the written rows alone.

Nothing here is shared with the optimiser, so that its objective and this price can be held against each other, to the
cent. For one person on one shift, with ``wage = wage_per_hour(pool) x wage_factor(shift)``:

base
    wage x paid minutes / 60. Paid minutes are elapsed minutes from start to end without the unpaid breaks; in the night
    on which the clocks change they are what really passes.
premium
    wage x percent / 100 / 60 for each paid minute, where percent is the sum over the premiums that hold at that minute
    of the wall clock (premiums that overlap add up) plus holiday_percent when its local date is a holiday. A premium
    window past midnight belongs to the weekday on which it starts.
overtime
    wage x overtime_percent / 100 / 60 for each paid minute beyond overtime_after_min, on top of the base.
shrinkage
    (base + premium + overtime) x (1 / (1 - planned shrinkage) - 1): leave and training are paid and never rostered.
    Unplanned shrinkage is not here: it is already in the heads that the schedule holds.
fixed
    fixed_cost(shift), once a shift; it is no pay, so shrinkage does not raise it.
overhead
    overhead_per_seat_hour x hours from start to end, breaks included: the seat stays taken.

Money falls into the interval, day and week in which its minute lies: overtime on the last paid minutes of the shift,
fixed cost evenly from start to end, shrinkage with the pay that it comes from. What a shift works outside the horizon
is priced too, under its own date. Nothing is rounded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.breaks import parse_breaks
from models.calendar import DAY_MIN

if TYPE_CHECKING:
    from models.scenario import Scenario

COMPONENTS = ("base", "premium", "overtime", "shrinkage", "fixed", "overhead")

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Premium:
    """A surcharge on the wage at some hours of some weekdays.

    Parameters
    ----------
    name : str
        What it is.
    weekdays : frozenset of int
        Days on which the window starts; 0 is Monday.
    from_min, to_min : int
        Wall-clock minutes after midnight, half-open. An end at or before the start lies on the next day, and so does
        one above 1440.
    percent : float
        Of the wage, at least 0.
    """

    name: str
    weekdays: frozenset[int]
    from_min: int
    to_min: int
    percent: float

    def holds(self, weekday: npt.NDArray[np.int64], minute_of_day: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Say for each minute, given its weekday and wall-clock minute, whether the premium is due; same shape."""
        end = self.to_min if self.to_min > self.from_min else self.to_min + DAY_MIN
        today = np.isin(weekday, list(self.weekdays))
        yesterday = np.isin((weekday - 1) % 7, list(self.weekdays))
        first = today & (minute_of_day >= self.from_min) & (minute_of_day < end)
        # What is left of a window that started yesterday.
        second = yesterday & (minute_of_day + DAY_MIN >= self.from_min) & (minute_of_day + DAY_MIN < end)
        return first | second


@dataclass(frozen=True)
class PayRules:
    """Everything that turns shifts into money.

    Parameters
    ----------
    time_zone : str
        IANA name; premiums and dates are read on its wall clock.
    wage_per_hour : mapping of str to float
        By pool.
    planned_shrinkage : mapping of str to float
        By pool, 0 to below 1; a pool that is not named has none.
    wage_factor, fixed_cost : mapping of str to float
        By shift type; one that is not named has factor 1 and no fixed cost.
    overtime_after_min : int or None
        Paid minutes of a shift after which overtime begins; None: never.
    overtime_percent, holiday_percent : float
        Surcharge on the wage.
    premiums : tuple of Premium
        Those that hold at the same minute add up.
    holidays : frozenset of date
        Dates with the holiday surcharge.
    overhead_per_seat_hour : float
        Money for each hour from a shift's start to its end.

    Raises
    ------
    ValueError
        If a planned shrinkage is not below 1.
    """

    time_zone: str
    wage_per_hour: Mapping[str, float]
    planned_shrinkage: Mapping[str, float] = field(default_factory=dict)
    wage_factor: Mapping[str, float] = field(default_factory=dict)
    fixed_cost: Mapping[str, float] = field(default_factory=dict)
    overtime_after_min: int | None = None
    overtime_percent: float = 0.0
    holiday_percent: float = 0.0
    premiums: tuple[Premium, ...] = ()
    holidays: frozenset[dt.date] = frozenset()
    overhead_per_seat_hour: float = 0.0

    def __post_init__(self) -> None:
        for pool, share in self.planned_shrinkage.items():
            if not 0 <= share < 1:
                raise ValueError(f"planned shrinkage {share} of pool {pool!r} is not from 0 to below 1")


@dataclass(frozen=True)
class Priced:
    """A schedule with its price.

    Parameters
    ----------
    rows : DataFrame
        The schedule's rows, and for all people of the row: ``rostered_hours`` (paid minutes of the roster, in hours),
        ``paid_hours`` (the same over 1 - planned shrinkage), ``seat_hours`` (start to end), each of `COMPONENTS`,
        and their sum ``cost``. ``priced_each`` is the cost of one person, to hold against ``cost_each``.
    minutes : DataFrame
        The same figures by minute: ``start`` (aware, one minute each), ``pool`` and the columns above. Only minutes
        in which somebody attends.
    """

    rows: pd.DataFrame
    minutes: pd.DataFrame

    @property
    def cost(self) -> float:
        """Cost of the whole schedule."""
        return float(self.rows["cost"].sum())


def pay_rules(scenario: Scenario) -> PayRules:
    """Gather the pay rules of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Its settings, pools and holidays.

    Returns
    -------
    PayRules
        Wage and planned shrinkage by pool, factor and fixed cost by shift type, surcharges and overhead.
    """
    settings, pay = scenario.settings, scenario.settings.pay
    return PayRules(
        time_zone=settings.time_zone,
        wage_per_hour={name: pool.wage_per_hour for name, pool in scenario.pools.items()},
        planned_shrinkage={name: pool.planned_shrinkage for name, pool in scenario.pools.items()},
        wage_factor={shift.name: shift.wage_factor for shift in settings.shifts},
        fixed_cost={shift.name: shift.fixed_cost for shift in settings.shifts},
        overtime_after_min=pay.overtime_after_min,
        overtime_percent=pay.overtime_percent,
        holiday_percent=pay.holiday_percent,
        premiums=tuple(
            Premium(entry.name, frozenset(entry.days), entry.from_min, entry.to_min, entry.percent)
            for entry in pay.premiums
        ),
        holidays=frozenset(scenario.holidays),
        overhead_per_seat_hour=pay.overhead_per_seat_hour,
    )


FIGURES = ("rostered_hours", "paid_hours", "seat_hours", *COMPONENTS, "cost")


def price(schedule: pd.DataFrame, rules: PayRules) -> Priced:
    """Price each row of a schedule.

    Parameters
    ----------
    schedule : DataFrame
        R rows as in schedule.csv (`models.plan.ShiftPlan`): pool, shift, start, end, paid_min, breaks, count are read.
    rules : PayRules
        The pay.

    Returns
    -------
    Priced
        Money in the scenario's currency, not rounded.

    Raises
    ------
    ValueError
        If a row names a pool without a wage, does not end after it starts, has a break outside the shift, or states
        other paid minutes than its own times give.
    """
    shifts = _shifts(schedule, rules.time_zone)
    if not shifts:
        empty = pd.DataFrame({"start": [], "pool": []} | {name: [] for name in FIGURES})
        return Priced(schedule.assign(**dict.fromkeys((*FIGURES, "priced_each"), 0.0)), empty)
    clock = _Clock.over(min(shift.start for shift in shifts), max(shift.end for shift in shifts), rules)
    minutes = {name: np.zeros((len(FIGURES), len(clock.percent))) for name in {shift.pool for shift in shifts}}
    each = np.zeros((len(shifts), len(FIGURES)))
    for position, shift in enumerate(shifts):
        figures = _walk(shift, clock, rules)
        each[position] = figures.sum(axis=1)
        first = clock.position(shift.start)
        minutes[shift.pool][:, first : first + figures.shape[1]] += figures * shift.count
    count = np.array([shift.count for shift in shifts])
    rows = schedule.assign(**{name: each[:, k] * count for k, name in enumerate(FIGURES)}, priced_each=each[:, -1])
    frames = [clock.frame(pool, figures) for pool, figures in sorted(minutes.items())]
    return Priced(rows, pd.concat(frames, ignore_index=True))


@dataclass(frozen=True)
class _Shift:
    """A row of the schedule, read."""

    pool: str
    shift: str
    start: pd.Timestamp
    end: pd.Timestamp
    paid_min: int
    breaks: str
    count: int

    def __str__(self) -> str:
        return f"schedule: pool {self.pool!r}, shift {self.shift!r}, start {self.start.isoformat()}"


def _shifts(schedule: pd.DataFrame, time_zone: str) -> list[_Shift]:
    stamps = [pd.to_datetime(schedule[name], utc=True).dt.tz_convert(time_zone) for name in ("start", "end")]
    columns = [schedule[name] for name in ("pool", "shift", "paid_min", "breaks", "count")]
    return [
        _Shift(str(pool), str(shift), start, end, int(paid_min), str(breaks), int(count))
        for start, end, pool, shift, paid_min, breaks, count in zip(*stamps, *columns, strict=True)
    ]


@dataclass(frozen=True)
class _Clock:
    """The wall clock, minute by minute: what surcharge is due in each."""

    origin: pd.Timestamp
    stamps: pd.DatetimeIndex
    percent: FloatArray

    @classmethod
    def over(cls, first: pd.Timestamp, last: pd.Timestamp, rules: PayRules) -> _Clock:
        stamps = pd.date_range(first, last, freq="min", inclusive="left")
        weekday = np.asarray(stamps.day_of_week, dtype=np.int64)
        minute_of_day = np.asarray(stamps.hour * 60 + stamps.minute, dtype=np.int64)
        percent = np.zeros(len(stamps))
        for premium in rules.premiums:
            percent += premium.percent * premium.holds(weekday, minute_of_day)
        if rules.holiday_percent and rules.holidays:
            percent += rules.holiday_percent * stamps.strftime("%Y-%m-%d").isin([str(day) for day in rules.holidays])
        return cls(first, stamps, percent)

    def position(self, stamp: pd.Timestamp) -> int:
        return round((stamp - self.origin).total_seconds() / 60)

    def frame(self, pool: str, figures: FloatArray) -> pd.DataFrame:
        attended = figures[FIGURES.index("seat_hours")] > 0
        columns = {name: figures[k, attended] for k, name in enumerate(FIGURES)}
        return pd.DataFrame({"start": self.stamps[attended], "pool": pool, **columns})


def _walk(shift: _Shift, clock: _Clock, rules: PayRules) -> FloatArray:
    """Figures of one person on one shift, minute by minute; shape (len(FIGURES), minutes from start to end)."""
    if shift.pool not in rules.wage_per_hour:
        raise ValueError(f"{shift}: the pool has no wage")
    span_min = round((shift.end - shift.start).total_seconds() / 60)
    if span_min < 1:
        raise ValueError(f"{shift}: the shift does not end after it starts")
    paid = _paid_minutes(shift, span_min)
    if paid.sum() != shift.paid_min:
        raise ValueError(f"{shift}: paid_min is {shift.paid_min}, but its times hold {paid.sum():.0f}")
    first = clock.position(shift.start)
    wage_min = rules.wage_per_hour[shift.pool] * rules.wage_factor.get(shift.shift, 1.0) / 60
    kept = 1 - rules.planned_shrinkage.get(shift.pool, 0.0)
    base = wage_min * paid
    premium = base * clock.percent[first : first + span_min] / 100
    late = np.zeros(span_min)
    if rules.overtime_after_min is not None:
        late = paid * (np.cumsum(paid) > rules.overtime_after_min)
    overtime = wage_min * late * rules.overtime_percent / 100
    shrinkage = (base + premium + overtime) * (1 / kept - 1)
    fixed = np.full(span_min, rules.fixed_cost.get(shift.shift, 0.0) / span_min)
    overhead = np.full(span_min, rules.overhead_per_seat_hour / 60)
    cost = base + premium + overtime + shrinkage + fixed + overhead
    hours = (paid / 60, paid / 60 / kept, np.full(span_min, 1 / 60))
    return np.array([*hours, base, premium, overtime, shrinkage, fixed, overhead, cost])


def _paid_minutes(shift: _Shift, span_min: int) -> FloatArray:
    """1 for each minute of the shift that is paid, 0 in an unpaid break; shape (span_min,)."""
    paid = np.ones(span_min)
    for item in parse_breaks(shift.start, shift.breaks):
        if item.end_min > span_min:
            raise ValueError(f"{shift}: the break {item.name!r} lies outside the shift")
        if not item.paid:
            paid[item.offset_min : item.end_min] = 0
    return paid

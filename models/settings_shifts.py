"""Settings of shifts: what a shift may look like, what it is paid, and how many of them there may be."""

from __future__ import annotations

import math
from typing import Any

from pydantic import model_validator

from models.settings_base import Days, MinuteRange, Name, Section, WallTime, field
from models.wallclock import DAY_MIN

_REQUIRED: Any = ...
MOST_HEADS = 1_000_000


class Break(Section):
    """A break of a shift type. Every limit that is given holds; offsets count from the edges of the whole shift."""

    name: Name = field(_REQUIRED, "name, as it appears in schedule.csv")
    length_min: MinuteRange = field(
        _REQUIRED, "length; a range {from, to, step} makes a split shift or a break of free length", unit="min"
    )
    paid: bool = field(False, "whether the break counts as paid time; an unpaid break makes the shift's span longer")
    after_start_min: int = field(0, "starts at least this long after the shift's start", unit="min", ge=0, le=1440)
    within_start_min: int | None = field(
        None, "starts at most this long after the shift's start", unit="min", ge=0, le=1440
    )
    before_end_min: int = field(0, "ends at least this long before the shift's end", unit="min", ge=0, le=1440)
    within_end_min: int | None = field(
        None, "starts at most this long before the shift's end", unit="min", ge=0, le=1440
    )
    around_middle_min: int | None = field(
        None, "its middle lies at most this far from the shift's middle", unit="min", ge=0, le=1440
    )
    for_paid_from_min: int | None = field(
        None, "only in shifts of at least this paid length", unit="min", ge=0, le=1440
    )
    for_paid_to_min: int | None = field(None, "only in shifts of at most this paid length", unit="min", ge=0, le=1440)

    def applies(self, paid_min: int) -> bool:
        """Say whether a shift of this paid length has the break."""
        low = 0 if self.for_paid_from_min is None else self.for_paid_from_min
        high = math.inf if self.for_paid_to_min is None else self.for_paid_to_min
        return low <= paid_min <= high

    def start_window(self, span_min: int, length_min: int) -> tuple[int, int]:
        """Earliest and latest start of the break, in minutes after the shift's start.

        Parameters
        ----------
        span_min : int
            Length of the whole shift, unpaid breaks included.
        length_min : int
            Length of this break.

        Returns
        -------
        (int, int)
            Empty (the first above the second) when the break cannot be placed.
        """
        low, high = self.after_start_min, span_min - self.before_end_min - length_min
        if self.within_start_min is not None:
            high = min(high, self.within_start_min)
        if self.within_end_min is not None:
            low = max(low, span_min - self.within_end_min)
        if self.around_middle_min is not None:
            middle = span_min - length_min  # twice the start that puts the middles together
            low = max(low, -((2 * self.around_middle_min - middle) // 2))
            high = min(high, (middle + 2 * self.around_middle_min) // 2)
        return low, high


class ShiftType(Section):
    """A family of shifts: start times, paid lengths and breaks. Its span is paid time plus unpaid breaks."""

    name: Name = field(_REQUIRED, "name, as it appears in schedule.csv")
    days: Days = field("daily", "weekdays on which it may start, such as mon-fri,sun")
    earliest_start: WallTime = field(_REQUIRED, "earliest start, on the wall clock", unit="HH:MM")
    latest_start: WallTime = field(_REQUIRED, "latest start, on the wall clock", unit="HH:MM")
    start_step_min: int = field(
        30, "step between starts, from the earliest; a multiple of interval_min", unit="min", ge=1, le=1440
    )
    latest_end: WallTime | None = field(
        None, "latest end; 06:00+1 is the next morning; null leaves it free", unit="HH:MM"
    )
    paid_min: MinuteRange = field(_REQUIRED, "paid length; multiples of interval_min", unit="min")
    pools: tuple[str, ...] | None = field(None, "pools whose agents may work it; null means all")
    min_work_between_breaks_min: int = field(
        0, "shortest work before, between and after breaks", unit="min", ge=0, le=1440
    )
    fixed_cost: float = field(0.0, "cost of each shift beside its hours, such as travel", unit="currency", ge=0, le=1e6)
    wage_factor: float = field(1.0, "factor on the pool's wage", gt=0, le=10)
    breaks: tuple[Break, ...] = field((), "breaks, in any order; they never overlap")

    @model_validator(mode="after")
    def _consistent(self) -> ShiftType:
        if self.earliest_start >= DAY_MIN:
            raise ValueError("earliest_start lies on the next day; name the weekday on which the shift starts")
        if self.latest_start < self.earliest_start:
            raise ValueError("latest_start is before earliest_start; a start past midnight is written 01:00+1")
        names = [entry.name for entry in self.breaks]
        if len(set(names)) < len(names):
            raise ValueError("two breaks have the same name; give each its own")
        return self

    @property
    def starts(self) -> tuple[int, ...]:
        """Start times in wall-clock minutes after the midnight of the day on which the shift starts."""
        return tuple(range(self.earliest_start, self.latest_start + 1, self.start_step_min))

    def breaks_for(self, paid_min: int) -> tuple[Break, ...]:
        """Breaks of a shift of this paid length, in the order of the settings."""
        return tuple(entry for entry in self.breaks if entry.applies(paid_min))

    def spans_min(self, paid_min: int) -> tuple[int, int]:
        """Shortest and longest span (paid time plus unpaid breaks) of a shift of this paid length, in minutes."""
        unpaid = [entry.length_min for entry in self.breaks_for(paid_min) if not entry.paid]
        return paid_min + sum(x.from_min for x in unpaid), paid_min + sum(x.values[-1] for x in unpaid)


class Premium(Section):
    """Extra pay in a window of the week. Windows that overlap add up."""

    name: Name = field(_REQUIRED, "name")
    days: Days = field("daily", "weekdays on which the window starts")
    from_min: WallTime = field(_REQUIRED, "start of the window", unit="HH:MM", alias="from")
    to_min: WallTime = field(
        _REQUIRED, "end of the window; at or before its start means the next day", unit="HH:MM", alias="to"
    )
    percent: float = field(_REQUIRED, "extra pay on the wage of paid time in the window", unit="%", ge=0, le=500)

    @property
    def window_min(self) -> tuple[int, int]:
        """Half-open window in minutes after midnight; the end is above 1440 when it lies on the next day."""
        return self.from_min, self.to_min if self.to_min > self.from_min else self.to_min + DAY_MIN


class Pay(Section):
    """What an hour costs."""

    wage_per_hour: float = field(
        _REQUIRED,
        "wage of a paid hour with employer's charges, where pools.csv gives none",
        unit="currency/h",
        gt=0,
        le=1e6,
    )
    overtime_after_min: int | None = field(
        None, "paid minutes of one shift beyond which time is overtime; null means none", unit="min", ge=1, le=1440
    )
    overtime_percent: float = field(50.0, "extra pay on overtime", unit="%", ge=0, le=500)
    premiums: tuple[Premium, ...] = field((), "extra pay by hour and weekday")
    holiday_percent: float = field(0.0, "extra pay on public holidays, all day", unit="%", ge=0, le=500)
    overhead_per_seat_hour: float = field(
        0.0,
        "cost of a seat for each hour from a shift's start to its end, breaks included",
        unit="currency/h",
        ge=0,
        le=1e6,
    )


class HeadLimit(Section):
    """Bounds on the heads on duty (those on a break not counted) in a window of the week."""

    days: Days = field("daily", "weekdays on which the window starts")
    from_min: WallTime = field("00:00", "start of the window", unit="HH:MM", alias="from")
    to_min: WallTime = field(
        "24:00", "end of the window; at or before its start means the next day", unit="HH:MM", alias="to"
    )
    max: int | None = field(
        None,
        "most heads on duty at a time, those on a break not counted; null means no limit",
        unit="heads",
        ge=0,
        le=MOST_HEADS,
    )
    min: int | None = field(
        None,
        "least heads on duty at a time, those on a break not counted; null means no limit",
        unit="heads",
        ge=0,
        le=MOST_HEADS,
    )
    pool: str | None = field(None, "pool that is counted; null counts all together")

    @model_validator(mode="after")
    def _consistent(self) -> HeadLimit:
        if self.max is None and self.min is None:
            raise ValueError("neither max nor min is given; give one or remove the entry")
        if self.max is not None and self.min is not None and self.min > self.max:
            raise ValueError(f"min ({self.min}) is above max ({self.max})")
        return self

    @property
    def window_min(self) -> tuple[int, int]:
        """Half-open window in minutes after midnight; the end is above 1440 when it lies on the next day."""
        return self.from_min, self.to_min if self.to_min > self.from_min else self.to_min + DAY_MIN


class ShiftLimit(Section):
    """Bounds on how often a shift type is used in a day."""

    shift: str = field(_REQUIRED, "name of the shift type")
    max_per_day: int | None = field(
        None, "most shifts of the type that start on a day", unit="shifts", ge=0, le=MOST_HEADS
    )
    max_share: float | None = field(
        None, "most that the type may be of all shifts that start on a day", unit="share", ge=0, le=1
    )

    @model_validator(mode="after")
    def _consistent(self) -> ShiftLimit:
        if self.max_per_day is None and self.max_share is None:
            raise ValueError("neither max_per_day nor max_share is given; give one or remove the entry")
        return self


class Limits(Section):
    """Limits on the plan as a whole."""

    seats: int | None = field(
        None,
        "seats for everyone present, over all pools: a seat is kept during a break; null means no limit",
        unit="heads",
        ge=1,
        le=MOST_HEADS,
    )
    heads: tuple[HeadLimit, ...] = field((), "bounds on heads on duty by weekday and hour")
    shift_types: tuple[ShiftLimit, ...] = field((), "bounds on the use of shift types")

"""What a shift costs, as the optimiser sees it: pay rates by slot and prefix sums.

The calculator in ``models.cost`` prices the written schedule minute by minute on a code path of its own; the two agree
to the cent.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from models.calendar import DAY_MIN, TimeGrid
from models.scenario import Scenario
from models.settings_shifts import Premium, ShiftType
from optimizer.shifts.axis import Axis
from optimizer.shifts.problem import Floats, Ints


class PayTable:
    """Pay of one head by pool and slot.

    Attributes
    ----------
    rate : (P, S) pay for one slot of work at wage factor 1: wage and premiums, planned shrinkage paid on top
    """

    def __init__(self, scenario: Scenario, axis: Axis) -> None:
        pools = list(scenario.pools.values())
        self._pay = scenario.settings.pay
        self._step = axis.grid.interval_min
        self._paid_share = np.array([1.0 - pool.planned_shrinkage for pool in pools])
        self._wage = np.array([pool.wage_per_hour for pool in pools])
        factor = 1.0 + _surcharge(scenario, axis)
        self.rate: Floats = np.outer(self._wage / self._paid_share, factor) * self._step / 60.0
        self._sums = np.concatenate([np.zeros((len(pools), 1)), np.cumsum(self.rate, axis=1)], axis=1)

    def shift_cost(self, pool: int, shift: ShiftType, starts: Ints, span_min: int, paid_min: int) -> Floats:
        """Return the cost (n,) of a shift at each start, its unpaid breaks not yet taken off.

        cost = wage_factor x pay of the span + overtime surcharge + fixed cost + seat overhead of the span
        """
        length = span_min // self._step
        pay = shift.wage_factor * (self._sums[pool, starts + length] - self._sums[pool, starts])
        overtime_h = 0.0
        if self._pay.overtime_after_min is not None:
            overtime_h = max(0, paid_min - self._pay.overtime_after_min) / 60.0
        surcharge = self._wage[pool] * shift.wage_factor * self._pay.overtime_percent / 100.0 * overtime_h
        seat = self._pay.overhead_per_seat_hour * span_min / 60.0
        cost: Floats = pay + surcharge / self._paid_share[pool] + shift.fixed_cost + seat
        return cost


def _surcharge(scenario: Scenario, axis: Axis) -> Floats:
    """Return the mean surcharge (S,) of each slot: premiums that hold in its minutes, added up, and holidays."""
    settings, step = scenario.settings, axis.grid.interval_min
    # whole days around the horizon, so that slots outside it have a wall clock too
    slots = len(axis.interval_of_slot)
    margin = -(-max(axis.before, slots - axis.before - len(axis.grid)) * step // DAY_MIN) + 1
    around = TimeGrid(
        axis.grid.time_zone, axis.grid.first_date - dt.timedelta(days=margin), axis.grid.days + 2 * margin, step
    )
    first = int(around.day_bounds[margin]) - axis.before
    # on a cyclic horizon too: who leaves at its end is paid by the calendar of the days after it
    index = first + np.arange(slots)
    minutes = around.minute_of_day[:, None] + np.arange(step)[None, :]
    surcharge = np.zeros(len(around))
    for premium in settings.pay.premiums:
        surcharge += premium.percent / 100.0 * _holds(premium, around, minutes).mean(axis=1)
    is_holiday = np.array([date in scenario.holidays for date in around.dates])
    surcharge += settings.pay.holiday_percent / 100.0 * is_holiday[around.day]
    return surcharge[index]


def _holds(premium: Premium, grid: TimeGrid, minutes: Ints) -> np.ndarray:
    """Say for every minute of every interval whether the premium's window holds; it belongs to the day it starts."""
    begin, end = premium.window_min
    today = np.isin(grid.weekday, premium.days)[:, None]
    day_before = np.isin((grid.weekday - 1) % 7, premium.days)[:, None]
    return (today & (minutes >= begin) & (minutes < end)) | (
        day_before & (minutes + DAY_MIN >= begin) & (minutes + DAY_MIN < end)
    )

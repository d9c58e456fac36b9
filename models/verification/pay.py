"""Pay of a shift, minute by minute on the wall clock, as the data dictionary says it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.verification.clock import in_window
from models.verification.inputs import Inputs
from models.verification.schedule import Shift

Floats = NDArray[np.float64]
AMOUNTS = (
    "rostered_hours", "paid_hours", "seat_hours", "base", "premium", "overtime", "shrinkage", "fixed", "overhead",
    "cost",
)  # fmt: skip
_QUARTER = 15


class Minutes:
    """The surcharge of every minute from the first start to the last end, in per cent of the wage."""

    def __init__(self, inputs: Inputs, shifts: Iterable[Shift]) -> None:
        self._inputs = inputs
        spans = [(shift.start, shift.end) for shift in shifts]
        # offsets from UTC change at whole quarters of an hour
        self.first = min(start for start, _ in spans) // _QUARTER * _QUARTER
        self.last = max(end for _, end in spans)
        self.percent = np.zeros(self.last - self.first + _QUARTER)
        known: dict[tuple[int, int, bool], Floats] = {}
        for begin in range(self.first, self.last, _QUARTER):
            here = inputs.calendar.clock.local(begin)
            key = (here.weekday(), here.hour * 60 + here.minute, here.date() in inputs.holidays)
            if key not in known:
                known[key] = np.array([self._percent(key[0], key[1] + k, key[2]) for k in range(_QUARTER)])
            self.percent[begin - self.first : begin - self.first + _QUARTER] = known[key]

    def _percent(self, weekday: int, minute: int, holiday: bool) -> float:
        pay = self._inputs.pay
        due = [item.percent for item in pay.premiums if in_window(weekday, minute, item.days, item.start, item.end)]
        return sum(due) + (pay.holiday_percent if holiday else 0.0)

    def of(self, shift: Shift) -> dict[str, Floats]:
        """Amounts of one person on a shift by minute from its start; each (span,)."""
        inputs, pool = self._inputs, self._inputs.pools[shift.pool]
        rule = inputs.shifts[shift.shift]
        paid = np.ones(shift.span)
        for item in shift.breaks:
            if not item.paid:
                paid[item.begin : item.end] = 0.0
        wage = pool.wage * rule.wage_factor / 60
        begin = shift.start - self.first
        base = wage * paid
        premium = base * self.percent[begin : begin + shift.span] / 100
        overtime = np.zeros(shift.span)
        if inputs.pay.overtime_after is not None:
            late = np.flatnonzero(paid)[inputs.pay.overtime_after :]
            overtime[late] = wage * inputs.pay.overtime_percent / 100
        away = 1 / (1 - pool.planned) - 1
        found = {
            "rostered_hours": paid / 60,
            "paid_hours": paid / 60 * (1 + away),
            "seat_hours": np.full(shift.span, 1 / 60),
            "base": base,
            "premium": premium,
            "overtime": overtime,
            "shrinkage": (base + premium + overtime) * away,
            "fixed": np.full(shift.span, rule.fixed_cost / shift.span),
            "overhead": np.full(shift.span, inputs.pay.seat_hour / 60),
        }
        money: Floats = np.sum([found[name] for name in AMOUNTS[3:-1]], axis=0)
        return {**found, "cost": money}


def priceable(inputs: Inputs, shifts: list[Shift]) -> list[Shift]:
    """Shifts whose pool and type the scenario knows; `shift_rules` says which are not."""
    return [shift for shift in shifts if shift.pool in inputs.pools and shift.shift in inputs.shifts]

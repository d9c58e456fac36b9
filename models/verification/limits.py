"""The limits on a plan as a whole: seats, heads on duty, and how often a shift type is used."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np

from models.verification.clock import in_window
from models.verification.cover import Heads
from models.verification.findings import Log
from models.verification.inputs import Inputs, optional
from models.verification.schedule import SCHEDULE, Shift
from models.verification.shift_rules import possible_days

CHECK = "limits"


def check_limits(inputs: Inputs, shifts: list[Shift], heads: dict[str, Heads], log: Log) -> None:
    """Hold the heads and the shifts of each day against the limits of the scenario."""
    calendar = inputs.calendar
    any_open = np.any([pool.open for pool in inputs.pools.values()], axis=0)
    if inputs.seats is not None:
        present = np.sum([one.present for one in heads.values()], axis=0)
        for t in np.flatnonzero(any_open).tolist():
            _bound(inputs, log, t, float(present[t]), None, inputs.seats, "limits.seats")
    for name, pool in inputs.pools.items():
        if pool.max_heads is not None:
            for t in np.flatnonzero(pool.open).tolist():
                _bound(inputs, log, t, float(heads[name].on_duty[t]), None, pool.max_heads, f"max_heads of {name}")
    for number, window in enumerate(inputs.heads, 1):
        names = [window.pool] if window.pool is not None else list(inputs.pools)
        on_duty = np.sum([heads[name].on_duty for name in names], axis=0)
        opened = np.any([inputs.pools[name].open for name in names], axis=0)
        for t in np.flatnonzero(opened).tolist():
            date, minute = calendar.walls[t]
            if in_window(date.weekday(), minute, window.days, window.start, window.end):
                _bound(inputs, log, t, float(on_duty[t]), window.least, window.most, f"limits.heads {number}")
    _check_counts(inputs, shifts, log)


def _bound(
    inputs: Inputs, log: Log, t: int, got: float, least: float | None, most: float | None, name: str
) -> None:  # fmt: skip
    fine = (least is None or got >= least) and (most is None or got <= most)
    words = " and ".join(
        f"{word} {bound:g}" for word, bound in (("at least", least), ("at most", most)) if bound is not None
    )
    log.holds(CHECK, fine, (SCHEDULE, None, name), f"{words} heads at {inputs.calendar.stamp(t)}", got)


def _check_counts(inputs: Inputs, shifts: list[Shift], log: Log) -> None:
    """Shifts of a type by day; a shift that may count for two days counts for neither's most, and is said."""
    if not inputs.shift_limits:
        return
    by_type: Counter[tuple[str, dt.date]] = Counter()
    by_day: Counter[dt.date] = Counter()
    unsure: set[dt.date] = set()
    for shift in shifts:
        rule = inputs.shifts.get(shift.shift)
        days = possible_days(inputs, shift, rule) if rule is not None else []
        if len(days) > 1:
            unsure.update(days)
        elif days:
            by_type[shift.shift, days[0]] += shift.count
            by_day[days[0]] += shift.count
    if unsure:
        log.remarks.append(f"{len(unsure)} days: a start past midnight may count for either day; shares not checked")
    for limit in inputs.shift_limits:
        name, most, share = limit["shift"], optional(limit.get("max_per_day")), optional(limit.get("max_share"))
        for date, total in sorted(by_day.items()):
            count = by_type[name, date]
            if most is not None:
                place = (SCHEDULE, None, f"max_per_day of {name}")
                log.holds(CHECK, count <= most, place, f"at most {most:g} on {date}", count)
            if share is not None and date not in unsure:
                place = (SCHEDULE, None, f"max_share of {name}")
                log.holds(CHECK, count <= share * total + 1e-6, place, f"at most {share:g} of {total} on {date}", count)

"""Cost: schedule.csv and cost.csv priced anew, every figure of both."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import numpy as np

from models.verification.files import read_table
from models.verification.findings import Log
from models.verification.inputs import Inputs
from models.verification.pay import AMOUNTS, Floats, Minutes, priceable
from models.verification.schedule import Shift

CHECK = "cost"
COST = "cost.csv"
COLUMNS = ("level", "period", "pool", *AMOUNTS, "contacts", "resolved", "cost_per_contact", "cost_per_resolved")
_CONTACTS, _RESOLVED, _COST = len(AMOUNTS), len(AMOUNTS) + 1, AMOUNTS.index("cost")

Sums = dict[tuple[str, str, str], Floats]
"""Amounts, contacts and resolved contacts by level, period and pool ("" for all)."""


def check_cost(folder: Path, inputs: Inputs, shifts: list[Shift], log: Log) -> Sums:
    """Hold the price of each shift and every row of cost.csv against pay by the minute."""
    sums: Sums = defaultdict(lambda: np.zeros(len(AMOUNTS) + 2))
    sums["total", "", ""] += 0.0
    places = _Places(inputs)
    worked = priceable(inputs, shifts)
    if worked:
        minutes = Minutes(inputs, worked)
        by_pool = {name: np.zeros((len(AMOUNTS), minutes.last - minutes.first)) for name in inputs.pools}
        for shift in worked:
            amounts = minutes.of(shift)
            log.money(CHECK, shift.row.place("cost_each"), float(amounts["cost"].sum()), shift.cost_each)
            begin = shift.start - minutes.first
            table = np.array([amounts[name] for name in AMOUNTS])
            by_pool[shift.pool][:, begin : begin + shift.span] += table * shift.count
        for name, amounts_of in by_pool.items():
            _gather(sums, places, name, amounts_of, minutes.first)
    for kind in inputs.types:
        for t, contacts in enumerate(kind.contacts):
            if contacts:
                figures = np.zeros(len(AMOUNTS) + 2)
                figures[_CONTACTS], figures[_RESOLVED] = contacts, contacts * kind.resolved_share
                _add(sums, places, kind.pool, t, figures)
    _compare(folder, dict(sums), log)
    return dict(sums)


class _Places:
    """Names of the periods in which an interval, also outside the horizon, lies."""

    def __init__(self, inputs: Inputs) -> None:
        self._calendar = inputs.calendar
        self._known: dict[int, tuple[tuple[str, str], ...]] = {}

    def of(self, index: int) -> tuple[tuple[str, str], ...]:
        """Level and period of an interval on each level."""
        if index not in self._known:
            calendar = self._calendar
            date = calendar.clock.local(calendar.origin + index * calendar.step).date()
            week = calendar.first + dt.timedelta(days=(date - calendar.first).days // 7 * 7)
            self._known[index] = (
                ("total", ""), ("week", str(week)), ("day", str(date)), ("interval", calendar.stamp(index)),
            )  # fmt: skip
        return self._known[index]

    def interval(self, instant: int) -> int:
        """Interval in which an instant lies."""
        return (instant - self._calendar.origin) // self._calendar.step

    def bounds(self, index: int) -> tuple[int, int]:
        """First instants of an interval and of the next."""
        start = self._calendar.origin + index * self._calendar.step
        return start, start + self._calendar.step


def _gather(sums: Sums, places: _Places, pool: str, amounts: Floats, first: int) -> None:
    """Sum amounts by minute into periods."""
    totals = np.concatenate([np.zeros((len(amounts), 1)), np.cumsum(amounts, axis=1)], axis=1)
    last = first + amounts.shape[1]
    for index in range(places.interval(first), places.interval(last - 1) + 1):
        start, end = places.bounds(index)
        begin, stop = max(start, first) - first, min(end, last) - first
        if amounts[2, begin:stop].any():  # seat hours: somebody attends
            figures = np.zeros(len(AMOUNTS) + 2)
            figures[: len(AMOUNTS)] = totals[:, stop] - totals[:, begin]
            _add(sums, places, pool, index, figures)


def _add(sums: Sums, places: _Places, pool: str, index: int, figures: Floats) -> None:
    for level, period in places.of(index):
        sums[level, period, ""] += figures
        sums[level, period, pool] += figures


def _compare(folder: Path, sums: Sums, log: Log) -> None:
    seen = set()
    for row in read_table(folder / COST, COST, COLUMNS, log):
        key = (row.text("level"), row.text("period"), row.text("pool"))
        once = (row.place("period"), "one row for each level, period and pool", " ".join(key))
        log.holds(CHECK, key not in seen, *once)
        seen.add(key)
        # a period in which nobody works or calls may have its row of zeros
        figures = sums.get(key, np.zeros(len(AMOUNTS) + 2))
        values = figures.tolist()
        for position, name in enumerate((*AMOUNTS, "contacts", "resolved")):
            got = row.figure(name, log)
            if 2 < position < _CONTACTS:
                log.money(CHECK, row.place(name), values[position], got)
            else:
                log.equal(CHECK, row.place(name), values[position], got, 1e-6)
        for name, divisor in (("cost_per_contact", values[_CONTACTS]), ("cost_per_resolved", values[_RESOLVED])):
            each = values[_COST] / divisor if divisor > 0 else None
            log.equal(CHECK, row.place(name), each, row.number(name, log))
    for key in sums.keys() - seen:
        log.holds(CHECK, False, (COST, None, "period"), f"a row for {' '.join(part for part in key if part)}", "none")

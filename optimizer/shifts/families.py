"""Shift types of a scenario, spelled out: every paid length, break length and order of breaks, at every start."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np

from models.scenario import Scenario
from models.settings_shifts import Break, ShiftType
from optimizer.shifts.axis import Axis
from optimizer.shifts.paying import PayTable
from optimizer.shifts.problem import BreakWindow, ShiftFamily

Sized = tuple[Break, int]
"""A break with one of the lengths (minutes) that it may have."""


def longest_span_min(scenario: Scenario) -> int:
    """Return the longest span of any shift, in minutes."""
    return max(shift.spans_min(paid)[1] for shift in scenario.settings.shifts for paid in shift.paid_min.values)


def build_families(scenario: Scenario, axis: Axis, pay: PayTable) -> list[ShiftFamily]:
    """Return the families of every pool and shift type that have at least one start on the axis."""
    step = axis.grid.interval_min
    families = []
    for pool_index, pool in enumerate(scenario.pools):
        for shift_index, shift in enumerate(scenario.settings.shifts):
            if shift.pools is not None and pool not in shift.pools:
                continue
            for paid_min, span_min, windows in _forms(shift, step):
                starts = _starts(shift, span_min, axis)
                if not starts:
                    continue
                slots, days = (np.array(column, np.int64) for column in zip(*starts, strict=True))
                families.append(
                    ShiftFamily(
                        pool=pool_index, length=span_min // step, starts=slots,
                        shift=np.full(len(slots), shift_index, np.int64), day=days,
                        cost=pay.shift_cost(pool_index, shift, slots, span_min, paid_min), breaks=windows,
                        work_between=-(-shift.min_work_between_breaks_min // step), rate_factor=shift.wage_factor,
                    )
                )  # fmt: skip
    return families


def _forms(shift: ShiftType, step: int) -> Iterator[tuple[int, int, tuple[BreakWindow, ...]]]:
    """Yield (paid length, span, break windows) of every form that a shift type may take."""
    for paid_min in shift.paid_min.values:
        sized_breaks = [[(entry, length) for length in entry.length_min.values] for entry in shift.breaks_for(paid_min)]
        for sizes in product(*sized_breaks):
            span_min = paid_min + sum(length for entry, length in sizes if not entry.paid)
            for order in permutations(sizes):
                windows = _ordered_windows(shift, order, span_min, step)
                if windows is not None:
                    yield paid_min, span_min, windows


def _ordered_windows(
    shift: ShiftType, order: tuple[Sized, ...], span_min: int, step: int
) -> tuple[BreakWindow, ...] | None:
    """Return the windows of breaks taken in this order, without the places that it excludes; None if it cannot be."""
    # in whole slots from the beginning: rounded one by one, windows could meet that leave no place together
    work = -(-shift.min_work_between_breaks_min // step)
    sizes = [length // step for _, length in order]
    bounds = []
    for (entry, length), size in zip(order, sizes, strict=True):
        low, high = entry.start_window(span_min, length)
        bounds.append([max(-(-low // step), work), min(high // step, span_min // step - size - work)])
    for number in range(1, len(order)):
        bounds[number][0] = max(bounds[number][0], bounds[number - 1][0] + sizes[number - 1] + work)
    for number in range(len(order) - 2, -1, -1):
        bounds[number][1] = min(bounds[number][1], bounds[number + 1][1] - sizes[number] - work)
    if any(low > high for low, high in bounds):
        return None
    return tuple(
        BreakWindow(entry.name, size, tuple(range(low, high + 1)), entry.paid)
        for (entry, _), size, (low, high) in zip(order, sizes, bounds, strict=True)
    )


def _starts(shift: ShiftType, span_min: int, axis: Axis) -> list[tuple[int, int]]:
    """Return (slot, day) of every start of a form."""
    length = span_min // axis.grid.interval_min
    found = []
    for day, date in axis.start_dates():
        if date.weekday() not in shift.days:
            continue
        for minute in shift.starts:
            slot = axis.slot_at(date, minute, length, shift.latest_end)
            if slot is not None:
                found.append((slot, day))
    return found

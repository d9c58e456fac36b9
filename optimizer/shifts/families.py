"""Shift types of a scenario, spelled out: every paid length, break length and order of breaks, at every start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product

import numpy as np

from models.faults import Fault, InputFaults
from models.scenario import Scenario
from models.settings_shifts import Break, ShiftType
from optimizer.shifts.axis import Axis
from optimizer.shifts.paying import PayTable
from optimizer.shifts.problem import BreakWindow, ShiftFamily

MOST_FORMS = 2000
"""Of a shift type: more lengths and orders of breaks than anyone means, and than can be solved."""

Sized = tuple[Break, int]
"""A break with one of the lengths (minutes) that it may have."""
Form = tuple[int, int, tuple[BreakWindow, ...]]
"""Paid length, span, break windows."""


def longest_span_min(scenario: Scenario) -> int:
    """Return the longest span of any shift, in minutes."""
    return max(shift.spans_min(paid)[1] for shift in scenario.settings.shifts for paid in shift.paid_min.values)


def build_families(scenario: Scenario, axis: Axis, pay: PayTable) -> list[ShiftFamily]:
    """Return the families of every pool and shift type that have at least one start on the axis.

    Raises
    ------
    InputFaults
        If a shift type may take more than `MOST_FORMS` forms.
    """
    step = axis.grid.interval_min
    forms = _all_forms(scenario.settings.shifts, step)
    families = []
    for pool_index, pool in enumerate(scenario.pools):
        for shift_index, shift in enumerate(scenario.settings.shifts):
            if shift.pools is not None and pool not in shift.pools:
                continue
            for paid_min, span_min, windows in forms[shift_index]:
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


def _all_forms(shifts: Iterable[ShiftType], step: int) -> list[list[Form]]:
    """Return the forms of every shift type."""
    found, faults = [], []
    for shift in shifts:
        forms = list(islice(_forms(shift, step), MOST_FORMS + 1))
        if len(forms) > MOST_FORMS:
            message = (
                f"may take more than {MOST_FORMS:,} forms (paid lengths x lengths of breaks x orders of breaks); "
                "give its breaks windows that settle their order, or fewer lengths, or make several shift types of it"
            )
            faults.append(Fault("scenario.yaml", None, "shifts", shift.name, message))
        found.append(forms)
    if faults:
        raise InputFaults(faults)
    return found


def _forms(shift: ShiftType, step: int) -> Iterator[Form]:
    """Yield every form that a shift type may take, those alike but for the names of breaks once."""
    seen = set()
    for paid_min in shift.paid_min.values:
        sized_breaks = [[(entry, length) for length in entry.length_min.values] for entry in shift.breaks_for(paid_min)]
        for sizes in product(*sized_breaks):
            span_min = paid_min + sum(length for entry, length in sizes if not entry.paid)
            for order in _orders(shift, sizes, span_min, step):
                windows = _ordered_windows(shift, order, span_min, step)
                if windows is None:
                    continue
                form = paid_min, span_min, tuple((item.length, item.offsets, item.paid) for item in windows)
                if form not in seen:
                    seen.add(form)
                    yield paid_min, span_min, windows


def _orders(shift: ShiftType, sizes: tuple[Sized, ...], span_min: int, step: int) -> Iterator[tuple[Sized, ...]]:
    """Yield the orders in which breaks may be taken; those of equal length, pay and window keep the settings' order."""
    work = -(-shift.min_work_between_breaks_min // step)
    kinds = [(length // step, entry.paid, _bounds(shift, (entry, length), span_min, step)) for entry, length in sizes]

    def after(taken: tuple[int, ...], free: int) -> Iterator[tuple[int, ...]]:
        left = [number for number in range(len(sizes)) if number not in taken]
        if not left:
            yield taken
        # one break that could not be taken any more spoils every order that begins like this
        elif all(max(kinds[number][2][0], free) <= kinds[number][2][1] for number in left):
            of_kind: dict[object, int] = {}
            for number in left:
                of_kind.setdefault(kinds[number], number)
            for number in of_kind.values():
                length, _, (low, _) = kinds[number]
                yield from after((*taken, number), max(low, free) + length + work)

    for order in after((), 0):
        yield tuple(sizes[number] for number in order)


def _bounds(shift: ShiftType, sized: Sized, span_min: int, step: int) -> tuple[int, int]:
    """Return the first and the last slot at which a break may start, the other breaks aside."""
    entry, length = sized
    work = -(-shift.min_work_between_breaks_min // step)
    low, high = entry.start_window(span_min, length)
    return max(-(-low // step), work), min(high // step, span_min // step - length // step - work)


def _ordered_windows(
    shift: ShiftType, order: tuple[Sized, ...], span_min: int, step: int
) -> tuple[BreakWindow, ...] | None:
    """Return the windows of breaks taken in this order, without the places that it excludes; None if it cannot be."""
    # in whole slots from the beginning: rounded one by one, windows could meet that leave no place together
    work = -(-shift.min_work_between_breaks_min // step)
    sizes = [length // step for _, length in order]
    bounds = [list(_bounds(shift, sized, span_min, step)) for sized in order]
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

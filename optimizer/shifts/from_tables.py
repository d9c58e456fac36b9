"""A shift problem from two tables: a requirement by interval, and a list of shifts with their cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.shiftlist import NeedByInterval, ShiftRow
from optimizer.shifts.axis import Axis, Edges, build_axis
from optimizer.shifts.engine import ShiftSolution
from optimizer.shifts.problem import BreakWindow, Ints, ShiftFamily, ShiftProblem


@dataclass(frozen=True)
class SoftCover:
    """Costs instead of musts.

    Attributes
    ----------
    under_cost_per_min, over_cost_per_min : cost of a missing and of a superfluous agent a minute; None = a must
    distinct_cost : cost of each row of shifts.csv that is used at all
    """

    under_cost_per_min: float | None = None
    over_cost_per_min: float = 0.0
    distinct_cost: float = 0.0


@dataclass(frozen=True, eq=False)
class TableProblem:
    """The problem with what is needed to read its solution."""

    problem: ShiftProblem
    axis: Axis
    need: NeedByInterval
    shifts: tuple[ShiftRow, ...]


def table_problem(
    need: NeedByInterval, shifts: tuple[ShiftRow, ...], *, edges: Edges = "lead_in", soft: SoftCover | None = None
) -> TableProblem:
    """Return the problem of covering a requirement with shifts of a list.

    Parameters
    ----------
    edges : what happens at the first midnight: shifts of the day before reach in ("lead_in"), none do ("cut"), or
        those of the last day do ("cyclic")
    """
    soft = soft or SoftCover()
    step = need.grid.interval_min
    axis = build_axis(need.grid, max(row.length_min for row in shifts) // step, edges)
    alike: dict[tuple[int, ...], list[int]] = {}
    for number, row in enumerate(shifts):
        form = (row.length_min, row.break_min, row.break_earliest_min, row.break_latest_min)
        alike.setdefault(form, []).append(number)
    families: list[ShiftFamily] = []
    for pool in range(len(need.pools)):
        for numbers in alike.values():
            family = _family(pool, numbers, shifts, axis)
            if family is not None:
                families.append(family)
    problem = ShiftProblem(
        intervals=len(need.grid),
        interval_of_slot=axis.interval_of_slot,
        pools=need.pools,
        shifts=tuple(row.name for row in shifts),
        families=tuple(families),
        need=need.agents,
        open=np.ones(need.agents.shape, bool),
        pay_rate=np.zeros((len(need.pools), len(axis.interval_of_slot))),
        under_cost=None if soft.under_cost_per_min is None else soft.under_cost_per_min * step,
        over_cost=soft.over_cost_per_min * step,
        distinct_cost=soft.distinct_cost,
        distinct_key=_distinct(families) if soft.distinct_cost else {},
    )
    return TableProblem(problem, axis, need, shifts)


def _family(pool: int, numbers: list[int], shifts: tuple[ShiftRow, ...], axis: Axis) -> ShiftFamily | None:
    """Return the family of rows that have the same length and break, at every start on the axis."""
    step, form = axis.grid.interval_min, shifts[numbers[0]]
    length = form.length_min // step
    found = [
        (slot, number, day, shifts[number].cost)
        for day, date in axis.start_dates()
        for number in numbers
        if date.weekday() in shifts[number].days
        and (slot := axis.slot_at(date, shifts[number].start_min, length)) is not None
    ]
    if not found:
        return None
    slots, names, days, costs = (np.array(column) for column in zip(*found, strict=True))
    breaks: tuple[BreakWindow, ...] = ()
    if form.break_min:
        offsets = range(-(-form.break_earliest_min // step), form.break_latest_min // step + 1)
        breaks = (BreakWindow("break", form.break_min // step, tuple(offsets)),)
    return ShiftFamily(pool, length, slots, names, days, costs.astype(float), breaks)


def _distinct(families: list[ShiftFamily]) -> dict[int, Ints]:
    return {index: family.shift for index, family in enumerate(families)}


def schedule_frame(table: TableProblem, solution: ShiftSolution) -> pd.DataFrame:
    """Return the schedule: ``date, shift, break_start, count``, with ``pool`` in front where the requirement has it."""
    records = []
    step, origin = table.need.grid.interval_min, table.need.grid.starts[0]
    for one in solution.chosen:
        family = table.problem.families[one.family]
        row = table.shifts[int(family.shift[one.member])]
        date = table.need.grid.first_date + dt.timedelta(days=int(family.day[one.member]))
        slot = int(family.starts[one.member]) - table.axis.before
        # elapsed minutes from the start: in a night in which the clocks change they are not those of the wall clock
        rest = f"{origin + pd.Timedelta(minutes=(slot + one.offsets[0]) * step):%H:%M}" if one.offsets else ""
        pool = table.problem.pools[family.pool]
        records.append((pool, date.isoformat(), row.start_min, row.name, rest, one.count))
    columns = ["pool", "date", "start_min", "shift", "break_start", "count"]
    frame = pd.DataFrame(records, columns=columns).sort_values(columns, ignore_index=True).drop(columns="start_min")
    return frame if table.need.named else frame.drop(columns="pool")

"""Why there is no schedule: the demands and limits that exclude each other, and the cheapest way out, in words.

A part of the problem without a schedule is taken apart in two steps. First the intervals in which no shift can put
anyone on duty: no other rule matters there. Then, on the linear program with a slack for every group of rows, the
groups are dropped one after the other; what cannot be dropped without making the rest possible is the conflict (a
smallest set, by deletion). For each group of the conflict the program then says how far it alone must give way, and
what the schedule would cost; the cheapest comes first.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.calendar import TimeGrid
from models.wallclock import DAY_NAMES, format_time
from optimizer.shifts.components import Component
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.shifts.relaxation import as_elastic, relax, whole_program
from optimizer.shifts.rows import SERVICE_ROW_SCALE, build_rows
from optimizer.solve import Program, Status, solve

MOST_PARTS = 4
"""So many parts are explained; further ones are counted."""
Group = tuple[str, str]
"""Kind of row and its label: ("attended", "limits.seats")."""


@dataclass(frozen=True)
class Explanation:
    """The conflict and the ways out, cheapest first, in the planner's words."""

    conflicts: tuple[str, ...]
    relaxations: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """How a problem's pools and targets are called.

    Attributes
    ----------
    target : pool -> "80 % of contacts within 20 s"; empty without service levels
    money : amount -> text
    """

    grid: TimeGrid
    target: dict[str, str]
    money: Callable[[float], str]


def explain(parts: Iterable[Component], whole: ShiftProblem, wording: Wording) -> Explanation:
    """Explain why some parts of a problem have no schedule.

    Parameters
    ----------
    parts : the parts without a schedule
    whole : the whole problem, whose shifts say what else might be allowed
    """
    conflicts: list[str] = []
    relaxations: list[str] = []
    waiting = list(parts)
    for part in waiting[:MOST_PARTS]:
        problem = part.problem
        gaps = _gaps(problem)
        if gaps.any():
            said, mend = _gap_words(problem, whole, gaps, wording)
        else:
            said, mend = _conflict_words(problem, wording)
        conflicts.extend(said)
        relaxations.extend(mend)
    if len(waiting) > MOST_PARTS:
        conflicts.append(f"and {len(waiting) - MOST_PARTS} further parts of the horizon have no schedule either")
    return Explanation(tuple(dict.fromkeys(conflicts)), tuple(dict.fromkeys(relaxations)))


# intervals that no shift reaches


def _gaps(problem: ShiftProblem) -> np.ndarray:
    """Return (P, T): somebody is needed and no shift can have anyone on duty."""
    reach = np.zeros(problem.need.shape, bool)
    for family in problem.families:
        duty = np.zeros(family.length, bool)
        always_off = np.zeros(family.length, int)
        for window in family.breaks:
            # off duty whatever the place of the break: only the slots that all its places share
            first, last = window.offsets[-1], window.offsets[0] + window.length
            always_off[first:last] += 1
        duty[always_off == 0] = True
        slots = (family.starts[:, None] + np.flatnonzero(duty)[None, :]).ravel()
        interval = problem.interval_of_slot[slots]
        reach[family.pool, interval[interval >= 0]] = True
    return (problem.need > 0) & ~reach


def _gap_words(
    problem: ShiftProblem, whole: ShiftProblem, gaps: np.ndarray, wording: Wording
) -> tuple[list[str], list[str]]:
    said, mend = [], []
    for pool in np.flatnonzero(gaps.any(axis=1)).tolist():
        name = problem.pools[pool]
        for first, last in _runs(np.flatnonzero(gaps[pool])):
            most = int(problem.need[pool, first : last + 1].max())
            when = _when(wording.grid, first, last)
            said.append(f"no shift can have anyone on duty in pool {name} on {when}, where {most} are needed")
            mend.append(_gap_mend(whole, pool, first, last, wording.grid))
    return said, mend


def _gap_mend(whole: ShiftProblem, pool: int, first: int, last: int, grid: TimeGrid) -> str:
    step = grid.interval_min
    day = int(grid.day[first])
    date = grid.dates[day]
    weekday = DAY_NAMES[date.weekday()]
    before = int(np.flatnonzero(whole.interval_of_slot == 0)[0]) if (whole.interval_of_slot == 0).any() else 0
    begins, ends = [], []
    for family in whole.families:
        if family.pool == pool:
            today = family.starts[family.day == day] - before
            begins.extend(today.tolist())
            ends.extend((today + family.length).tolist())
    need_from = int(grid.minute_of_day[first])
    need_to = int(grid.minute_of_day[last]) + step
    if not begins:
        return f"let a shift of pool {whole.pools[pool]} be worked on {weekday} ({date}): none may start on that day"
    if last < min(begins):
        earliest = format_time(int(grid.minute_of_day[max(min(begins), 0)]))
        return f"let a shift start at {format_time(need_from)} or earlier on {weekday}: the earliest is {earliest}"
    if first >= max(ends):
        latest = max(ends) - 1
        end = format_time((int(grid.minute_of_day[min(latest, len(grid) - 1)]) + step) % 1440)
        return f"let a shift end at {format_time(need_to % 1440)} or later on {weekday}: the latest ends at {end}"
    return f"add a shift, or widen a break window, that leaves people on duty on {_when(grid, first, last)}"


def _runs(index: Ints) -> list[tuple[int, int]]:
    """Return (first, last) of each run of consecutive numbers."""
    breaks = np.flatnonzero(np.diff(index) > 1)
    firsts = index[np.concatenate([[0], breaks + 1])]
    lasts = index[np.concatenate([breaks, [len(index) - 1]])]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


# rules that exclude each other


class _Elastic:
    """The linear program of a part, with a slack for every row that a group of rules stands behind."""

    def __init__(self, problem: ShiftProblem) -> None:
        elastic = as_elastic(problem)
        rows = build_rows(elastic)
        self.problem, self.rows = problem, rows
        linear = relax(elastic, rows)
        program = whole_program(elastic, rows, linear.columns)
        side = np.array([kind in ("missing", "shortfall") for kind, _ in rows.side_kind], bool)
        slack = np.concatenate([side, np.zeros(len(linear.columns), bool)])
        beyond = [
            row
            for row, name in enumerate(rows.names)
            if name[0] in ("attended", "counted") and rows.upper[row] < np.inf
        ]
        over = sparse.csc_matrix((-np.ones(len(beyond)), (beyond, range(len(beyond)))), shape=(rows.count, len(beyond)))
        self.matrix = sparse.hstack([program.matrix, over], format="csc")
        self.cost = np.concatenate([np.where(slack, 0.0, program.cost), np.zeros(len(beyond))])
        self.upper = np.concatenate([program.upper, np.full(len(beyond), np.inf)])
        self.slack = np.concatenate([slack, np.ones(len(beyond), bool)])
        self.group_of_column = self._groups()

    def _groups(self) -> list[Group | None]:
        first_row = self.matrix.indices[self.matrix.indptr[:-1]]
        return [
            self.rows.names[int(first_row[column])][:2] if self.slack[column] else None
            for column in range(len(self.slack))
        ]

    @property
    def groups(self) -> list[Group]:
        return list(dict.fromkeys(group for group in self.group_of_column if group is not None))

    def solve(self, free: set[Group], *, cost: bool, extra: float | None = None) -> tuple[Status, Floats | None, float]:
        """Solve with the slacks of ``free`` groups: for the least slack, or the least cost with ``extra`` slack."""
        mine = np.array([group in free for group in self.group_of_column])
        upper = np.where(self.slack & ~mine, 0.0, self.upper)
        count = len(self.cost)
        matrix, lower, top = self.matrix, self.rows.lower, self.rows.upper
        if extra is not None:
            total = sparse.csc_matrix(mine.astype(float)[None, :])
            matrix = sparse.vstack([matrix, total], format="csc")
            lower, top = np.append(lower, -np.inf), np.append(top, extra)
        objective = self.cost if cost else mine.astype(float)
        program = Program(objective, np.zeros(count), upper, np.zeros(count, bool), matrix, lower, top)
        answer = solve(program, solver="glop")
        if answer.values is None:
            answer = solve(program, solver="highs")
        return answer.status, answer.values, answer.objective


def _conflict_words(problem: ShiftProblem, wording: Wording) -> tuple[list[str], list[str]]:
    elastic = _Elastic(problem)
    groups = elastic.groups
    free: set[Group] = set()
    for group in groups:
        if elastic.solve(free | {group}, cost=False)[0] is Status.INFEASIBLE:
            free.add(group)
    conflict = [group for group in groups if group not in free]
    said = ["together these cannot be kept: " + "; ".join(_rule(problem, group, wording) for group in conflict)]
    if not conflict or len(free) == len(groups):
        said = ["only whole people make this impossible: no whole number of shifts keeps every rule at once"]
    ways = []
    for group in conflict:
        status, values, least = elastic.solve(free | {group}, cost=False)
        if values is None or status is Status.INFEASIBLE:
            continue
        only = elastic.solve({group}, cost=False)
        if only[1] is None:
            continue
        least = only[2]
        priced = elastic.solve({group}, cost=True, extra=least * (1 + 1e-6) + 1e-6)
        cost = priced[2] if priced[1] is not None else math.inf
        ways.append((cost, _way_out(elastic, group, only[1], wording)))
    ways.sort(key=lambda way: way[0])
    return said, [
        f"{text} (the schedule then costs about {wording.money(cost)})" if math.isfinite(cost) else text
        for cost, text in ways
    ]


def _rule(problem: ShiftProblem, group: Group, wording: Wording) -> str:
    kind, label = group
    when = _days(problem, wording)
    if kind == "cover":
        return f"pool {label} needs the people of its requirement in every interval of {when}"
    if kind == "service":
        return f"pool {label} must reach {wording.target.get(label, 'its service level')} on {when}"
    if kind == "due":
        return f"work of {label} must be done by its deadline"
    return f"{_limit_name(label, wording)} on {when}" if kind == "attended" else _limit_name(label, wording)


def _way_out(elastic: _Elastic, group: Group, values: Floats, wording: Wording) -> str:
    kind, label = group
    mine = np.flatnonzero([own == group for own in elastic.group_of_column])
    amounts = values[mine]
    most = float(amounts.max(initial=0.0))
    where = [int(elastic.rows.names[int(elastic.matrix.indices[elastic.matrix.indptr[column]])][2]) for column in mine]
    used = sorted(place for place, amount in zip(where, amounts.tolist(), strict=True) if amount > 1e-6 and place >= 0)
    when = f" on {_when(wording.grid, used[0], used[-1])}" if used else ""
    if kind == "cover":
        return f"accept up to {math.ceil(most - 1e-6)} people fewer in pool {label}{when}"
    if kind == "service":
        target = wording.target.get(label, "the target")
        return f"accept {most / SERVICE_ROW_SCALE:.1%} less than {target} in pool {label}{when}"
    if kind == "due":
        hours = float(amounts.max(initial=0.0)) * wording.grid.interval_min / 60.0
        return f"let {hours:.1f} hours of work of {label} be done after its deadline"
    return f"move {_limit_name(label, wording)} by {math.ceil(most - 1e-6)}{when}"


def _limit_name(label: str, wording: Wording) -> str:
    """Name the date in labels such as "max_share of part on day 3"."""
    head, mark, day = label.rpartition(" on day ")
    if not mark:
        return label
    return f"{head} on {wording.grid.first_date + dt.timedelta(days=int(day))}"


def _days(problem: ShiftProblem, wording: Wording) -> str:
    needed = np.flatnonzero((problem.need > 0).any(axis=0) | problem.open.any(axis=0))
    if not len(needed):
        return "the horizon"
    first, last = (wording.grid.dates[int(wording.grid.day[place])] for place in (needed[0], needed[-1]))
    return str(first) if first == last else f"{first} to {last}"


def _when(grid: TimeGrid, first: int, last: int) -> str:
    start = grid.starts[first]
    end = grid.starts[last] + dt.timedelta(minutes=grid.interval_min)
    day = f"{DAY_NAMES[start.weekday()]} {start.date()}"
    until = f"{end:%H:%M}" if end.date() == start.date() or f"{end:%H:%M}" == "00:00" else f"{end:%Y-%m-%d %H:%M}"
    return f"{day} {start:%H:%M}-{until}"

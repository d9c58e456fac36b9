"""Why there is no schedule: the demands and limits that exclude each other, and the cheapest way out, in words.

A part of the problem without a schedule is taken apart in two steps. First the intervals in which no shift can put
anyone on duty: no other rule matters there. Then, on the linear program with a slack for every rule and day, the rules
are waived one after the other; what cannot be waived without making the rest possible is the conflict (a smallest set,
by deletion). For each rule of the conflict the program then says how far it alone must give way, and what the schedule
would cost; the cheapest comes first.
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
ON_DAY = " on day "
"""Ends the label of a limit that holds for one day, with the day's number."""


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
    """The linear program of a part, with a slack on every row of a rule that could give way."""

    def __init__(self, problem: ShiftProblem, grid: TimeGrid) -> None:
        elastic = as_elastic(problem)
        self.rows = rows = build_rows(elastic)
        linear = relax(elastic, rows)
        program = whole_program(elastic, rows, linear.columns)
        side = np.array([kind in ("missing", "shortfall") for kind, _ in rows.side_kind], bool)
        slack = np.concatenate([side, np.zeros(len(linear.columns), bool)])
        beyond = [
            row
            for row, name in enumerate(rows.names)
            if name[0] in ("attended", "counted") and np.isfinite(rows.upper[row])
        ]
        over = sparse.csc_matrix((-np.ones(len(beyond)), (beyond, range(len(beyond)))), shape=(rows.count, len(beyond)))
        self.matrix = sparse.hstack([program.matrix, over], format="csc")
        self.cost = np.concatenate([np.where(slack, 0.0, program.cost), np.zeros(len(beyond))])
        self.upper = np.concatenate([program.upper, np.full(len(beyond), np.inf)])
        self.slack = np.flatnonzero(np.concatenate([slack, np.ones(len(beyond), bool)]))
        self.row_of_slack = self.matrix.indices[self.matrix.indptr[self.slack]]
        names = [rows.names[row] for row in self.row_of_slack.tolist()]
        self.rule = [_Rule(kind, label, _day_of(kind, label, place, grid)) for kind, label, place in names]

    def solve(
        self, gives_way: Callable[[_Rule], bool], *, most: float | None = None
    ) -> tuple[Status, Floats | None, float]:
        """Let some rules give way: as little as possible, or by at most ``most`` in all at the least cost."""
        mine = np.array([gives_way(rule) for rule in self.rule], bool)
        upper, objective = self.upper.copy(), np.zeros(len(self.cost))
        upper[self.slack[~mine]] = 0.0
        objective[self.slack[mine]] = 1.0
        matrix, lower, top = self.matrix, self.rows.lower, self.rows.upper
        if most is not None:
            matrix = sparse.vstack([matrix, sparse.csr_matrix(objective[None, :])], format="csc")
            lower, top, objective = np.append(lower, -np.inf), np.append(top, most), self.cost
        program = Program(
            objective, np.zeros(len(objective)), upper, np.zeros(len(objective), bool), matrix, lower, top
        )
        answer = solve(program, solver="glop")
        if answer.status is Status.NO_PLAN:
            answer = solve(program, solver="highs")
        return answer.status, answer.values, answer.objective


@dataclass(frozen=True)
class _Rule:
    """A demand or limit on one day (-1 = not of a day)."""

    kind: str
    label: str
    day: int

    @property
    def family(self) -> tuple[str, str]:
        """The same rule on any day."""
        return self.kind, self.label.rpartition(ON_DAY)[0] or self.label


def _day_of(kind: str, label: str, place: int, grid: TimeGrid) -> int:
    if kind == "counted":
        return int(label.rpartition(ON_DAY)[2])
    return int(grid.day[place]) if kind != "due" else -1


def _conflict_words(problem: ShiftProblem, wording: Wording) -> tuple[list[str], list[str]]:
    elastic = _Elastic(problem, wording.grid)
    rules = list(dict.fromkeys(elastic.rule))
    # coarse first: whole rules that play no part leave at once, then single days of the rest
    waived: set[_Rule] = set()
    for family in dict.fromkeys(rule.family for rule in rules):
        more = waived | {rule for rule in rules if rule.family == family}
        if elastic.solve(more.__contains__)[0] is Status.INFEASIBLE:
            waived = more
    for rule in [rule for rule in rules if rule not in waived]:
        if elastic.solve((waived | {rule}).__contains__)[0] is Status.INFEASIBLE:
            waived.add(rule)
    conflict = [rule for rule in rules if rule not in waived]
    if not conflict or elastic.solve(lambda _: False)[0] is not Status.INFEASIBLE:
        return ["only whole people make this impossible: no whole number of shifts keeps every rule at once"], []
    said = "together these cannot be kept: " + "; ".join(_rule_words(conflict, wording))
    return [said], _ways_out(elastic, [rule.family for rule in conflict], wording)


def _ways_out(elastic: _Elastic, families: list[tuple[str, str]], wording: Wording) -> list[str]:
    """Say how far each rule alone must give way, the cheapest first; all together where none alone suffices."""
    ways: list[tuple[float, str]] = []
    every = list(dict.fromkeys(families))
    alone = [{family} for family in every]
    for allowed in [*alone, set(every)]:
        if len(allowed) > 1 and ways:
            break
        status, values, least = elastic.solve(lambda rule, allowed=allowed: rule.family in allowed)  # type: ignore[misc]
        if values is None or status is Status.INFEASIBLE:
            continue
        priced = elastic.solve(
            lambda rule, allowed=allowed: rule.family in allowed,  # type: ignore[misc]
            most=least * (1 + 1e-6) + 1e-6,
        )
        words = " and ".join(_way_words(elastic, family, values, wording) for family in every if family in allowed)
        ways.append((priced[2], words))
    ways.sort(key=lambda way: way[0])
    return [
        f"{text} (the schedule then costs about {wording.money(cost)})" if math.isfinite(cost) else text
        for cost, text in ways
    ]


def _rule_words(rules: list[_Rule], wording: Wording) -> list[str]:
    found = []
    for family in dict.fromkeys(rule.family for rule in rules):
        kind, label = family
        days = sorted({rule.day for rule in rules if rule.family == family and rule.day >= 0})
        when = _on(days, wording.grid)
        if kind == "cover":
            found.append(f"pool {label} needs the people of its requirement{when}")
        elif kind == "service":
            found.append(f"pool {label} must reach {wording.target.get(label, 'its service level')}{when}")
        elif kind == "due":
            found.append(f"work of {label} must be done by its deadline")
        else:
            found.append(f"{label}{when}")
    return found


def _way_words(elastic: _Elastic, family: tuple[str, str], values: Floats, wording: Wording) -> str:
    kind, label = family
    mine = [number for number, rule in enumerate(elastic.rule) if rule.family == family]
    amounts = {number: float(values[elastic.slack[number]]) for number in mine}
    used = [number for number in mine if amounts[number] > 1e-6]
    most = math.ceil(max(amounts.values(), default=0.0) - 1e-6)
    days = sorted({elastic.rule[number].day for number in used if elastic.rule[number].day >= 0})
    when = _on(days, wording.grid)
    if kind == "cover":
        return f"accept up to {most} {'person' if most == 1 else 'people'} fewer in pool {label}{when}"
    if kind == "service":
        share = max(amounts.values(), default=0.0) / SERVICE_ROW_SCALE
        return f"accept {share:.1%} less than {wording.target.get(label, 'the target')} in pool {label}{when}"
    if kind == "due":
        return f"let work of {label} be done later: extend its deadline, or take on less"
    upwards = any(elastic.matrix.data[elastic.matrix.indptr[elastic.slack[number]]] < 0 for number in used)
    return f"{'raise' if upwards else 'lower'} {label} by {most}{when}"


def _on(days: list[int], grid: TimeGrid) -> str:
    """Name days: " on mon 2024-06-03 to fri 2024-06-07, mon 2024-06-10"."""
    if not days:
        return ""
    parts = [
        _date(first, grid) if first == last else f"{_date(first, grid)} to {_date(last, grid)}"
        for first, last in _runs(np.array(days))
    ]
    return " on " + ", ".join(parts)


def _date(day: int, grid: TimeGrid) -> str:
    date = grid.first_date + dt.timedelta(days=day)
    return f"{DAY_NAMES[date.weekday()]} {date}"


def _when(grid: TimeGrid, first: int, last: int) -> str:
    start = grid.starts[first]
    end = grid.starts[last] + dt.timedelta(minutes=grid.interval_min)
    until = f"{end:%H:%M}" if end.date() == start.date() or f"{end:%H:%M}" == "00:00" else f"{end:%Y-%m-%d %H:%M}"
    return f"{DAY_NAMES[start.weekday()]} {start.date()} {start:%H:%M}-{until}"

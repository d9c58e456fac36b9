"""The linear program of a part, with a slack on every row of a rule that could give way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.calendar import TimeGrid
from optimizer.explain.rules import SHARE, Family, Give, Rule, day_of
from optimizer.shifts.problem import Floats, Ints, ShiftProblem
from optimizer.shifts.relaxation import as_elastic, relax, whole_program
from optimizer.shifts.rows import SERVICE_ROW_SCALE, build_rows
from optimizer.solve import Program, Status, solve

NOTHING = 1e-6
SUM_WEIGHT = 1e-4
"""Of the sum of all slacks beside the largest one: little, it only settles ties."""


@dataclass(frozen=True)
class _Slack:
    """A column by which a row may be missed: ``upwards`` = the row's upper side."""

    column: int
    row: int
    rule: Rule
    upwards: bool


class Elastic:
    """The linear program of a part, with a slack on every row of a rule that could give way."""

    def __init__(self, problem: ShiftProblem, grid: TimeGrid) -> None:
        self.problem, self.grid = problem, grid
        elastic = as_elastic(problem)
        self._rows = rows = build_rows(elastic)
        columns = relax(elastic, rows).columns
        unlimited = replace(elastic, attendance=(), counts=())
        columns.add(relax(unlimited, build_rows(unlimited)).columns.batches)
        program = whole_program(elastic, rows, columns)
        limited = [
            row
            for row, name in enumerate(rows.names)
            if name[0] in ("attended", "counted") and np.isfinite(rows.upper[row])
        ]
        over = sparse.csc_matrix(
            (-np.ones(len(limited)), (limited, range(len(limited)))), shape=(rows.count, len(limited))
        )
        self._matrix = sparse.hstack([program.matrix, over], format="csc")
        self._upper = np.concatenate([program.upper, np.full(len(limited), np.inf)])
        missing = [place for place, (kind, _) in enumerate(rows.side_kind) if kind in ("missing", "shortfall")]
        self._slacks = [self._slack(column, upwards=False) for column in missing]
        self._slacks += [self._slack(len(program.cost) + number, upwards=True) for number in range(len(limited))]

    def _slack(self, column: int, *, upwards: bool) -> _Slack:
        # a missing head stands in its cover row first, then in the service row that it also costs
        row = int(self._matrix.indices[self._matrix.indptr[column] : self._matrix.indptr[column + 1]].min())
        kind, label, place = self._rows.names[row]
        return _Slack(column, row, Rule(kind, label, day_of(kind, label, place, self.grid)), upwards)

    @property
    def rules(self) -> list[Rule]:
        """Every rule that could give way."""
        return list(dict.fromkeys(slack.rule for slack in self._slacks))

    def is_possible(self, gives_way: Callable[[Rule], bool]) -> bool:
        """Say whether there is a schedule (of people in parts) when these rules need not be kept."""
        mine = [slack.column for slack in self._slacks if gives_way(slack.rule)]
        objective = np.zeros(self._matrix.shape[1])
        objective[mine] = 1.0
        return self._solved(self._matrix, self._rows.lower, self._rows.upper, objective, mine) is not None

    def least(self, families: Iterable[Family]) -> tuple[Give, ...] | None:
        """Return how far rules must give way, in heads that need not be whole; None where they alone do not help."""
        families = list(families)
        mine = [slack for slack in self._slacks if slack.rule.family in families]
        # one further column a rule: its largest slack, which is what is made small
        worst = {family: self._matrix.shape[1] + number for number, family in enumerate(families)}
        entries = [
            entry
            for number, slack in enumerate(mine)
            for entry in ((number, slack.column, -1.0), (number, worst[slack.rule.family], 1.0))
        ]
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        width = self._matrix.shape[1] + len(families)
        links = sparse.csc_matrix((values, (rows, columns)), shape=(len(mine), width))
        wide = sparse.hstack([self._matrix, sparse.csc_matrix((self._matrix.shape[0], len(families)))])
        objective = np.zeros(width)
        objective[[slack.column for slack in mine]] = SUM_WEIGHT
        objective[list(worst.values())] = 1.0
        found = self._solved(
            sparse.vstack([wide, links], format="csc"),
            np.concatenate([self._rows.lower, np.zeros(len(mine))]),
            np.concatenate([self._rows.upper, np.full(len(mine), np.inf)]),
            objective, [*[slack.column for slack in mine], *worst.values()],
        )  # fmt: skip
        return None if found is None else tuple(self._give(family, mine, found) for family in families)

    def _solved(
        self, matrix: sparse.csc_matrix, lower: Floats, upper: Floats, objective: Floats, free: Sequence[int]
    ) -> Floats | None:
        count = len(objective)
        most = np.concatenate([self._upper, np.full(count - len(self._upper), np.inf)])
        fixed = np.array([slack.column for slack in self._slacks], np.int64)
        most[np.setdiff1d(fixed, np.array(free, np.int64))] = 0.0
        program = Program(objective, np.zeros(count), most, np.zeros(count, bool), matrix, lower, upper)
        answer = solve(program, solver="glop")
        if answer.status is Status.NO_PLAN:
            answer = solve(program, solver="highs")
        return answer.values

    def _give(self, family: Family, slacks: list[_Slack], values: Floats) -> Give:
        used = [item for item in slacks if item.rule.family == family and values[item.column] > NOTHING]
        most = max((float(values[item.column]) for item in used), default=0.0)
        days = tuple(sorted({item.rule.day for item in used if item.rule.day >= 0}))
        kind, label = family
        if kind == "service":
            lost = math.ceil(most / SERVICE_ROW_SCALE * 1000 - NOTHING) / 1000
            pool = self.problem.pools.index(label)
            target = min(period.target for period in self.problem.service if period.pool == pool)
            return Give(family, lost, days, reaches=max(0.0, target - lost))
        if kind == "due":
            return Give(family, self._lateness(label, values))
        if label.startswith(SHARE):
            return self._share(family, days, values)
        direction = "lower" if used and not any(item.upwards for item in used) else "raise"
        return Give(family, math.ceil(most - NOTHING), days, direction)

    def _lateness(self, name: str, values: Floats) -> float:
        """Return the intervals by which work of a type is late, counted in open ones."""
        work = next(work for work in self.problem.deferrable if work.name == name)
        done = np.full(self.problem.intervals, np.nan)
        for row in self._named("due", name):
            inside = self._matrix.getrow(row)
            column = next(place for place in inside.indices.tolist() if self._kind(place) == "done")
            done[self._rows.names[row][2]] = values[column]
        opens = np.flatnonzero(self.problem.open[work.pool])
        last, known = 0.0, []
        for interval in opens.tolist():
            last = last if np.isnan(done[interval]) else float(done[interval])
            known.append(last)
        reached, due = np.array(known), work.due[opens]
        for late in range(len(opens) + 1):
            if (due[: len(opens) - late] <= reached[late:] + NOTHING * (1 + due[: len(opens) - late])).all():
                return late
        return len(opens)

    def _share(self, family: Family, days: tuple[int, ...], values: Floats) -> Give:
        """Return the largest share that a shift type has on any day."""
        share = before = 0.0
        begin, end = len(self._rows.side_cost), len(self._upper)
        for row in self._named("counted", family[1]):
            factors = self._matrix.getrow(row).toarray().ravel()[begin:end]
            counts = values[begin:end] * (factors != 0)
            # the row's own slack is no shift
            counts[[item.column - begin for item in self._slacks if item.upwards]] = 0.0
            own, every = float(counts[factors > 0].sum()), float(counts.sum())
            before = max(before, 1.0 - float(factors.max(initial=0.0)))
            share = max(share, own / every if every > NOTHING else 0.0)
        share = max(before, math.ceil(share * 100 - NOTHING) / 100)
        return Give(family, share - before, days, reaches=min(share, 1.0))

    def _named(self, kind: str, label: str) -> Ints:
        """Return the rows of a rule."""
        rows = [
            row
            for row, name in enumerate(self._rows.names)
            if name[0] == kind and (name[1] == label or name[1].startswith(label + " on day "))
        ]
        return np.array(rows, np.int64)

    def _kind(self, column: int) -> str:
        return self._rows.side_kind[column][0] if column < len(self._rows.side_kind) else ""

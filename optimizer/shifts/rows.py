"""Rows of the shift program and the columns that are no shifts: service steps, deferrable work, missing heads.

Steps of service (``step[t, n]`` of the formulation) are one column each in intervals of at most `MERGE_FROM` steps.
Where there are more (thousands of agents have hundreds of steps in every interval), neighbouring steps of decreasing
gain share a column of their width, whose gain a head is the mean of theirs. That is exact at its ends and never
promises too much in between, where the chord of a concave function lies below it: by at most `MERGE_TOLERANCE` of
service level, so a day's service level is understated by at most that. Steps that must be whole are never merged.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.shifts.problem import DeferrableWork, Floats, Ints, Promise, ServicePeriod, ShiftProblem, Team

CONCAVE_TOLERANCE = 1e-9
"""A gain may exceed the one before by this much and still count as decreasing."""
NEGLIGIBLE_GAIN = 1e-6
"""A further head that gains less service level than this buys nothing."""
MERGE_FROM = 100
"""An interval of more steps than this has some of them merged; pools of some hundred agents have fewer."""
MERGE_TOLERANCE = 9e-5
"""Of service level: the most that merged steps understate it."""
SERVICE_ROW_SCALE = 1000.0
"""Service rows are written per mille of the period's contacts, so that solver tolerances mean 1e-9 of service level."""


@dataclass(frozen=True)
class Rows:
    """Rows, side columns, and where the patterns of each pool meet the rows.

    Attributes
    ----------
    lower, upper : (m,)
    names : (m,) kind and place of each row, for explanations
    cover_of_slot : (P, S) row of the cover of each slot, -1 = none
    attended_of_slot : per pool, row arrays (S,) of each limit on the people present
    duty_of_slot : the same, of each limit on the people on duty
    counted_of_family : family -> (row, factors) of each count limit
    side_cost, side_upper, side_integer, side_interval : (q,) the side columns (lower bound 0)
    side_matrix : (m, q)
    side_kind : (q,) kind ("missing", "excess", "shortfall", "step", "work", "done", "heads", "served") and pool of each
    """

    lower: Floats
    upper: Floats
    names: tuple[tuple[str, str, int], ...]
    cover_of_interval: Ints
    cover_of_slot: Ints
    attended_of_slot: tuple[tuple[Ints, ...], ...]
    duty_of_slot: tuple[tuple[Ints, ...], ...]
    counted_of_family: dict[int, tuple[tuple[int, Floats], ...]]
    side_cost: Floats
    side_upper: Floats
    side_integer: NDArray[np.bool_]
    side_interval: Ints
    side_kind: tuple[tuple[str, int], ...]
    side_matrix: sparse.csc_matrix

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.lower)


class _Builder:
    def __init__(self, problem: ShiftProblem) -> None:
        self.problem = problem
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.names: list[tuple[str, str, int]] = []
        self.side_cost: list[float] = []
        self.side_upper: list[float] = []
        self.side_integer: list[bool] = []
        self.side_interval: list[int] = []
        self.side_kind: list[tuple[str, int]] = []
        self.entries: tuple[list[int], list[int], list[float]] = [], [], []
        self.missing: dict[tuple[int, int], int] = {}
        self.heads: dict[tuple[int, int], int] = {}

    def row(self, lower: float, upper: float, kind: str, label: str, place: int) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        self.names.append((kind, label, place))
        return len(self.lower) - 1

    def column(self, kind: str, pool: int, interval: int, *, cost: float = 0.0, upper: float = np.inf) -> int:
        return int(self.columns(kind, pool, interval, [upper], [False], cost)[0])

    def columns(
        self, kind: str, pool: int, interval: int, upper: list[float], whole: list[bool], cost: float = 0.0
    ) -> Ints:
        """Add columns of one interval, in order, and return their numbers."""
        first, count = len(self.side_cost), len(upper)
        self.side_cost += [cost] * count
        self.side_upper += upper
        self.side_integer += whole
        self.side_interval += [interval] * count
        self.side_kind += [(kind, pool)] * count
        return np.arange(first, first + count)

    def entry(self, row: int, column: int, value: float) -> None:
        self.entries[0].append(row)
        self.entries[1].append(column)
        self.entries[2].append(value)

    def row_entries(self, row: int, columns: Ints, values: Floats) -> None:
        """Add entries of one row."""
        self.entries[0].extend([row] * len(columns))
        self.entries[1].extend(columns.tolist())
        self.entries[2].extend(values.tolist())

    def may_be_missed(self, row: int, pool: int, interval: int) -> None:
        """Let an elastic problem fall below a row's lower side, at a cost."""
        if self.problem.elastic and self.problem.under_cost is not None:
            self.entry(row, self.column("shortfall", pool, interval, cost=self.problem.under_cost), 1.0)


def build_rows(problem: ShiftProblem) -> Rows:
    """Return the rows and side columns of a problem."""
    build = _Builder(problem)
    cover = _cover_rows(build)
    for period in problem.service:
        _service_rows(build, cover[period.pool], period, problem.pools[period.pool])
    for team in problem.teams:
        _team_rows(build, cover, team)
    for promise in problem.promises:
        _promise_rows(build, cover, promise)
    for work in problem.deferrable:
        _deferrable_rows(build, cover, work)
    slot_rows = _on_slots(problem, cover)
    attended, on_duty = _attendance_rows(build)
    counted: dict[int, list[tuple[int, Floats]]] = {}
    for limit in problem.counts:
        row = build.row(limit.lower, limit.upper, "counted", limit.name, -1)
        if np.isfinite(limit.lower):
            build.may_be_missed(row, 0, 0)
        for family, factors in limit.factors.items():
            counted.setdefault(family, []).append((row, factors))
    rows, columns, values = build.entries
    return Rows(
        lower=np.array(build.lower),
        upper=np.array(build.upper),
        names=tuple(build.names),
        cover_of_interval=cover,
        cover_of_slot=slot_rows,
        attended_of_slot=attended,
        duty_of_slot=on_duty,
        counted_of_family={family: tuple(limits) for family, limits in counted.items()},
        side_cost=np.array(build.side_cost),
        side_upper=np.array(build.side_upper),
        side_integer=np.array(build.side_integer, bool),
        side_interval=np.array(build.side_interval, np.int64),
        side_kind=tuple(build.side_kind),
        side_matrix=sparse.csc_matrix((values, (rows, columns)), shape=(len(build.lower), len(build.side_cost))),
    )


def _cover_rows(build: _Builder) -> Ints:
    problem = build.problem
    wanted = problem.need > 0
    for period in problem.service:
        wanted[period.pool, period.intervals] = True
    for work in problem.deferrable:
        wanted[work.pool] |= problem.open[work.pool]
    for team in problem.teams:
        wanted[list(team.pools)] |= team.need > 0
        for period in team.service:
            for pool in team.pools:
                wanted[pool, period.intervals] = True
    for promise in problem.promises:
        for support in promise.supports:
            wanted[:, promise.intervals] |= support.slope > 0
    if problem.over_cost:
        wanted |= problem.open
    cover = np.full(problem.need.shape, -1, np.int64)
    for pool, interval in np.argwhere(wanted):
        need = int(problem.need[pool, interval])
        upper = float(need) if problem.over_cost else np.inf
        row = build.row(float(need), upper, "cover", problem.pools[pool], int(interval))
        cover[pool, interval] = row
        if problem.under_cost is not None and need > 0:
            missing = build.column("missing", int(pool), int(interval), cost=problem.under_cost, upper=float(need))
            build.entry(row, missing, 1.0)
            build.missing[int(pool), int(interval)] = missing
        if problem.over_cost:
            build.entry(row, build.column("excess", int(pool), int(interval), cost=problem.over_cost), -1.0)
    return cover


def _service_rows(build: _Builder, cover: Ints, period: ServicePeriod, label: str) -> None:
    """Add the row of a day's service and its steps; `cover` (T,) are the rows that the steps take heads from."""
    weight = period.weight / period.weight.sum() * SERVICE_ROW_SCALE
    rest = period.target * SERVICE_ROW_SCALE - float(weight @ period.base_level)
    row = build.row(rest, np.inf, "service", label, int(period.intervals[0]))
    build.may_be_missed(row, period.pool, int(period.intervals[0]))
    for place, (interval, share, gains) in enumerate(
        zip(period.intervals.tolist(), weight.tolist(), period.gains, strict=True)
    ):
        if build.problem.elastic and (period.pool, interval) in build.missing:
            # nobody is served by those who are missing
            lost = period.lost_by_missing(place, int(build.problem.need[period.pool, interval]))
            build.entry(row, build.missing[period.pool, interval], -share * lost)
        steps = _steps(gains)
        if not len(steps.width):
            continue
        number = build.columns("step", period.pool, interval, steps.width.tolist(), steps.whole.tolist())
        build.row_entries(int(cover[interval]), number, np.full(len(number), -1.0))
        build.row_entries(row, number, share * steps.gain)
        if steps.whole.any():
            for (before, width), (after, next_width) in itertools.pairwise(
                zip(number.tolist(), steps.width, strict=True)
            ):
                order = build.row(0.0, np.inf, "order", label, interval)
                build.entry(order, before, float(next_width))
                build.entry(order, after, -float(width))


def _heads(build: _Builder, cover: Ints, pool: int, interval: int) -> int:
    """Return the column of a pool's heads on duty in an interval; it may be less, never more."""
    if (pool, interval) not in build.heads:
        column = build.column("heads", pool, interval)
        build.entry(int(cover[pool, interval]), column, -1.0)
        build.heads[pool, interval] = column
    return build.heads[pool, interval]


def _team_rows(build: _Builder, cover: Ints, team: Team) -> None:
    rows = np.full(build.problem.intervals, -1, np.int64)
    wanted = team.need > 0
    for period in team.service:
        wanted[period.intervals] = True
    for interval in np.flatnonzero(wanted).tolist():
        rows[interval] = row = build.row(float(team.need[interval]), np.inf, "team", team.name, interval)
        for pool in team.pools:
            build.entry(row, _heads(build, cover, pool, interval), 1.0)
        build.may_be_missed(row, team.pools[0], interval)
    for period in team.service:
        _service_rows(build, rows, period, team.name)


def _promise_rows(build: _Builder, cover: Ints, promise: Promise) -> None:
    if not promise.supports:
        return
    weight = promise.weight / promise.weight.sum() * SERVICE_ROW_SCALE
    first = int(promise.intervals[0])
    total = build.row(promise.target * SERVICE_ROW_SCALE, np.inf, "promise", promise.name, first)
    build.may_be_missed(total, 0, first)
    for place, interval in enumerate(promise.intervals.tolist()):
        served = build.column("served", 0, interval, upper=1.0)
        build.entry(total, served, float(weight[place]))
        if promise.floor[place] > 0:
            least = build.row(float(promise.floor[place]), np.inf, "floor", promise.name, interval)
            build.entry(least, served, 1.0)
            build.may_be_missed(least, 0, interval)
        for support in promise.supports:
            slope = support.slope[:, place]
            row = build.row(-np.inf, float(support.level[place] - slope @ support.at[:, place]), "support",
                            promise.name, interval)  # fmt: skip
            build.entry(row, served, 1.0)
            for pool in np.flatnonzero(slope > 0).tolist():
                build.entry(row, _heads(build, cover, pool, interval), -float(slope[pool]))


@dataclass(frozen=True)
class _Steps:
    """Steps of one interval: heads, gain of each of them, and whether the step is bought whole."""

    width: Floats
    gain: Floats
    whole: NDArray[np.bool_]


def _steps(gains: Floats) -> _Steps:
    """Return the steps of an interval, merged where there are many.

    With decreasing gains the best use of n heads is the first n steps, so neither order rows nor whole steps are
    needed: heads are whole because shifts are. Steps up to the last that gains more than the one before it are bought
    whole and in order.
    """
    # gains too small to matter only upset the solvers' scaling; leaving them out never promises too much
    worth = np.flatnonzero(gains > NEGLIGIBLE_GAIN)
    useful = gains[: int(worth[-1]) + 1] if len(worth) else gains[:0]
    rising = np.flatnonzero(np.diff(useful) > CONCAVE_TOLERANCE)
    whole = int(rising[-1]) + 2 if len(rising) else 0
    firsts = np.arange(len(useful))
    if len(useful) > MERGE_FROM:
        firsts = np.concatenate([firsts[:whole], whole + _groups(useful[whole:])])
    width = np.diff(np.append(firsts, len(useful))).astype(float)
    gain = np.add.reduceat(useful, firsts) / width if len(useful) else useful
    return _Steps(width, gain, np.arange(len(width)) < whole)


def _groups(gains: Floats) -> Ints:
    """Return where groups of decreasing gains begin whose chord lies nowhere more than the tolerance too low.

    Between gains a >= b, w steps rise at most w (a - m) (m - b) / (a - b) <= w (a - b) / 4 above their chord, whose
    slope m is their mean.
    """
    firsts: list[int] = []
    begin, highest = 0, -np.inf
    for number, gain in enumerate(gains.tolist()):
        if not firsts or (number + 1 - begin) * (highest - gain) > 4.0 * MERGE_TOLERANCE:
            firsts.append(number)
            begin, highest = number, gain
    return np.array(firsts, np.int64)


def _deferrable_rows(build: _Builder, cover: Ints, work: DeferrableWork) -> None:
    problem = build.problem
    arrived, due = work.waiting + np.cumsum(work.work), work.due
    running = -1
    for interval in range(problem.intervals):
        possible = problem.open[work.pool, interval]
        if not possible and work.work[interval] == 0 and (running < 0 or due[interval] <= due[interval - 1]):
            continue
        # done[t] = done[t-1] + work[t]; arrived bounds it from above, what is due from below
        done = build.column("done", work.pool, interval, upper=float(arrived[interval]))
        link = build.row(0.0, 0.0, "done", work.name, interval)
        build.entry(link, done, 1.0)
        if running >= 0:
            build.entry(link, running, -1.0)
        if possible:
            share = build.column("work", work.pool, interval)
            build.entry(link, share, -1.0)
            build.entry(int(cover[work.pool, interval]), share, -1.0)
        if due[interval] > 0:
            row = build.row(float(due[interval]), np.inf, "due", work.name, interval)
            build.entry(row, done, 1.0)
            build.may_be_missed(row, work.pool, interval)
        running = done


def _attendance_rows(build: _Builder) -> tuple[tuple[tuple[Ints, ...], ...], tuple[tuple[Ints, ...], ...]]:
    problem = build.problem
    attended: list[list[Ints]] = [[] for _ in problem.pools]
    duty: list[list[Ints]] = [[] for _ in problem.pools]
    for limit in problem.attendance:
        rows = np.full(problem.intervals, -1, np.int64)
        for interval in np.flatnonzero(np.isfinite(limit.lower) | np.isfinite(limit.upper)).tolist():
            rows[interval] = build.row(
                float(limit.lower[interval]), float(limit.upper[interval]), "attended", limit.name, interval
            )
            if np.isfinite(limit.lower[interval]):
                build.may_be_missed(int(rows[interval]), limit.pools[0], interval)
        on_slots = _on_slots(problem, rows[None, :])[0]
        for pool in limit.pools:
            (duty if limit.on_duty else attended)[pool].append(on_slots)
    return tuple(tuple(rows) for rows in attended), tuple(tuple(rows) for rows in duty)


def _on_slots(problem: ShiftProblem, rows: Ints) -> Ints:
    inside = problem.interval_of_slot >= 0
    spread = np.full((len(rows), len(problem.interval_of_slot)), -1, np.int64)
    spread[:, inside] = rows[:, problem.interval_of_slot[inside]]
    return spread

"""Independent parts of a shift problem: days that no shift, service period or limit ties together stand alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from optimizer.shifts.problem import (
    AttendanceLimit,
    CountLimit,
    DeferrableWork,
    ServicePeriod,
    ShiftFamily,
    ShiftProblem,
    Team,
)
from optimizer.shifts.rows import Rows, build_rows


@dataclass(frozen=True)
class Component:
    """A part of a problem that shares no row with the rest.

    Attributes
    ----------
    problem : the part, on the same axis of slots and with the same pools
    families : (number of families of the part,) index of each family in the whole
    members : per family of the part, index of its starts in the whole family
    """

    problem: ShiftProblem
    families: tuple[int, ...]
    members: tuple[NDArray[np.int64], ...]


def split(problem: ShiftProblem) -> list[Component]:
    """Return the independent parts of a problem; starts that meet no row are dropped."""
    rows = build_rows(problem)
    labels_of_start, labels_of_row = _labels(problem, rows)
    used = np.unique(np.concatenate([labels_of_row, *labels_of_start])) if rows.count else np.zeros(0, np.int64)
    components = []
    for label in used[used >= 0].tolist():
        components.append(_part(problem, rows, labels_of_start, labels_of_row == label, label))
    return components


def _labels(problem: ShiftProblem, rows: Rows) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """Label every start of every family and every row; starts that meet no row get -1."""
    blocks, counts = [rows.side_matrix], []
    for index, family in enumerate(problem.families):
        slots = family.starts[:, None] + np.arange(family.length)[None, :]
        column = np.broadcast_to(np.arange(len(family.starts))[:, None], slots.shape)
        layers = [rows.cover_of_slot[family.pool], *rows.attended_of_slot[family.pool]]
        layers += rows.duty_of_slot[family.pool]
        met = [(layer[slots], column) for layer in layers]
        for row, factors in rows.counted_of_family.get(index, ()):
            chosen = np.flatnonzero(factors)
            met.append((np.full(len(chosen), row), chosen))
        row_index = np.concatenate([row.ravel() for row, _ in met])
        column_index = np.concatenate([where.ravel() for _, where in met])
        keep = row_index >= 0
        entries = (np.ones(int(keep.sum())), (row_index[keep], column_index[keep]))
        blocks.append(sparse.csc_matrix(entries, shape=(rows.count, len(family.starts))))
        counts.append(len(family.starts))
    matrix = sparse.hstack(blocks, format="csr")
    touched = np.diff(matrix.tocsc().indptr) > 0
    tied = sparse.vstack([matrix, _distinct_ties(problem, rows.side_matrix.shape[1])], format="csr")
    graph = sparse.bmat([[None, tied], [tied.T, None]], format="csr")
    _, label = connected_components(graph, directed=False)
    begin, above = rows.side_matrix.shape[1], tied.shape[0]
    of_start = []
    for count in counts:
        own = label[above + begin : above + begin + count].astype(np.int64)
        of_start.append(np.where(touched[begin : begin + count], own, -1))
        begin += count
    return of_start, label[: rows.count].astype(np.int64)


def _distinct_ties(problem: ShiftProblem, side: int) -> sparse.csr_matrix:
    """One row per distinct shift over side columns and starts: it is paid once, on whatever days it is used."""
    sizes = [len(family.starts) for family in problem.families]
    begins = side + np.cumsum([0, *sizes])
    keyed = [index for index in problem.distinct_key if problem.distinct_cost]
    if not keyed:
        return sparse.csr_matrix((0, int(begins[-1])))
    keys = np.concatenate([problem.distinct_key[index] for index in keyed])
    columns = np.concatenate([begins[index] + np.arange(sizes[index]) for index in keyed])
    names, row = np.unique(keys, return_inverse=True)
    return sparse.csr_matrix((np.ones(len(row)), (row, columns)), shape=(len(names), int(begins[-1])))


def _part(
    problem: ShiftProblem, rows: Rows, labels: list[NDArray[np.int64]], mine: NDArray[np.bool_], label: int
) -> Component:
    inside = np.zeros(problem.need.shape, bool)
    wanted = rows.cover_of_interval >= 0
    inside[wanted] = mine[rows.cover_of_interval[wanted]]
    names = [name for name, own in zip(rows.names, mine, strict=True) if own]
    families: list[ShiftFamily] = []
    indices, members = [], []
    for index, family in enumerate(problem.families):
        keep = np.flatnonzero(labels[index] == label)
        if len(keep):
            indices.append(index)
            members.append(keep)
            families.append(
                replace(
                    family, starts=family.starts[keep], shift=family.shift[keep], day=family.day[keep],
                    cost=family.cost[keep],
                )
            )  # fmt: skip
    part = replace(
        problem,
        families=tuple(families),
        need=np.where(inside, problem.need, 0),
        open=problem.open & inside,
        service=tuple(period for period in problem.service if _service_row(problem, period) in names),
        attendance=tuple(_attendance(limit, names) for limit in problem.attendance),
        counts=tuple(_counts(problem.counts, names, indices, members)),
        deferrable=tuple(work for work in problem.deferrable if _is_mine(work, names)),
        teams=tuple(_teams(problem.teams, set(names))),
        promises=tuple(one for one in problem.promises if ("promise", one.name, int(one.intervals[0])) in names),
        distinct_key={
            new: problem.distinct_key[old][members[new]]
            for new, old in enumerate(indices)
            if old in problem.distinct_key
        },
    )
    return Component(part, tuple(indices), tuple(members))


def _attendance(limit: AttendanceLimit, names: list[tuple[str, str, int]]) -> AttendanceLimit:
    mine = np.zeros(len(limit.upper), bool)
    mine[[place for kind, label, place in names if kind == "attended" and label == limit.name]] = True
    return replace(limit, lower=np.where(mine, limit.lower, -np.inf), upper=np.where(mine, limit.upper, np.inf))


def _teams(teams: tuple[Team, ...], names: set[tuple[str, str, int]]) -> list[Team]:
    """Return the teams with what a part holds of them; those of which it holds nothing are left out."""
    kept = []
    for team in teams:
        mine = np.array([("team", team.name, place) in names for place in range(len(team.need))])
        if mine.any():
            service = tuple(
                period for period in team.service if ("service", team.name, int(period.intervals[0])) in names
            )
            kept.append(replace(team, need=np.where(mine, team.need, 0), service=service))
    return kept


def _counts(
    limits: tuple[CountLimit, ...],
    names: list[tuple[str, str, int]],
    indices: list[int],
    members: list[NDArray[np.int64]],
) -> list[CountLimit]:
    mine = {label for kind, label, _ in names if kind == "counted"}
    kept = []
    for limit in limits:
        if limit.name in mine:
            factors = {new: limit.factors[old][members[new]] for new, old in enumerate(indices) if old in limit.factors}
            kept.append(replace(limit, factors=factors))
    return kept


def _service_row(problem: ShiftProblem, period: ServicePeriod) -> tuple[str, str, int]:
    """Return the name of a period's row; its first interval may lie elsewhere, when it needs no further head."""
    return "service", problem.pools[period.pool], int(period.intervals[0])


def _is_mine(work: DeferrableWork, names: list[tuple[str, str, int]]) -> bool:
    return any(kind in ("done", "due") and label == work.name for kind, label, _ in names)

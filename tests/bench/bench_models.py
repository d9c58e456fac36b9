"""Models that others would write for the same shift problem, and CBC: what the engine is measured beside.

``explicit`` writes down every shift with every place of its breaks (or some of the places); ``implicit`` decides shifts
and breaks apart and ties them by flow (Bechtold and Jacobs 1990, Management Science 36(11)): exact where break windows
of one kind are equally wide, so that breaks can be handed out first come, first served.
"""

import re
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import sparse

from optimizer.shifts.columns import Columns
from optimizer.shifts.patterns import all_patterns
from optimizer.shifts.relaxation import whole_program
from optimizer.shifts.rows import build_rows
from optimizer.solve import Answer, Program, Status, solve


def thinned(problem, step):
    """The problem with breaks on every ``step``-th place of their windows only."""
    families = tuple(
        replace(family, breaks=tuple(replace(window, offsets=window.offsets[::step]) for window in family.breaks))
        for family in problem.families
    )
    return replace(problem, families=families)


def explicit(problem):
    """Every pattern a column."""
    rows = build_rows(problem)
    columns = Columns(problem, rows)
    columns.add(all_patterns(problem), check=False)
    return whole_program(problem, rows, columns)


class _Sparse:
    """A matrix that grows by blocks of rows and columns."""

    def __init__(self):
        self.parts, self.lower, self.upper = [], [], []
        self.columns = 0

    def new_columns(self, count):
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def new_rows(self, lower, upper):
        first = len(self.lower)
        self.lower.extend(np.atleast_1d(lower).tolist())
        self.upper.extend(np.broadcast_to(upper, np.shape(np.atleast_1d(lower))).tolist())
        return np.arange(first, len(self.lower))

    def add(self, rows, columns, value):
        rows, columns = np.broadcast_arrays(rows, columns)
        self.parts.append((rows.ravel(), columns.ravel(), np.full(rows.size, float(value))))

    def matrix(self):
        rows, columns, values = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return sparse.csc_matrix((values, (rows, columns)), shape=(len(self.lower), self.columns))


def implicit(problem):
    """Shifts and breaks apart, for one pool with hard cover and one width for the windows of each break length.

    Columns: people per shift; people who start a break of each length in each slot; people present; people whose
    window has opened and who still wait. A break window of w places is kept by "who waits has been let in during the
    last w - 1 slots": the earliest comes first, so nobody waits beyond the window.
    """
    slots = len(problem.interval_of_slot)
    every = np.arange(slots)
    build = _Sparse()
    sizes = sorted({window.length for family in problem.families for window in family.breaks})
    shifts = [build.new_columns(len(family.starts)) for family in problem.families]
    begun = {size: build.new_columns(slots) for size in sizes}
    waiting = {size: build.new_columns(slots) for size in sizes}
    present = build.new_columns(slots)

    flow = build.new_rows(np.zeros(slots), 0.0)  # present[t] = present[t-1] + starts[t] - ends[t]
    build.add(flow, present, 1)
    build.add(flow[1:], present[:-1], -1)
    for family, column in zip(problem.families, shifts, strict=True):
        build.add(flow[family.starts], column, -1)
        ends = family.starts + family.length
        build.add(flow[ends[ends < slots]], column[ends < slots], 1)

    cost = [family.cost for family in problem.families]
    breaks_cost = []
    paid = np.concatenate(
        [[0.0], np.cumsum(problem.pay_rate[0]), np.full(max(sizes, default=0), problem.pay_rate.sum())]
    )
    for size in sizes:
        windows = [
            (family, column, window)
            for family, column in zip(problem.families, shifts, strict=True)
            for window in family.breaks
            if window.length == size
        ]
        places = {len(window.offsets) for _, _, window in windows}
        unpaid = {not window.paid for _, _, window in windows}
        if len(places) != 1 or len(unpaid) != 1:
            raise ValueError("this implicit model needs windows of one width, all paid or all unpaid")
        width = places.pop()
        wait = build.new_rows(np.zeros(slots), 0.0)  # waiting[t] = waiting[t-1] + let in[t] - begun[t]
        build.add(wait, waiting[size], 1)
        build.add(wait[1:], waiting[size][:-1], -1)
        build.add(wait, begun[size], 1)
        late = build.new_rows(np.full(slots, -np.inf), 0.0)  # waiting[t] <= let in during the last width - 1 slots
        build.add(late, waiting[size], 1)
        for family, column, window in windows:
            opens = family.starts + window.offsets[0]
            build.add(wait[opens], column, -1)
            for ago in range(width - 1):
                inside = opens + ago < slots
                build.add(late[opens[inside] + ago], column[inside], -1)
        saved = np.where(every + size <= slots, paid[np.minimum(every + size, slots)] - paid[every], 0.0)
        breaks_cost.append(-saved if unpaid.pop() else np.zeros(slots))

    inside = problem.interval_of_slot >= 0
    cover = build.new_rows(problem.need[0].astype(float), np.inf)
    row_of = np.where(inside, cover[problem.interval_of_slot], -1)
    build.add(row_of[inside], present[inside], 1)
    for size in sizes:
        for ago in range(size):
            later = every[: slots - ago] + ago
            kept = inside[later]
            build.add(row_of[later[kept]], begun[size][: slots - ago][kept], -1)
    whole = np.zeros(build.columns, bool)
    whole[: sum(map(len, shifts)) + slots * len(sizes)] = True
    flat = np.zeros(slots * len(sizes) + slots)
    return Program(
        np.concatenate([*cost, *breaks_cost, flat]), np.zeros(build.columns), np.full(build.columns, np.inf), whole,
        build.matrix(), np.array(build.lower), np.array(build.upper),
    )  # fmt: skip


def solve_with(program, solver, seconds, *, gap=1e-4, most=None):
    """Solve by "highs", "scip", "cp-sat" or "cbc"; CP-SAT wants bounds and whole numbers: at most ``most`` of each."""
    if solver == "cbc":
        return solve_by_cbc(program, seconds, gap=gap)
    if solver == "cp-sat":
        top = np.minimum(program.upper, most)
        program = replace(program, upper=top, integer=np.ones(len(program.cost), bool))
    return solve(program, solver=solver, time_limit_s=seconds, gap=gap)


def solve_by_cbc(program, seconds, *, gap=1e-4):
    """Solve by the CBC that PuLP carries, fed by a file; its clock counts, not the writing."""
    import pulp

    with tempfile.TemporaryDirectory() as folder:
        model, found = Path(folder) / "model.mps", Path(folder) / "found.txt"
        write_mps(program, model)
        command = [
            pulp.PULP_CBC_CMD().path, str(model), "-sec", str(seconds), "-timeMode", "elapsed", "-ratio", str(gap),
            "-threads", "2", "-solve", "-solution", str(found), "-quit",
        ]  # fmt: skip
        started = time.perf_counter()
        try:
            log = subprocess.run(command, capture_output=True, text=True, timeout=seconds * 1.5 + 30).stdout
        except subprocess.TimeoutExpired as late:
            log = late.stdout.decode() if isinstance(late.stdout, bytes) else (late.stdout or "")
        took = time.perf_counter() - started
        values = _values(found, len(program.cost))
    if "errors on input" in log:
        raise ValueError("CBC cannot read the model")
    relaxed = re.findall(r"Continuous objective value is ([-\d.e+]+)", log)
    proved = re.findall(r"Lower bound:\s+([-\d.e+]+)", log) or relaxed
    if values is None:
        return Answer(Status.NO_PLAN, None, np.inf, float(proved[-1]) if proved else -np.inf, took, "cbc", 0)
    objective = float(program.cost @ values)
    if "Optimal solution found" in log and not re.search(r"Lower bound:", log):
        return Answer(Status.OPTIMAL, values, objective, objective, took, "cbc", 0)
    return Answer(Status.FEASIBLE, values, objective, float(proved[-1]) if proved else -np.inf, took, "cbc", 0)


def _values(file, count):
    """CBC's values, or None when its file holds no whole-number solution."""
    if not file.exists():
        return None
    first, *rest = file.read_text().splitlines()
    if "no integer solution" in first.lower() or "infeasible" in first.lower() or "objective value" not in first:
        return None
    values = np.zeros(count)
    for line in rest:
        parts = line.replace("**", "").split()
        values[int(parts[1][1:])] = float(parts[2])
    return values


def write_mps(program, file):
    """Write a program as a free MPS file."""
    rows = [f"r{number}" for number in range(len(program.row_lower))]
    lines = ["NAME bench", "ROWS", " N cost"]
    sides, ranges = [], []
    for name, low, high in zip(rows, program.row_lower.tolist(), program.row_upper.tolist(), strict=True):
        kind = "E" if low == high else "G" if np.isfinite(low) else "L"
        lines.append(f" {kind} {name}")
        sides.append(f" RHS {name} {low if kind != 'L' else high!r}")
        if kind == "G" and np.isfinite(high):
            ranges.append(f" RNG {name} {high - low!r}")
    lines += ["COLUMNS", " M1 'MARKER' 'INTORG'"]
    matrix, cost = program.matrix, program.cost.tolist()
    starts, index, data = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    for whole in (True, False):
        for j in np.flatnonzero(program.integer == whole).tolist():
            lines.append(f" x{j} cost {cost[j]!r}")
            lines.extend(f" x{j} {rows[index[k]]} {data[k]!r}" for k in range(starts[j], starts[j + 1]))
        if whole:
            lines.append(" M2 'MARKER' 'INTEND'")
    lines += ["RHS", *sides, *(["RANGES", *ranges] if ranges else []), "BOUNDS"]
    for j, top in enumerate(program.upper.tolist()):
        lines.append(f" UP BND x{j} {min(top, 1e30)!r}")
    file.write_text("\n".join([*lines, "ENDATA", ""]))

"""Published and measured optima. The instances stay where they are: without them these tests are skipped, and say so.

* ``bench/peers``: covering problems of a seeded generator; optima proved by GLOP, CBC, HiGHS on the plain model; with
  lunches decided jointly 299,655 is the best that HiGHS and CBC reached in 34 s.
* ``bench/min_shift_design``: Musliu, Schaerf and Slany 2004, European Journal of Operational Research 153(1).
"""

import datetime as dt
import importlib.util
import os
import re
import time
from pathlib import Path

import pytest

from models.shiftlist import read_need_and_shifts
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.from_tables import SoftCover, table_problem
from optimizer.solve import Status

BENCH = Path(os.environ.get("SERVOPT_BENCH", Path(__file__).resolve().parents[4] / "shared" / "bench"))
MONDAY = dt.date(2024, 3, 4)
LUNCH_MIN, LUNCH_FROM_MIN, LUNCH_EDGE_MIN = 45, 360, 120


def _stamps(step_min, count):
    start = dt.datetime.combine(MONDAY, dt.time())
    return [(start + dt.timedelta(minutes=step_min * number)).isoformat() for number in range(count)]


@pytest.fixture
def peers(tmp_path):
    """Write the two tables of a generated instance and state the problem."""
    source = BENCH / "peers" / "gen.py"
    if not source.is_file():
        pytest.skip(f"{source} is not there: the generator of the peers' instances")
    copy = tmp_path / "gen.py"
    copy.write_text(source.read_text())  # it makes a folder beside itself
    spec = importlib.util.spec_from_file_location("peers_gen", copy)
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)

    def write(days, peak_calls, *, lunch=False):
        made = generator.sched(days, 96, 15, [4, 5, 6, 7, 8, 9], peak_calls)
        step = made["period_minutes"]
        agents = [agents for day in made["required"] for agents in day]
        lines = [f"{stamp},{count}" for stamp, count in zip(_stamps(step, len(agents)), agents, strict=True)]
        (tmp_path / "requirement.csv").write_text("\n".join(["start,agents", *lines]) + "\n")
        lines = ["shift,start,length_min,cost,break_min,break_earliest_min,break_latest_min"]
        for name, row in made["shifts"].items():
            start, length, cost = row.index(1) * step, sum(row) * step, made["cost"][name]
            rest = ",,,"
            if lunch and length >= LUNCH_FROM_MIN:
                cost -= LUNCH_MIN  # unpaid
                rest = f",{LUNCH_MIN},{LUNCH_EDGE_MIN},{length - LUNCH_EDGE_MIN - LUNCH_MIN}"
            lines.append(f"{name},{start // 60:02d}:{start % 60:02d},{length},{cost}{rest}")
        (tmp_path / "shifts.csv").write_text("\n".join(lines) + "\n")
        return table_problem(
            *read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv"), edges="cut"
        ).problem

    return write


@pytest.mark.parametrize(("days", "peak_calls", "optimum"), [(7, 150, 309_420), (28, 400, 3_055_920)])
def test_peers_covering_problems(tiny, peers, days, peak_calls, optimum):
    problem = peers(days, peak_calls)
    found = solve_shifts(problem, Limits(gap=0.0, time_limit_s=30, threads=2))
    tiny.check(problem, found)
    assert (found.status, found.objective, found.bound) == (Status.OPTIMAL, optimum, optimum)


@pytest.mark.bench
def test_peers_lunches_decided_jointly(tiny, peers):
    """Placed after the schedule of 309,420 the lunches do not fit at all; together they cost less."""
    problem = peers(7, 150, lunch=True)
    found = solve_shifts(problem, Limits(gap=1e-4, time_limit_s=60, threads=2))
    tiny.check(problem, found)
    assert found.objective <= 299_655
    assert found.gap <= 1e-4
    assert found.bound <= 299_655


@pytest.mark.parametrize(("number", "optimum"), [(1, 480), (3, 600), (5, 480)])
def test_minimum_shift_design(tiny, tmp_path, number, optimum):
    source = BENCH / "min_shift_design" / f"RandomExample{number}.dzn"
    if not source.is_file():
        pytest.skip(f"{source} is not there: an instance of minimum shift design")
    fields = re.findall(r"(\w+)\s*=\s*\[?([\d,\s]+)\]?;", source.read_text())
    data = {name: [int(value) for value in values.split(",")] for name, values in fields}
    (step,) = data["interval"]
    lines = [
        f"{stamp},{agents}" for stamp, agents in zip(_stamps(step, len(data["demand"])), data["demand"], strict=True)
    ]
    (tmp_path / "requirement.csv").write_text("\n".join(["start,agents", *lines]) + "\n")
    lines = ["shift,start,length_min,cost"]
    for kind in range(data["shiftTypes"][0]):
        for start in range(data["minStart"][kind], data["maxStart"][kind] + 1):
            for length in range(data["minLength"][kind], data["maxLength"][kind] + 1):
                clock = f"{start * step // 60:02d}:{start * step % 60:02d}"
                lines.append(f"{kind}-{start}-{length},{clock},{length * step},0")
    (tmp_path / "shifts.csv").write_text("\n".join(lines) + "\n")
    need, shifts = read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv")
    soft = SoftCover(data["weightUnderCover"][0], data["weightOverCover"][0], data["weightShiftInstances"][0])
    problem = table_problem(need, shifts, edges="cyclic", soft=soft).problem
    started = time.perf_counter()
    found = solve_shifts(problem, Limits(gap=0.0, time_limit_s=30, threads=2))
    tiny.check(problem, found)
    assert (found.status, found.objective) == (Status.OPTIMAL, optimum), f"{time.perf_counter() - started:.1f} s"

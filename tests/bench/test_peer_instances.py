"""The peers' instances through files and the command line, beside the peer and beside HiGHS and CBC on the same model.

The peer (pyworkforce) is no dependency: SERVOPT_PEER_PYTHON names a Python that has it.
"""

import csv
import json
import os
import re
import subprocess
import time
from datetime import date, timedelta

import numpy as np
import pytest
from bench_models import explicit, solve_with

from models.shiftlist import read_need_and_shifts
from optimizer.shifts.from_tables import table_problem

MONDAY = date(2026, 1, 5)
LENGTHS_H = [4, 5, 6, 7, 8, 9]
OTHERS_SECONDS = float(os.environ.get("SERVOPT_BENCH_PEER_SECONDS", "120"))

PEER = """
import json, sys, time
from pyworkforce.scheduling import MinRequiredResources
I = json.load(sys.stdin)
model = MinRequiredResources(num_days=I["num_days"], periods=I["periods"], shifts_coverage=I["shifts"],
    required_resources=I["required"], max_period_concurrency=I["max_period"], max_shift_concurrency=I["max_shift"],
    cost_dict=I["cost"], max_search_time=120.0, num_search_workers=2)
begin = time.perf_counter()
answer = model.solve()
print(json.dumps([time.perf_counter() - begin, answer["cost"], answer["status"]]))
"""


def write_tables(instance, folder, *, lunch):
    """Write an instance as requirement.csv and shifts.csv.

    With ``lunch``, shifts from 6 h have 45 unpaid minutes that begin 2 h after their start or later and end 2 h before
    their end or earlier; a minute costs 1.
    """
    minutes = instance["period_minutes"]
    need, shifts = folder / "requirement.csv", folder / "shifts.csv"
    with need.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["start", "agents"])
        for day, row in enumerate(instance["required"]):
            for place, agents in enumerate(row):
                at = f"{place * minutes // 60:02d}:{place * minutes % 60:02d}"
                out.writerow([f"{MONDAY + timedelta(day)}T{at}", agents])
    with shifts.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["shift", "start", "length_min", "cost", "break_min", "break_earliest_min", "break_latest_min"])
        for name, covered in instance["shifts"].items():
            length = sum(covered) * minutes
            pause = [45, 120, length - 120 - 45] if lunch and length >= 360 else ["", "", ""]
            cost = instance["cost"][name] - (45 if pause[0] else 0)
            out.writerow([name, f"{name[:2]}:{name[2:4]}", length, cost, *pause])
    return need, shifts


def own(bench, instance, folder, *, lunch):
    """Seconds of the command from start to end, cost counted from its file, and the proved bound that it printed."""
    need, shifts = write_tables(instance, folder, lunch=lunch)
    out = folder / "schedule.csv"
    begin = time.perf_counter()
    printed = bench.servopt("schedule", "--requirement", need, "--shifts", shifts, "--out", out)
    seconds = time.perf_counter() - begin
    bound = float(re.search(r"bound ([\d,.]+),", printed)[1].replace(",", ""))
    return seconds, counted(instance, out, lunch=lunch), bound


def counted(instance, file, *, lunch):
    """Cost of a schedule from its file alone; every period must have its people."""
    minutes = instance["period_minutes"]
    on_duty, cost = np.zeros((instance["num_days"], instance["periods"]), int), 0
    with file.open(newline="") as rows:
        for row in csv.DictReader(rows):
            day, count = (date.fromisoformat(row["date"]) - MONDAY).days, int(row["count"])
            covered = np.array(instance["shifts"][row["shift"]])
            cost += count * instance["cost"][row["shift"]]
            if lunch and covered.sum() * minutes >= 360:
                hour, minute = map(int, row["break_start"].split(":"))
                begin = (60 * hour + minute) // minutes
                assert covered[begin - 120 // minutes] and covered[begin + (45 + 120) // minutes - 1]
                covered = covered.copy()
                covered[begin : begin + 45 // minutes] = 0
                cost -= count * 45
            on_duty[day] += count * covered
    assert (on_duty >= np.array(instance["required"])).all()
    return cost


def peer(instance):
    python = os.environ.get("SERVOPT_PEER_PYTHON")
    if python is None:
        pytest.skip("SERVOPT_PEER_PYTHON names no Python that has pyworkforce")
    done = subprocess.run([python, "-c", PEER], input=json.dumps(instance), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.bench
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("days", "calls", "optimum", "ratio"), [(7, 150, 309_420, 1), (28, 400, 3_055_920, 3)])
def test_instances_beside_the_peer(days, calls, optimum, ratio, bench, tmp_path):
    instance = bench.peers_generator().sched(days, 96, 15, LENGTHS_H, calls)
    runs = sorted(own(bench, instance, tmp_path, lunch=False) for _ in range(3))
    seconds, cost, bound = runs[1]
    their_seconds, their_cost, status = peer(instance)
    bench.table(
        f"sched_{days}d96_400, optimum {optimum:,}",
        ("who", "seconds", "cost", "bound"),
        [
            ("servopt, command from start to end", f"{seconds:.2f}", f"{cost:,}", f"{bound:,.0f}"),
            ("pyworkforce, its solver call alone", f"{their_seconds:.2f}", f"{their_cost:,.0f}", status),
            ("ratio", f"{their_seconds / seconds:.1f}", "", ""),
        ],
    )
    assert cost == optimum == their_cost
    assert bound == pytest.approx(optimum)
    assert their_seconds / seconds >= ratio


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_joint_lunches_beside_plain_solvers(bench, tmp_path):
    """The peer places no lunches; HiGHS and CBC get every shift with every lunch, all seven days in one program."""
    instance = bench.peers_generator().sched(7, 96, 15, LENGTHS_H, 150)
    runs = sorted(own(bench, instance, tmp_path, lunch=True) for _ in range(3))
    seconds, cost, bound = runs[1]
    table = table_problem(*read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv"), edges="cut")
    program = explicit(table.problem)
    rows = [("servopt, command from start to end", f"{seconds:.2f}", f"{cost:,}", f"{bound:,.1f}", "")]
    ratios = []
    for solver in ("highs", "cbc"):
        answer = solve_with(program, solver, OTHERS_SECONDS)
        ratios.append(answer.seconds / seconds)
        found = f"{answer.objective:,.0f}" if np.isfinite(answer.objective) else "nothing found"
        rows.append((solver, f"{answer.seconds:.2f}", found, f"{answer.bound:,.1f}", f"{ratios[-1]:.1f}"))
    bench.table(f"Joint lunches, {len(program.cost):,} columns", ("who", "seconds", "cost", "bound", "ratio"), rows)
    assert cost <= 299_655
    assert (cost - bound) / cost <= 1e-4
    assert min(ratios) >= 5


def test_a_small_instance_reaches_the_optimum_through_files(bench, tmp_path):
    """Smoke size: the same road, an instance of one day."""
    instance = bench.peers_generator().sched(1, 24, 60, [4, 6, 8], 60)
    _, cost, bound = own(bench, instance, tmp_path, lunch=False)
    table = table_problem(*read_need_and_shifts(tmp_path / "requirement.csv", tmp_path / "shifts.csv"), edges="cut")
    answer = solve_with(explicit(table.problem), "highs", 30, gap=0.0)
    assert cost == bound == pytest.approx(answer.objective)

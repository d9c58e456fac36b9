"""Rosters of the public benchmark within a minute each, marked by the benchmark's outside scorer."""

import csv
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.bench

SECONDS = 60
WITHIN = 0.01
NAMES = ("Instance1", "Instance2", "Instance3", "Instance5", "Instance7", "Instance8", "Instance10", "Instance11")


@pytest.mark.timeout(len(NAMES) * 2 * SECONDS)
def test_best_known_within_a_percent_in_a_minute(bench, tmp_path):
    """Best known values: best_known.csv, from the benchmark's publishers."""
    folder = bench.shared / "rosters"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: the instances stand beside the checkout")
    with (folder / "best_known.csv").open(newline="") as rows:
        best = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(rows)}
    table, far = [], []
    for name in NAMES:
        instance, out = folder / f"{name}.txt", tmp_path / f"{name}.csv"
        begin = time.perf_counter()
        said = bench.servopt("roster", "--instance", instance, "--time-limit", SECONDS, "--out", out, "--quiet")
        seconds = time.perf_counter() - begin
        marked = subprocess.run([sys.executable, folder / "check.py", instance, out], capture_output=True, text=True)
        penalty = float(marked.stdout.split()[-1])
        assert marked.returncode == 0, marked.stdout
        assert f"cost {penalty:,.10g}," in said
        table.append([name, f"{penalty:g}", f"{best[name]:g}", f"{penalty / best[name] - 1:.2%}", f"{seconds:.1f}"])
        if penalty > (1 + WITHIN) * best[name]:
            far.append(name)
    bench.table("Rosters", ["instance", "penalty", "best known", "off", "seconds"], table)
    assert not far

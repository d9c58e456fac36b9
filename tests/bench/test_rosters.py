"""Rosters of the public benchmark, marked by its outside scorer, and of hundreds of people beside plain models."""

import csv
import json
import math
import subprocess
import sys
import time
from pathlib import Path

import pytest
from roster_models import six_types

pytestmark = pytest.mark.bench

SHORT = ("Instance1", "Instance2", "Instance3", "Instance5", "Instance7", "Instance8", "Instance10", "Instance11")
LONG = ("Instance14", "Instance16", "Instance18")


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize(
    ("names", "seconds", "within"), [(SHORT, 60, 0.01), (LONG, 300, 0.03), (("Instance21",), 600, 0.1)]
)
def test_near_the_best_known(names, seconds, within, bench, tmp_path):
    """Best known values: best_known.csv, from the benchmark's publishers."""
    folder = bench.shared / "rosters"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: the instances stand beside the checkout")
    with (folder / "best_known.csv").open(newline="") as rows:
        best = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(rows)}
    table, far = [], []
    for name in names:
        instance, out = folder / f"{name}.txt", tmp_path / f"{name}.csv"
        begin = time.perf_counter()
        said = bench.servopt("roster", "--instance", instance, "--time-limit", seconds, "--out", out, "--quiet")
        took = time.perf_counter() - begin
        marked = subprocess.run([sys.executable, folder / "check.py", instance, out], capture_output=True, text=True)
        penalty = float(marked.stdout.split()[-1])
        assert marked.returncode == 0, marked.stdout
        assert f"cost {penalty:,.10g}," in said
        table.append([name, f"{penalty:g}", f"{best[name]:g}", f"{penalty / best[name] - 1:.2%}", f"{took:.1f}"])
        if penalty > (1 + within) * best[name]:
            far.append(name)
    bench.table("Rosters", ["instance", "penalty", "best known", "off", "seconds"], table)
    assert not far


LARGE = {"roster_100x28": 100, "roster_300x28": 300, "roster_600x28": 600}
LARGE_SECONDS, LARGE_GAP = 120, 0.005
THOUSAND_SECONDS, THOUSAND_MB = 600, 8 * 1024


def _solved(file, model, seconds):
    script = Path(__file__).with_name("roster_models.py")
    done = subprocess.run([sys.executable, script, model, str(seconds), file], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _row(name, model, found):
    gap = "-" if math.isinf(found["cost"]) else f"{1 - found['bound'] / found['cost']:.3%}"
    figures = (found["cost"], found["bound"], found["seconds"], found["cpu_s"], found["mb"])
    return [
        name,
        model,
        *(f"{figure:,.0f}" for figure in figures[:2]),
        gap,
        *(f"{figure:,.0f}" for figure in figures[2:]),
    ]


HEADER = ["instance", "model", "cost", "bound", "gap", "seconds", "CPU s", "MB"]


@pytest.mark.timeout(len(LARGE) * 5 * LARGE_SECONDS)
def test_hundreds_of_people_beside_plain_models(bench, tmp_path):
    """Every rule of the peers' instances, but for the reference's prices on the largest differences between people."""
    generator, table, far = bench.peers_generator(), [], []
    for name, people in LARGE.items():
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(generator.roster(people)))
        for model in ("ours", "cp-sat", "highs"):
            found = _solved(file, model, LARGE_SECONDS)
            table.append(_row(name, model, found))
            if model == "ours" and 1 - found["bound"] / found["cost"] > LARGE_GAP:
                far.append(name)
    bench.table("Rosters of hundreds of people", HEADER, table)
    assert not far


@pytest.mark.timeout(2 * THOUSAND_SECONDS)
def test_a_thousand_people_and_six_types_of_shift(bench, tmp_path):
    file = tmp_path / "roster_1000x28x6.json"
    file.write_text(json.dumps(six_types(1_000)))
    found = _solved(file, "ours", THOUSAND_SECONDS)
    bench.table("A thousand people", HEADER, [_row(file.stem, "ours", found)])
    assert found["seconds"] <= 1.05 * THOUSAND_SECONDS + 30
    assert found["mb"] < THOUSAND_MB
    assert 1 - found["bound"] / found["cost"] <= LARGE_GAP

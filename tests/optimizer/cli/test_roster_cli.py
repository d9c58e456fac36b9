"""`servopt roster`: a benchmark instance in, a roster out."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from optimizer.cli import main

ROSTERS = Path(__file__).resolve().parents[3].parent / "shared" / "bench" / "rosters"
TEXT = """SECTION_HORIZON
7
SECTION_SHIFTS
D,480,
SECTION_STAFF
Ann,D=7,2400,1440,5,2,2,1
Bob,D=7,2400,1440,5,2,2,1
SECTION_DAYS_OFF
Ann,0
SECTION_SHIFT_OFF_REQUESTS
Bob,6,D,4
SECTION_COVER
""" + "".join(f"{day},D,1,100,1\n" for day in range(7))


def _run(folder, text=TEXT, *options):
    (folder / "tiny.txt").write_text(text)
    arguments = ["roster", "--instance", folder / "tiny.txt", "--out", folder / "roster.csv", "--time-limit", 20]
    return CliRunner().invoke(main, [str(argument) for argument in (*arguments, *options)])


def test_a_roster_with_its_proof(tmp_path):
    """Seven days for two people who must work three days at least: nothing is short, nothing is over but by need."""
    result = _run(tmp_path)
    assert result.exit_code == 0, result.output
    assert "optimal: cost 0, bound 0, gap 0.000%" in result.stdout
    assert "seed 1" in result.stdout
    rows = list(csv.DictReader((tmp_path / "roster.csv").open(newline="")))
    assert sorted(row["day"] for row in rows) == [str(day) for day in range(7)]
    assert {row["shift"] for row in rows} == {"D"}
    assert not [row for row in rows if row["employee"] == "Ann" and row["day"] == "0"]
    assert not [row for row in rows if row["employee"] == "Bob" and row["day"] == "6"]


def test_progress_is_not_mixed_with_the_result(tmp_path):
    assert " s  cost " in _run(tmp_path).stderr
    assert _run(tmp_path, TEXT, "--quiet").stderr == ""


def test_it_begins_from_a_roster(tmp_path):
    _run(tmp_path)
    first = (tmp_path / "roster.csv").read_text()
    (tmp_path / "start.csv").write_text(first)
    again = _run(tmp_path, TEXT, "--from", tmp_path / "start.csv")
    assert again.exit_code == 0
    assert "cost 0," in again.stderr.splitlines()[0]


def test_faults_are_listed_and_nothing_is_written(tmp_path):
    result = _run(tmp_path, TEXT.replace("Ann,0", "Ann,9").replace("0,D,1,100,1", "0,X,1,100,1"))
    assert result.exit_code == 3
    assert "2 faults in the input" in result.stderr
    assert "tiny.txt:9:day: '9': must be a whole number from 0 to 6" in result.stderr
    assert not (tmp_path / "roster.csv").exists()


def test_somebody_without_a_legal_line_is_named(tmp_path):
    result = _run(tmp_path, TEXT.replace("Ann,D=7,2400,1440", "Ann,D=2,2400,1440"))
    assert result.exit_code == 4
    assert "Ann has no legal line of work. These cannot be kept together (the smallest such set):" in result.stderr
    assert "Each of these alone would help, everything else kept:" in result.stderr
    assert not (tmp_path / "roster.csv").exists()


@pytest.mark.skipif(not ROSTERS.is_dir(), reason="the benchmark's files are not part of the project")
@pytest.mark.parametrize(("name", "optimum"), [("Instance2", 828), ("Instance3", 1001)])
def test_proved_optima_pass_the_outside_scorer(tmp_path, name, optimum):
    """Optima: best_known.csv of the benchmark's publishers."""
    out = tmp_path / "roster.csv"
    arguments = ["roster", "--instance", str(ROSTERS / f"{name}.txt"), "--out", str(out), "--time-limit", "60"]
    result = CliRunner().invoke(main, arguments)
    assert f"optimal: cost {optimum:,}, bound {optimum:,}" in result.stdout, result.output
    scored = subprocess.run(
        [sys.executable, ROSTERS / "check.py", ROSTERS / f"{name}.txt", out], capture_output=True, text=True
    )
    assert scored.stdout.split() == ["violations", "0", "penalty", str(optimum)]

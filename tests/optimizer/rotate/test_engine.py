"""Rotations: brute force agrees on tiny cases, the public benchmark is solved, and what is impossible is said."""

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from models.examples import example_path
from models.rotation.check import broken_rules, cost_of
from models.rotation.reading import read_rotation, read_rotation_benchmark
from models.rotation.records import RotatingShift, RotationCase, RotationPrices, Span
from models.verification import verify_plan
from optimizer.cli import main
from optimizer.rotate.advice import advice
from optimizer.rotate.engine import solve_rotation
from optimizer.solve import Status

ROTATING = Path(__file__).resolve().parents[3].parent / "shared" / "bench" / "rotating"


def _random_case(seed):
    rng = np.random.default_rng(seed)
    weeks = int(rng.integers(1, 3))
    line = [("D", "N", "-")[k] for k in rng.choice(3, 7 * weeks, p=[0.4, 0.25, 0.35])]  # whose counts can be had
    shifts = tuple(
        RotatingShift(
            name, 0, 480, Span(1, int(rng.integers(2, 5))), tuple(line[day::7].count(name) for day in range(7))
        )
        for name in "DN"
    )
    forbidden = (("N", "D"), ("D", "-", "D"))[: int(rng.integers(0, 3))]
    prices = RotationPrices(*(float(price) for price in rng.integers(0, 4, 3)))
    work, off = Span(1, int(rng.integers(3, 6))), Span(int(rng.integers(1, 3)), 5)
    return RotationCase("tiny", weeks, shifts, work, off, forbidden, prices)


def _cheapest(case):
    """Try every line with the people that are needed."""
    names = ["-", *(shift.name for shift in case.shifts)]
    best = np.inf
    columns = []
    for day in range(7):
        people = [*("-" * case.people_off(day)), *(s.name for s in case.shifts for _ in range(s.need[day]))]
        columns.append(sorted(set(itertools.permutations(people))))
    assert set(names) >= {name for column in columns for people in column for name in people}
    for days in itertools.product(*columns):
        line = [days[day][week] for week in range(case.weeks) for day in range(7)]
        if not broken_rules(case, line):
            best = min(best, cost_of(case, line))
    return best


@pytest.mark.parametrize("seed", range(24))
def test_brute_force_agrees(seed):
    case = _random_case(seed)
    solution = solve_rotation(case)
    best = _cheapest(case)
    if best == np.inf:
        assert (solution.status, solution.line) == (Status.INFEASIBLE, None)
    else:
        assert (solution.status, solution.cost) == (Status.OPTIMAL, best)


def test_brute_force_sees_both_ends():
    """The random cases hold some that are possible and some that are not, or the test above would show little."""
    ends = {solve_rotation(_random_case(seed)).status for seed in range(24)}
    assert ends == {Status.OPTIMAL, Status.INFEASIBLE}


@pytest.mark.skipif(not ROTATING.is_dir(), reason="the benchmark's files are not part of the project")
@pytest.mark.parametrize("name", ["Example7", "Example13", "Example15", "Example19"])
def test_the_public_benchmark(name):
    case = read_rotation_benchmark(ROTATING / f"{name}.txt")
    solution = solve_rotation(case)
    assert solution.status is Status.OPTIMAL
    assert broken_rules(case, solution.line) == []


def test_same_seed_same_rotation():
    case, _ = read_rotation(example_path("rotation"))
    assert solve_rotation(case, seed=4).line == solve_rotation(case, seed=4).line


def test_what_is_impossible_is_proved_and_ways_out_work():
    """One person a day, in stretches of at least four days, is one stretch of seven: three and four are needed."""
    shift = RotatingShift("D", 0, 480, Span(1, 6), (1,) * 7)
    case = RotationCase("test", 3, (shift,), Span(4, 6), Span(2, 7))
    solution = solve_rotation(case)
    assert (solution.status, solution.line) == (Status.INFEASIBLE, None)
    assert "allow 3 days of work in a row, not only 4" in advice(case, 60).ways_out
    easier = replace(case, work=Span(3, 6))
    assert broken_rules(easier, solve_rotation(easier).line) == []


def test_rules_that_exclude_each_other_are_the_fewest():
    """Two people and one on duty each day: stretches of work are those off: seven days, or three of them."""
    shift = RotatingShift("D", 0, 480, Span(1, 9), (1,) * 7)
    case = RotationCase("test", 2, (shift,), Span(1, 6), Span(3, 9), (("D", "-", "D"),))
    found = advice(case, 60)
    assert found.smallest and found.too_many == ()
    assert found.excluding == ("at most 6 days of work in a row", "3 to 9 days off in a row")
    # without either there is a rotation
    for easier in (replace(case, work=Span(1, 9)), replace(case, off=Span(1, 9))):
        assert solve_rotation(easier).line is not None


def test_the_command(tmp_path):
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["rotate", str(example_path("rotation")), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "optimal: 12 weeks" in result.output
    frame = pd.read_csv(out / "rotation.csv", dtype=str, keep_default_na=False)
    case, _ = read_rotation(example_path("rotation"))
    days = frame[["mon", "tue", "wed", "thu", "fri", "sat", "sun"]].to_numpy().ravel()
    assert broken_rules(case, [day or "-" for day in days]) == []
    record = json.loads((out / "rotation.json").read_text())
    assert record["result"]["cost"] == cost_of(case, [day or "-" for day in days])


def test_the_command_says_what_is_impossible(tmp_path):
    for name in ("rotation.yaml", "shifts.csv"):
        text = (example_path("rotation") / name).read_text()
        (tmp_path / name).write_text(text.replace("weeks: 12", "weeks: 7"))
    result = CliRunner().invoke(main, ["rotate", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 4
    assert "mon: 8 people are needed, and there are 7" in result.output
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("rotation") / "out"
    people = out.parent / "people.csv"
    people.write_text("employee\n" + "".join(f"{name}\n" for name in "ABCDEFGHIJKL"))
    run = ["rotate", str(example_path("rotation")), "--out", str(out), "--first-day", "2026-03-23"]
    result = CliRunner().invoke(main, [*run, "--time-zone", "Europe/Amsterdam", "--people", str(people)])
    assert result.exit_code == 0, result.output
    return out


def test_a_turn_with_names_and_dates(written):
    rows = pd.read_csv(written / "roster.csv", dtype=str, keep_default_na=False)
    weeks = pd.read_csv(written / "rotation.csv", dtype=str, keep_default_na=False)
    mine = rows[rows["employee"] == "C"].set_index("date")["shift"]
    assert mine.get("2026-03-23", "") == weeks.loc[2, "mon"]  # the third begins in week 3
    assert mine.get("2026-06-08", "") == weeks.loc[1, "mon"]  # and ends in week 2
    present = rows[rows["date"] == "2026-03-25"]["shift"].value_counts()
    assert present.to_dict() == {"Early": 3, "Late": 3, "Night": 2}
    night = rows[(rows["date"] == "2026-03-28") & (rows["shift"] == "Night")].iloc[0]  # clocks go forward
    assert (night["start"], night["end"]) == ("2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00+02:00")
    assert (written / "calendars" / "C.ics").is_file()


def test_first_day_is_a_monday_and_everybody_has_a_name(tmp_path):
    rotation = str(example_path("rotation"))
    result = CliRunner().invoke(main, ["rotate", rotation, "--first-day", "2026-03-24", "--out", str(tmp_path / "x")])
    assert result.exit_code == 2 and "is no Monday" in result.output
    (tmp_path / "people.csv").write_text("employee\nA\nB\n")
    run = ["rotate", rotation, "--first-day", "2026-03-23", "--people", str(tmp_path / "people.csv")]
    result = CliRunner().invoke(main, [*run, "--out", str(tmp_path / "x")])
    assert result.exit_code == 3 and "a rotation of 12 weeks has 12" in result.output


def test_it_is_verified(written):
    found = verify_plan(written)
    assert found.passed, found.findings
    assert {"rotation cover", "rotation rules", "rotation totals", "cost"} == set(found.compared)


@pytest.mark.parametrize("check", ["rotation cover", "rotation rules", "rotation totals", "cost"])
def test_a_planted_fault_is_found(written, tmp_path, check):
    shutil.copytree(written, tmp_path / "out")
    weeks = pd.read_csv(written / "rotation.csv", dtype=str, keep_default_na=False)
    record = json.loads((written / "rotation.json").read_text())
    if check == "rotation cover":
        other = {"Early": "Late", "Late": "Night", "Night": "Early", "": "Early"}
        weeks.loc[4, "wed"] = other[weeks.loc[4, "wed"]]
    elif check == "rotation rules":
        record["rules"]["work"]["most"] = 3
    elif check == "rotation totals":
        weeks.loc[4, "hours"] = "1.0"
    else:
        record["result"]["cost"] -= 1
    weeks.to_csv(tmp_path / "out" / "rotation.csv", index=False)
    (tmp_path / "out" / "rotation.json").write_text(json.dumps(record))
    assert check in {one.check for one in verify_plan(tmp_path / "out").findings}


def test_what_needs_a_shift_plan_says_what_the_folder_holds(written):
    result = CliRunner().invoke(main, ["compare", str(written), str(written)])
    assert result.exit_code == 3
    assert "holds a rotation (`servopt verify` reads it), and no shift plan" in result.output

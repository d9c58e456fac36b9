"""`servopt cost-table` as a user types it."""

import pandas as pd
import pytest
from click.testing import CliRunner

from optimizer.cli import main


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SERVOPT_CACHE", str(tmp_path / "cache"))


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_the_table_is_written_and_summed_up(servopt, tmp_path):
    folder = servopt.one_day(tmp_path / "desk")
    out = tmp_path / "costs.csv"
    grid = ("--from", 0.5, "--to", 1, "--step", 0.5, "--service", "0.9,0.7", "--processes", 1)
    result = run("cost-table", folder, *grid, "--out", out)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(out)
    assert list(table.groupby(["pool", "service_level"]).size()) == [3, 3, 3, 3]
    assert sorted(set(table["service_level"])) == [0.7, 0.9] and f"written: {out}" in result.output
    assert "desk: 6 rows, 0 to" in result.output and "note: limits.seats (30)" in result.output


def test_schedules_that_were_solved_before_are_known(servopt, tmp_path):
    folder, found = servopt.one_day(tmp_path / "desk"), []
    for step, more in ((0.5, ()), (0.25, ()), (0.25, ("--no-cache",))):
        out = tmp_path / f"costs{len(found)}.csv"
        grid = ("--from", 0.5, "--to", 1, "--step", step, "--processes", 1, *more)
        found.append((run("cost-table", folder, *grid, "--out", out).output, out.read_bytes()))
    assert "were known" not in found[0][0] + found[2][0]
    assert "6 of 8 schedules were known" in found[1][0]
    assert found[1][1] == found[2][1]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--from", 1, "--to", 0.5), "is below --from"),
        (("--service", "80"), "lies between 0 and 1"),
        (("--service", "high"), "no list of shares"),
        (("--step", 0), "Invalid value for '--step'"),
        (("--step", 1e-9), "makes more than 1,000 factors"),
    ],
)
def test_wrong_use_is_said(servopt, tmp_path, args, words):
    result = run("cost-table", servopt.one_day(tmp_path / "desk"), *args, "--out", tmp_path / "costs.csv")
    assert result.exit_code == 2 and words in result.output and not (tmp_path / "costs.csv").exists()
